"""Facts that are true in part or not yet: units that left or will leave, supply to come, words that were never sent."""

from datetime import datetime, timedelta
from email import message_from_string, policy
from pathlib import Path
from typing import Any

import pytest

from notifier.store.tables import Message
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow

FIVE = {"quantity": 5}
TWO_GONE = FIVE | {"quantity_shipped": 2, "shipped_at": "2026-05-25T10:00:00Z"}
JUNE_20 = {"promised_ship_by": "2026-06-20", "status": "open"}
P1 = {"po_id": "P1", "sku": "LAMP", "quantity": 5, "promised_on": "2026-07-01"}


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Shop:
    return open_shop(tmp_path, database_url)


def tell(shop: Shop, line: dict[str, Any], now: datetime = NOON) -> str:
    """Import a line, plan and deliver; the newest letter's text on one line."""
    shop.take_in("backorders", [line], now)
    shop.plan(now)
    shop.deliver(now)
    mail = message_from_string(shop.sent()[-1], policy=policy.default)
    part = mail.get_body(("plain",))
    assert part is not None
    return " ".join(part.get_content().split())


def purposes(shop: Shop) -> list[str]:
    return [row.purpose for row in shop.rows(Message)]


def test_a_line_of_which_a_part_has_shipped_is_late_for_the_rest(shop: Shop) -> None:
    assert "Quantity 3" in tell(shop, order("ann", **TWO_GONE))


def test_a_line_of_which_a_part_is_cancelled_is_late_for_the_rest(shop: Shop) -> None:
    part = FIVE | {"quantity_cancelled": 1, "cancelled_at": "2026-05-25T10:00:00Z"}
    assert "Quantity 4" in tell(shop, order("ann", **part))


def test_units_that_ship_later_are_still_owed(shop: Shop) -> None:
    later = FIVE | {"quantity_shipped": 2, "shipped_at": "2026-06-09T10:00:00Z"}
    assert "Quantity 5" in tell(shop, order("ann", **later))


def test_a_thank_you_names_the_shipped_pieces(shop: Shop) -> None:
    tell(shop, order("ann", **FIVE))
    gone = {"quantity_shipped": 4, "quantity_cancelled": 1, "shipped_at": "2026-06-09T10:00:00Z", "status": "shipped"}
    assert "Quantity 4" in tell(shop, order("ann", **FIVE, **gone), NOON + timedelta(days=9))


def test_a_cancellation_names_the_cancelled_pieces(shop: Shop) -> None:
    tell(shop, order("ann", **FIVE))
    gone = {"quantity_cancelled": 5, "cancelled_at": "2026-06-09T10:00:00Z", "status": "cancelled"}
    assert "Quantity 5" in tell(shop, order("ann", **FIVE, **gone), NOON + timedelta(days=9))


def test_a_line_that_ships_later_keeps_its_place_in_the_queue(shop: Shop) -> None:
    first = order("ann", quantity_shipped=1, shipped_at="2026-06-09T10:00:00Z", **JUNE_20)
    shop.take_in("backorders", [first, order("bob", ordered_at="2026-05-02T10:00:00Z", **JUNE_20)])
    shop.take_in("products", [{"sku": "LAMP", "stock": 1}])
    shop.take_in("supply", [P1])
    shop.plan()
    assert [(row.customer_id, row.purpose) for row in shop.rows(Message)] == [(2, "delay")]


def test_supply_received_later_is_still_to_come(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann", **JUNE_20)])
    shop.take_in("supply", [P1 | {"received_quantity": 5, "received_on": "2026-06-03"}])
    shop.plan()
    assert purposes(shop) == ["delay"]


def test_supply_ordered_later_is_not_there_yet_and_counts_from_its_day(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann", **JUNE_20)])
    shop.take_in("supply", [P1 | {"ordered_on": "2026-06-10"}])
    shop.plan()
    before = purposes(shop)
    shop.plan(NOON + timedelta(days=9))
    assert (before, purposes(shop)) == ([], ["delay"])


def test_an_open_line_of_a_virtual_product_is_no_backorder(shop: Shop) -> None:
    young = {"ordered_at": "2026-05-31T10:00:00Z", "promised_ship_by": "", "status": "open"}
    shop.take_in("products", [{"sku": "CARD", "kind": "virtual"}])
    shop.take_in("backorders", [order("ann", sku="CARD", **young), order("bob", sku="VASE", **young)])
    shop.plan()
    assert [row.customer_id for row in shop.rows(Message)] == [2]


def test_who_was_never_told_of_a_delay_is_not_thanked_for_waiting(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann")])
    shop.plan()
    later = NOON + timedelta(days=9)
    shop.take_in("backorders", [order("ann", status="shipped", shipped_at="2026-06-09T10:00:00Z")], later)
    shop.plan(later)
    shop.deliver(later)
    shop.plan(later + timedelta(days=1))
    assert [(row.purpose, row.state) for row in shop.rows(Message)] == [("delay", "withdrawn")]


@pytest.mark.parametrize(
    ("country", "day"), [("US", "May 20, 2026"), ("GB", "20 May 2026"), ("AT", "20. Mai 2026")]
)  # fmt: skip
def test_dates_are_written_as_in_the_customers_country(shop: Shop, country: str, day: str) -> None:
    assert day in tell(shop, order("ann", country=country))


WAITING = {"ordered_at": "2026-05-31T10:00:00Z", "promised_ship_by": "", "locale": "en"}


def waiting(eta: str, **more: Any) -> dict[str, Any]:
    return order("ann", eta_from=eta, eta_to=eta, **WAITING | more)


def test_progress_says_still_where_the_date_has_stayed(shop: Shop) -> None:
    tell(shop, waiting("2026-06-20"))
    assert "we still expect to ship on 20 June 2026" in tell(shop, waiting("2026-06-20"), NOON + timedelta(days=11))


@pytest.mark.parametrize(("locale", "still"), [("en", "still"), ("de", "weiterhin")])
def test_progress_does_not_say_still_where_the_date_has_moved(shop: Shop, locale: str, still: str) -> None:
    tell(shop, waiting("2026-06-20", locale=locale))
    said = tell(shop, waiting("2026-06-22", locale=locale), NOON + timedelta(days=11))
    assert (purposes(shop), still in said) == (["placed", "progress"], False)


def test_a_date_that_creeps_two_days_at_a_time_is_told_as_moved(shop: Shop) -> None:
    for eta, days in (("2026-06-20", 0), ("2026-06-22", 11), ("2026-06-24", 14)):
        tell(shop, waiting(eta), NOON + timedelta(days=days))
    assert purposes(shop) == ["placed", "progress", "eta_change"]
