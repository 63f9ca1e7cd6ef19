"""A preview says to a real customer what the code that sends would say, and the hardest orders are found."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from notifier.errors import Unpublishable, UsageError
from notifier.pipeline.backorder_check import check_backorders, checked
from notifier.pipeline.house import House
from notifier.pipeline.preview_content import Preview, Wanted, preview_of
from notifier.pipeline.wording_check import placed
from notifier.pipeline.worst_cases import Hardship, worst_cases
from notifier.render_pool import Rendered, RenderFailure
from notifier.terms.wording import Severity, Texts, Wording
from notifier.terms.words import Channel, NoticeKind
from tests.kept_shops import AsLeft
from tests.shop import NOON, Shop, open_shop, order, rendering
from tests.wordshop import PLACED, email, put_out, text

NEW = {"promised_ship_by": "2026-06-20", "ordered_at": "2026-05-31T10:00:00Z"}


def shop_made(folder: Path, url: str) -> Shop:
    shop = open_shop(folder, url, '[delay_rule]\njurisdiction = "auto"\n')
    shop.take_in(
        "backorders",
        [
            order("ann", **NEW, phone="+12025550123"),
            order("ben", **NEW, product="Très long fauteuil à bascule ☂ de jardin", phone="+12025550124"),
            order("gerd", **NEW, locale="de", country="DE"),
            order("noa", **NEW, customer_name="נועה"),
            order("cy", **NEW, quantity=3, customer_name="Cy Wolfeschlegelsteinhausenbergerdorff"),
            order("two", **NEW),
            order("two", **NEW, sku="DESK", product="Desk"),
            order("slip", promised_ship_by="2026-06-10", eta_from="2026-07-01", eta_to="2026-07-03"),
            order("late"),
        ],
    )
    return shop


@pytest.fixture
def house(as_left: AsLeft) -> Iterator[House]:
    """A shop with backorders of every kind."""
    with as_left(shop_made).house() as house:
        yield house


def shown(house: House, preview: Preview) -> Rendered:
    (answer,) = rendering().render([preview.job(house.catalogue)])
    assert isinstance(answer, Rendered), answer
    return answer


def test_a_preview_says_what_the_order_says(house: House) -> None:
    preview = preview_of(house, "O-ann", Wanted("placed", Channel.EMAIL), NOON)
    assert (preview.made_up, "Reading lamp" in shown(house, preview).text) == ((), True)


def test_a_preview_speaks_the_customer_s_language(house: House) -> None:
    assert "Guten Tag" in shown(house, preview_of(house, "O-gerd", Wanted("placed", Channel.EMAIL), NOON)).text


def test_a_preview_can_speak_another_language(house: House) -> None:
    wanted = Wanted("placed", Channel.EMAIL, "de")
    assert "Guten Tag" in shown(house, preview_of(house, "O-ann", wanted, NOON)).text


def test_a_preview_of_a_notice_that_is_owed_is_that_notice(house: House) -> None:
    preview = preview_of(house, "O-slip", Wanted("delay", Channel.EMAIL), NOON)
    assert (preview.made_up, preview.content.notice) == ((), NoticeKind.F3)


def test_what_the_order_gives_no_reason_for_is_made_up_and_said(house: House) -> None:
    preview = preview_of(house, "O-ann", Wanted("delay_renewed", Channel.EMAIL), NOON)
    assert preview.made_up == ("the notice that the law would ask for",)


def test_every_purpose_can_be_previewed_on_any_order_by_each_channel(house: House) -> None:
    failed = []
    for name in house.catalogue.purposes:
        for channel in Channel:
            preview = preview_of(house, "O-two", Wanted(name, channel), NOON)
            (answer,) = rendering().render([preview.job(house.catalogue)])
            failed += [(name, channel, answer)] if isinstance(answer, RenderFailure) else []
    assert failed == []


def test_an_order_that_is_not_there_is_told(house: House) -> None:
    with pytest.raises(UsageError, match="there is no order 'O-nobody'"):
        preview_of(house, "O-nobody", Wanted("placed", Channel.EMAIL), NOON)


def test_the_hardest_orders_are_found(house: House) -> None:
    assert {one.why: one.order for one in worst_cases(house, NOON)} == {
        Hardship.LONGEST_NAME: "O-cy",
        Hardship.LONGEST_PRODUCT: "O-ben",
        Hardship.MOST_LINES: "O-two",
        Hardship.NO_DATE: "O-late",
        Hardship.RIGHT_TO_LEFT: "O-noa",
        Hardship.NO_PHONE: "O-late",
        Hardship.DEAREST_TEXT: "O-ben",
    }


def broken(words: str) -> tuple[Wording, Texts]:
    return PLACED, email(words)


def test_a_draft_is_filled_in_for_every_open_backorder_that_would_get_it(house: House) -> None:
    found = checked(house, rendering(), broken("{{ items[0].name }}"), 100, NOON)
    assert (found.done, found.whole, found.failing) == (7, 7, ())


def test_a_check_says_how_far_it_is(house: House) -> None:
    told = [one.done for one in check_backorders(house, rendering(), broken("x"), 100, NOON)]
    assert told == [0, 7]


def test_a_check_of_some_says_of_how_many(house: House) -> None:
    found = checked(house, rendering(), broken("x"), 2, NOON)
    assert found.words == "2 of 2 checked, chosen from 7 customers with open backorders; none cannot be filled in"


def test_what_fails_is_told_with_line_and_order(house: House) -> None:
    (why,) = checked(house, rendering(), broken("{{ items[1].name }}"), 100, NOON).failing
    numbers = [number for _, number in why.orders]
    assert (why.fault.file, why.fault.line, why.count, "O-two" in numbers) == ("placed/email.md", 3, 6, False)


def test_a_draft_that_fails_for_some_real_orders_alone_is_not_published(house: House) -> None:
    with pytest.raises(Unpublishable, match="1 open backorder: O-cy"):
        put_out(house, PLACED, email("{{ 1 / (first_item.quantity - 3) }}"))


def test_a_text_is_checked_for_those_who_have_a_number(house: House) -> None:
    found = checked(house, rendering(), (Wording("placed", Channel.SMS), text("Hi.")), 100, NOON)
    assert (found.whole, found.dearest) == (2, 1)


def test_a_draft_is_filled_in_with_the_orders_of_its_own_language_alone(tmp_path: Path, sqlite_url: str) -> None:
    shop = open_shop(tmp_path, sqlite_url)
    shop.take_in("backorders", [order("mia", **NEW, locale="de"), order("mia", **NEW, locale="en", order_id="O-2")])
    with shop.house() as house:
        broken_german = {**house.catalogue.texts, ("", "placed", "de", "email.md"): "{{ items[7].name }}"}
        house = replace(house, catalogue=replace(house.catalogue, texts=broken_german, _found={}))
        found = checked(house, rendering(), broken("{{ items[0].name }}"), 100, NOON)
    assert (found.whole, found.failing) == (1, ())


@pytest.mark.parametrize(
    ("where", "severity"),
    [
        ("placed/email.md line 3", Severity.FAULT),
        ("placed/de/email.md line 3", Severity.WARNING),
        ("delay/email.md", Severity.WARNING),
        ("_layout.mjml", Severity.WARNING),
    ],
)
def test_a_fault_of_another_file_keeps_no_draft_from_being_published(where: str, severity: Severity) -> None:
    assert placed(PLACED, where, "is wrong").severity is severity


TWO_BRANDS = '[brands.elm]\nname = "Elm"\n[brands.oak]\nname = "Oak"\ndefault = true\n'


def two_brands(folder: Path, url: str) -> Shop:
    """Both brands have an order SAME; then the settings name only one of them."""
    shop = open_shop(folder, url, TWO_BRANDS)
    shop.take_in("backorders", [order(name, **NEW, brand=name, order_id="SAME") for name in ("elm", "oak")])
    (folder / "settings.toml").write_text('[brands.oak]\nname = "Oak"\ndefault = true\n', "utf-8")
    return shop


def test_an_order_that_two_brands_have_is_found_by_the_brand_before_its_number(as_left: AsLeft) -> None:
    with as_left(two_brands).house() as house:
        found = preview_of(house, "elm:SAME", Wanted("placed", Channel.EMAIL), NOON)
    assert (found.brand, found.content.customer_name) == ("elm", "Elm")


def test_a_brand_that_settings_no_longer_name_keeps_its_orders_in_a_check(as_left: AsLeft) -> None:
    with as_left(two_brands).house() as house:
        wording = Wording("placed", Channel.EMAIL)
        texts = {"subject.txt": "x", "email.md": "{{ first_item.nothing }}"}
        found = checked(house, rendering(), (wording, texts), 10, NOON)
    assert {one for failing in found.failing for one in failing.orders} == {("elm", "SAME"), ("oak", "SAME")}
