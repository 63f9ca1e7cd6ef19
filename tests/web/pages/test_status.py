"""What a page says of an order: no more than the shop's records, the law and the customer's own words do."""

from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest

from notifier import actions
from notifier.store.tables import Address, Order
from notifier.terms.effects import ActionState
from tests.shop import NOON
from tests.web.pages.site import HOUR, Site, late, tell

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery; what a line's stage is, is tested without it."""

DAY = timedelta(days=1)


def seen(site: Site, path: str = "") -> str:
    return unescape(site.get(path or site.link()).text).split("<main", 1)[1]


def changed(site: Site, now: datetime, **more: Any) -> None:
    """What the shop's records say from `now` on."""
    site.clock[0] = now
    site.shop.take_in("backorders", [late(**more)], now)


def test_a_delay_is_told_with_its_new_date(ann: Site) -> None:
    assert "Ships on 20 June 2026, reaches you on 23 June 2026." in seen(ann)


def test_it_says_what_silence_means_while_a_notice_is_in_force(ann: Site) -> None:
    assert "If you do nothing, you agree to wait until 20 June 2026." in seen(ann)


def test_a_notice_that_needs_an_answer_says_by_when(empty: Site) -> None:
    tell(empty, late(eta_from="2026-08-20", eta_to="2026-08-20"))
    assert "Please answer by 10 July 2026." in seen(empty)


def test_a_notice_without_an_answer_says_that_silence_cancels(empty: Site) -> None:
    tell(empty, late(eta_from="2026-08-20", eta_to="2026-08-20"))
    assert "Silence means cancellation." in seen(empty)


def test_what_was_promised_stands_in_its_order(ann: Site) -> None:
    page = seen(ann)
    assert (
        page.index("ships by 10 June 2026") < page.index("1 June 2026, by email") < page.index("ships on 20 June 2026")
    )


def test_a_date_that_nobody_was_told_is_not_told_here(ann: Site) -> None:
    changed(ann, NOON + DAY, eta_from="2026-07-15", eta_to="2026-07-15")
    assert "July" not in seen(ann)


def test_a_date_that_no_longer_holds_is_not_held_up(ann: Site) -> None:
    changed(ann, NOON + DAY, eta_from="2026-07-15", eta_to="2026-07-15")
    assert "We told you: ships on 20 June 2026. We no longer expect that." in seen(ann)


def test_a_date_that_has_passed_is_not_held_up(empty: Site) -> None:
    tell(empty, late(country="JP"))
    empty.clock[0] = datetime(2026, 6, 21, 15, tzinfo=UTC)
    assert "We no longer expect that." in seen(empty)


def test_goods_without_a_date_are_told_so(empty: Site) -> None:
    tell(empty, late(country="JP", promised_ship_by="2026-05-20", eta_from="", eta_to=""))
    assert "We do not have a shipping date yet, and will not invent one." in seen(empty)


def test_a_cancellation_is_not_called_done(ann: Site) -> None:
    page = unescape(ann.choose(ann.link(), "Cancel").text)
    assert "We have your cancellation of 11:00 AM EDT and are stopping the order of Reading lamp." in page
    assert "It is not cancelled yet" in page


def test_a_cancellation_is_done_once_the_records_say_so(ann: Site) -> None:
    ann.choose(ann.link(), "Cancel")
    changed(ann, NOON + DAY, status="cancelled", cancelled_at="2026-06-02T10:00:00Z")
    page = seen(ann)
    assert ">Cancelled<" in page
    assert "Reading lamp: cancelled, as you asked" in page


def test_a_cancellation_is_done_once_the_team_says_so(ann: Site) -> None:
    ann.choose(ann.link(), "Cancel")
    now = ann.later(HOUR)
    with ann.shop.house() as house, house.store.write() as tx:
        actions.close(tx, actions.everything(), actions.Closing(ActionState.DONE, "Kim"), now)
    assert ">Cancelled<" in seen(ann)


def test_a_cancelled_line_says_what_comes_back_and_by_when(ann: Site) -> None:
    ann.choose(ann.link(), "Cancel")
    changed(ann, NOON + DAY, status="cancelled", cancelled_at="2026-06-02T10:00:00Z")
    assert "By 10 June 2026 at the latest you get back in full what you have paid for it" in seen(ann)


def test_a_line_whose_time_was_up_says_so(empty: Site) -> None:
    tell(empty, late(eta_from="2026-08-20", eta_to="2026-08-20"))
    empty.clock[0] = datetime(2026, 7, 11, 15, tzinfo=UTC)
    page = seen(empty)
    assert "Cancelled: not shipped in time" in page
    assert "We could not ship it in time." in page


def test_goods_that_left_have_shipped(ann: Site) -> None:
    changed(ann, NOON + 2 * DAY, status="shipped", shipped_at="2026-06-03T10:00:00Z")
    assert "Shipped on 3 June 2026, should reach you on 6 June 2026." in seen(ann)


def test_what_had_left_before_a_cancellation_is_told(ann: Site) -> None:
    asked = ann.summary(ann.link(), "Cancel")
    changed(ann, NOON + HOUR, status="shipped", shipped_at="2026-06-01T15:30:00Z")
    page = unescape(ann.send(ann.link(), dict(asked.fields)).text)
    assert "Reading lamp had left before you told us" in page
    assert "A person on our team will read it and answer you." in page


def test_an_order_of_another_address_is_not_shown(empty: Site) -> None:
    other = late(order_id="O-other", sku="DESK", product="Secret desk", email="ann@work.example.com")
    tell(empty, late(), other)
    pages = [seen(empty, empty.link(message=number)) for number in (0, 1)]
    assert sorted(("Secret desk" in page, "Reading lamp" in page) for page in pages) == [(False, True), (True, False)]


def test_an_order_that_moved_to_another_address_is_shown_at_the_old_one_no_more(ann: Site) -> None:
    path = ann.link()
    changed(ann, NOON + DAY, email="new@shop.example.com")
    assert {row.email_id for row in ann.shop.rows(Order)} == {ann.shop.rows(Address)[-1].id}
    assert ann.get(path).status_code == 404


def test_other_lines_of_the_order_are_shown_too(empty: Site) -> None:
    shade = late(line_id="2", sku="SHADE", product="Linen shade", promised_ship_by="2026-07-30")
    tell(empty, late(line_id="1"), shade)
    assert "Promised to ship by 30 July 2026." in seen(empty)


def test_the_page_stays_until_sixty_days_after_the_end(ann: Site) -> None:
    changed(ann, NOON + 2 * DAY, status="shipped", shipped_at="2026-06-03T10:00:00Z")
    ann.clock[0] = datetime(2026, 8, 2, 9, tzinfo=UTC)
    assert ann.get(ann.link()).status_code == 200


def test_after_sixty_days_there_is_nothing_to_see(ann: Site) -> None:
    changed(ann, NOON + 2 * DAY, status="shipped", shipped_at="2026-06-03T10:00:00Z")
    ann.clock[0] = datetime(2026, 8, 2, 11, tzinfo=UTC)
    assert ann.get(ann.link()).status_code == 404


def test_a_customer_who_reads_german_reads_german(empty: Site) -> None:
    tell(empty, late(locale="de-AT", country="AT", delay_reason="Das Holz trocknet noch"))
    page = empty.get(empty.link()).text
    assert '<html lang="de-AT">' in page
    assert "Versand am 20. Juni 2026, Ankunft am 23. Juni 2026." in page
    assert "Grund: Das Holz trocknet noch" in page


def test_a_language_that_there_is_none_of_gives_english(empty: Site) -> None:
    tell(empty, late(locale="fi"))
    assert "Ships on 20 June 2026" in seen(empty)


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_what_the_shop_calls_a_product_stays_text(empty: Site, evil: str) -> None:
    tell(empty, late(product=evil, order_id=evil, delay_reason=evil))
    page = empty.get(empty.link()).text
    assert "<script" not in page
    assert "<img" not in page
