"""The law on delays where records come in another order, trials went before, or nobody was told."""

from pathlib import Path

import pytest

from notifier import outbox, standings
from notifier.pipeline.go_live import go_live, open_news
from notifier.store.tables import Answer, LegalStanding, Message, Notice
from notifier.terms.law import Said
from tests.kept_shops import AsLeft
from tests.pipeline.test_delay_law import LAW, alarms, at, late, say, state, told
from tests.shop import Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery; the rules themselves are tested without it."""

CANCELS = LAW.replace('"auto"\n', '"auto"\non_lapse = "cancel"\n')
LIVE_MODE = """
[brands.oak]
name = "Oak"
sender = "Oak <orders@oak.example>"
postal_address = "1 Oak Street, Salem"
[delivery]
mode = "live"
[email]
host = "localhost"
port = 2525
security = "none"
"""

F3 = {"sent_at": "2026-05-18T09:00:00Z", "revised": "2026-06-05", "kind": "F3"}
F5 = {"sent_at": "2026-05-24T09:00:00Z", "revised": "2026-06-20", "kind": "F5"}


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Shop:
    return open_shop(tmp_path, database_url, LAW)


def went_live(shop: Shop, toml: str = LAW) -> Shop:
    """The same shop in mode live."""
    return open_shop(shop.folder, shop.settings.database.url, toml + LIVE_MODE)


def given_but_unsaid(shop: Shop) -> None:
    """Plan on 10 May, and take the message back while its notice stays: nobody may give it again."""
    shop.plan(at("2026-05-10"))
    (message,) = shop.rows(Message)
    with shop.house() as house, house.store.write() as tx:
        outbox.withdraw(tx, {message.id: "by hand"}, at("2026-05-10"))


def before(**more: str) -> dict[str, str]:
    """A row of the notices that another tool sent."""
    return {"order_id": "O-ann", "sku": "LAMP", "promised": "2026-05-20"} | more


def test_notices_of_an_older_tool_count_although_a_trial_gave_the_same(shop: Shop) -> None:
    shop.take_in("backorders", [late()], at("2026-05-10"))
    told(shop, "2026-05-10")
    shop.take_in("notices", [before(sent_at="2026-05-09T09:00:00Z", revised="2026-06-05", kind="F3")], at("2026-05-11"))
    assert state(went_live(shop), "2026-05-12") == "awaiting_objection"


@pytest.mark.parametrize("rows", [(F3, F5), (F5, F3)], ids=["first_notice_first", "renewal_first"])
def test_a_renewed_notice_answers_the_one_sent_before_it_in_whatever_order_they_are_read(
    shop: Shop, rows: tuple[dict[str, str], ...]
) -> None:
    shop.take_in("backorders", [late("2026-06-20")], at("2026-05-25"))
    for row in rows:
        shop.take_in("notices", [before(**row)], at("2026-05-25"))
    found = {row.kind: str(row.answers) for row in shop.rows(Notice)}
    assert found == {"F3": "2026-05-20", "F5": "2026-06-05"}


def test_a_renewed_notice_read_late_moves_those_sent_after_it(shop: Shop) -> None:
    shop.take_in("backorders", [late("2026-06-20")], at("2026-05-25"))
    second = {"sent_at": "2026-05-30T09:00:00Z", "revised": "2026-07-01", "kind": "F5"}
    for row in (F3, second, F5, second):
        shop.take_in("notices", [before(**row)], at("2026-06-01"))
    found = [(row.kind, str(row.answers)) for row in shop.rows(Notice)]
    assert found == [("F3", "2026-05-20"), ("F5", "2026-06-20"), ("F5", "2026-06-05")]


def test_a_line_whose_notice_is_given_keeps_no_other_from_its_own(shop: Shop) -> None:
    shop.take_in("backorders", [late(line_id="1")], at("2026-05-10"))
    given_but_unsaid(shop)
    shop.take_in("backorders", [late(line_id="1"), late(line_id="2", sku="VASE")], at("2026-05-11"))
    told(shop, "2026-05-11")
    assert [row.line_id for row in shop.rows(Notice)] == [1, 2]


def test_a_notice_that_is_given_already_is_not_called_one_that_no_email_can_carry(shop: Shop) -> None:
    shop.take_in("backorders", [late()], at("2026-05-10"))
    given_but_unsaid(shop)
    shop.plan(at("2026-05-11"))
    assert alarms(shop) == [""]


def standing_of(shop: Shop) -> tuple[str, str, str]:
    """State, alarm and deadline as they are kept for the team."""
    (row,) = shop.rows(LegalStanding)
    return row.state, row.alarm, str(row.deadline_at and row.deadline_at.date())


def test_a_line_of_which_nobody_was_told_warns_no_more_once_it_has_shipped(shop: Shop) -> None:
    unknown = order("ann", promised_ship_by="2026-05-20")
    shop.take_in("backorders", [unknown | {"email": "", "phone": ""}], at("2026-05-18"))
    shop.plan(at("2026-05-18"))
    left = {"email": "", "phone": "", "status": "shipped", "shipped_at": "2026-05-19T10:00:00Z"}
    shop.take_in("backorders", [unknown | left], at("2026-05-19"))
    shop.plan(at("2026-05-19"))
    assert standing_of(shop) == ("shipped", "", "None")


def test_a_line_at_which_no_law_looks_any_more_warns_nobody(shop: Shop) -> None:
    shop.take_in("backorders", [late(promised_ship_by="")], at("2026-05-18"))
    shop.plan(at("2026-05-18"))
    shop.take_in("backorders", [late(promised_ship_by="", country="CA")], at("2026-05-19"))
    shop.plan(at("2026-05-19"))
    assert shop.rows(LegalStanding) == []


def test_a_shipment_after_a_lapse_of_which_nobody_was_told_is_an_alarm(shop: Shop) -> None:
    shop.take_in("backorders", [late(email="", phone="")], at("2026-05-10"))
    shop.plan(at("2026-05-10"))
    shop.plan(at("2026-05-22"))
    gone = late(email="", phone="", status="shipped", shipped_at="2026-05-25T10:00:00Z")
    shop.take_in("backorders", [gone], at("2026-05-25"))
    shop.plan(at("2026-05-25"))
    assert alarms(shop) == ["shipped_despite_cancellation"]


def test_a_refund_is_overdue_although_nobody_has_confirmed_the_cancellation(shop: Shop) -> None:
    shop.take_in("backorders", [late("2026-07-01")], at("2026-05-10"))
    told(shop, "2026-05-10")
    shop.plan(at("2026-06-20"))
    shop.plan(at("2026-07-05"))
    assert standing_of(shop)[:2] == ("cancel_due", "refund_overdue")


def test_an_alarm_that_changes_while_the_team_is_told_of_another_is_told_too(shop: Shop) -> None:
    shop.take_in("backorders", [late(email="", phone="")], at("2026-05-10"))
    shop.plan(at("2026-05-10"))
    with shop.house() as house, house.store.read() as tx:
        first = standings.untold(tx, at("2026-05-10"))
    shop.plan(at("2026-05-22"))
    with shop.house() as house, house.store.write() as tx:
        standings.mark_told(tx, first, at("2026-05-22"))
        assert [one.alarm for one in standings.untold(tx, at("2026-05-22"))] == ["no_valid_notice"]


def test_a_line_on_time_with_a_known_date_warns_nobody(shop: Shop) -> None:
    shop.take_in("backorders", [late("2026-05-18")], at("2026-05-10"))
    shop.plan(at("2026-05-10"))
    assert standing_of(shop) == ("on_time", "", "None")


def test_a_line_on_time_of_an_unknown_date_warns_of_its_promise(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann")], at("2026-05-10"))
    shop.plan(at("2026-05-10"))
    assert standing_of(shop) == ("on_time", "", "2026-05-21")


def test_a_preview_confirms_no_cancellation(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url, CANCELS)
    shop.take_in("backorders", [late("2026-07-01")], at("2026-05-10"))
    told(shop, "2026-05-10")
    with shop.house() as house:
        assert "cancelled" in open_news(house, at("2026-06-21"))
    assert shop.rows(Answer) == []


def test_a_trial_confirms_no_cancellation_for_good(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url, CANCELS)
    shop.take_in("backorders", [late("2026-07-01")], at("2026-05-10"))
    told(shop, "2026-05-10")
    told(shop, "2026-06-20")
    assert shop.rows(Answer) == []


def test_the_setting_confirms_for_good_in_mode_live(shop: Shop) -> None:
    live = went_live(shop, CANCELS)
    shop.take_in("backorders", [late("2026-07-01")], at("2026-05-10"))
    row = before(sent_at="2026-05-10T09:00:00Z", revised="2026-07-01", kind="F4")
    shop.take_in("notices", [row], at("2026-05-10"))
    with live.house() as house:
        go_live(house, "Ada", (), at("2026-06-20"))
    live.plan(at("2026-06-20"))
    assert [(row.said, row.actor) for row in live.rows(Answer)] == [("confirm", "setting")]


def lapsed_made(folder: Path, url: str) -> Shop:
    shop = open_shop(folder, url, CANCELS)
    shop.take_in("backorders", [late("2026-05-20", status="open")], at("2026-05-10"))
    told(shop, "2026-05-10")
    told(shop, "2026-05-22")
    return shop


@pytest.fixture
def lapsed(as_left: AsLeft) -> Shop:
    """A line on time of which nobody was told, whose promised day then passed, confirmed by the setting."""
    return as_left(lapsed_made)


def test_a_lapse_that_a_setting_confirms_is_told_to_a_customer_who_knew_of_nothing(lapsed: Shop) -> None:
    assert [(row.purpose, row.state) for row in lapsed.rows(Message)] == [("cancelled", "accepted")]


def test_a_lapse_that_a_setting_confirms_is_still_an_alarm(lapsed: Shop) -> None:
    assert standing_of(lapsed)[:2] == ("refund_due", "no_valid_notice")


def cancelled_by_phone(shop: Shop, day: str, country: str) -> None:
    """The customer was told of a delay, the shop's record says when the refund was sent; then they cancelled."""
    shop.take_in("backorders", [late(country=country)], at("2026-05-10"))
    told(shop, "2026-05-10")
    shop.take_in("backorders", [late(country=country, refunded_at=f"{day}T10:00:00Z")], at("2026-05-14"))
    say(shop, Said.CANCEL, "2026-05-12")
    say(shop, Said.CONFIRM, "2026-05-13")
    told(shop, "2026-05-14")


@pytest.mark.parametrize("country", ["US", "DE", "CA"])
def test_who_was_refunded_before_an_answer_closed_the_line_is_promised_no_refund(shop: Shop, country: str) -> None:
    cancelled_by_phone(shop, "2026-05-11", country)
    assert [row.purpose for row in shop.rows(Message)] == ["delay"]


@pytest.mark.parametrize("country", ["US", "DE", "CA"])
def test_who_was_refunded_after_the_cancellation_is_told_of_it_once(shop: Shop, country: str) -> None:
    cancelled_by_phone(shop, "2026-05-13", country)
    told(shop, "2026-05-15")
    assert [row.purpose for row in shop.rows(Message)] == ["delay", "cancelled"]


def test_a_refund_of_the_very_day_of_the_end_silences_no_cancellation(shop: Shop) -> None:
    cancelled_by_phone(shop, "2026-05-12", "US")
    assert [row.purpose for row in shop.rows(Message)] == ["delay", "cancelled"]


def test_a_line_that_the_shop_cancelled_before_any_word_is_not_told_of(shop: Shop) -> None:
    shop.take_in("backorders", [late("2026-05-18", status="open")], at("2026-05-10"))
    shop.plan(at("2026-05-10"))
    gone = late("2026-05-18", status="cancelled", cancelled_at="2026-05-12T10:00:00Z")
    shop.take_in("backorders", [gone], at("2026-05-12"))
    told(shop, "2026-05-12")
    assert "cancelled" not in [row.purpose for row in shop.rows(Message)]
