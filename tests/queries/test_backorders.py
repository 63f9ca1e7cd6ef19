"""Backorders by filters, and the backlog by SKU, on both databases."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from notifier.queries import windows
from notifier.queries.backlog import Backlog, backlog
from notifier.queries.backorders import MOST_SKUS, BackorderPage, Wanted, backorder_page
from notifier.store.lookup import table_of
from notifier.store.tables import Customer, LegalStanding, OrderLine
from tests.shop import NOON, Shop, open_shop, order

TODAY = NOON.date()
SINCE = timedelta(days=2)
SETTINGS = """
[shop]
country = "US"
[delay_rule]
jurisdiction = "us_435"
[brands.default]
default = true
[brands.north]
"""


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Shop:
    made = open_shop(tmp_path, database_url, SETTINGS)
    made.take_in("products", [{"sku": "DESK", "product": "Desk", "price": "100.00", "currency": "EUR"}])
    made.take_in(
        "supply", [{"po_id": "PO1", "supplier": "Acme", "sku": "DESK", "quantity": 9, "promised_on": "2026-06-20"}]
    )
    made.take_in(
        "backorders",
        [
            order("old", ordered_at="2026-03-01T10:00:00Z", unit_price="19.90", currency="USD", quantity=2),
            order("eta", eta_to="2026-06-30", promised_ship_by="2026-07-10"),
            order("desk", sku="DESK", product="", promised_ship_by="2026-07-10", country="DE", quantity=3),
            order("north", brand="north", promised_ship_by="2026-07-10"),
            order("gone", status="shipped", shipped_at="2026-05-30", quantity=5),
        ],
    )
    return made


def found(shop: Shop, **wanted: Any) -> list[str]:
    """The customers of the lines that are listed, newest first."""
    return [one.customer for one in listed(shop, **wanted).lines]


def listed(shop: Shop, **wanted: Any) -> BackorderPage:
    with shop.store.read() as tx:
        return backorder_page(tx, Wanted(**wanted), TODAY, NOON)


def test_open_lines_are_listed_newest_first(shop: Shop) -> None:
    assert found(shop) == ["north", "desk", "eta", "old"]


@pytest.mark.parametrize(
    ("wanted", "who"),
    [
        ({"late": True}, ["old"]),
        ({"no_eta": True}, ["north", "old"]),
        ({"sku": "DESK"}, ["desk"]),
        ({"sku": "LAMP", "late": True}, ["old"]),
        ({"brand": "north"}, ["north"]),
        ({"country": "DE"}, ["desk"]),
        ({"supplier": "Acme"}, ["desk"]),
        ({"po": "PO1"}, ["desk"]),
        ({"po": "PO1", "sku": "LAMP"}, []),
        ({"supplier": "Nobody"}, []),
        ({"days": 60}, ["old"]),
        ({"sku": "'; DROP TABLE order_line --"}, []),
    ],
)
def test_a_filter_leaves_what_it_names(shop: Shop, wanted: dict[str, Any], who: list[str]) -> None:
    assert found(shop, **wanted) == who


def test_lines_are_found_by_where_they_stand_before_the_law_and_by_the_day_of_a_deadline(shop: Shop) -> None:
    shop.plan()
    (row,) = [one for one in listed(shop).lines if one.customer == "old"]
    assert row.deadline_at is not None
    around = (row.deadline_at - timedelta(hours=1), row.deadline_at + timedelta(hours=1))
    assert (found(shop, legal=row.state), found(shop, due=around)) == (["old"], ["old"])


def stands(shop: Shop, customer: str, state: str, alarm: str = "", hours: int = 13) -> None:
    """So plan found the line of a customer: its deadline was over so many hours ago."""
    of = {row.id: row.key for row in shop.rows(Customer)}
    (line,) = [row.id for row in shop.rows(OrderLine) if of[row.customer_id] == customer]
    at = NOON - timedelta(hours=hours)
    row = LegalStanding(line_id=line, state=state, rule="F1", deadline_at=at, alarm=alarm, since=NOON - SINCE)
    with shop.store.write() as tx:
        tx.connection.execute(insert(table_of(LegalStanding)), row.model_dump())


def test_all_whose_notice_is_overdue_are_found_together(shop: Shop) -> None:
    stands(shop, "old", "notice_due")
    stands(shop, "eta", "renewal_due")
    stands(shop, "desk", "notice_due", hours=11)
    assert found(shop, overdue="folder") == ["eta", "old"]


def test_lines_that_the_law_wants_seen_to_are_found_though_they_have_shipped(shop: Shop) -> None:
    stands(shop, "gone", "refund_due", alarm="refund")
    stands(shop, "old", "cancel_due", alarm="no_consent")
    assert found(shop, alarm=True) == ["gone", "old"]


def test_a_refund_is_found_by_its_day_though_its_line_is_not_owed_any_more(shop: Shop) -> None:
    stands(shop, "gone", "refund_due", hours=-24)
    stands(shop, "old", "awaiting_objection", hours=-24)
    tomorrow = (NOON + timedelta(hours=23), NOON + timedelta(hours=25))
    assert (found(shop, due=tomorrow), found(shop, legal="refund_due")) == (["gone", "old"], ["gone"])


def test_an_old_line_that_is_overdue_is_found_behind_many_newer_ones(shop: Shop) -> None:
    stands(shop, "old", "notice_due")
    with shop.store.write() as tx:
        tx.connection.exec_driver_sql(f"UPDATE order_line SET id = id + {windows.LOOKED_AT * 2} WHERE id > 1")
    assert found(shop, overdue="folder") == ["old"]


def test_more_skus_of_a_supplier_than_are_looked_at_are_told(shop: Shop) -> None:
    few = {"po_id": "PO2", "supplier": "Large", "quantity": 1, "promised_on": "2026-06-20"}
    shop.take_in("supply", [few | {"sku": f"S{i:04}"} for i in range(MOST_SKUS)])
    whole = listed(shop, supplier="Large").cut
    shop.take_in("supply", [few | {"po_id": "PO3", "sku": "ONE"}])
    assert (whole, listed(shop, supplier="Large").cut) == (0, MOST_SKUS)


def test_a_line_tells_what_is_expected_and_what_was_told(shop: Shop) -> None:
    shop.plan()
    shop.deliver()
    rows = {one.customer: one for one in listed(shop).lines}
    assert (rows["desk"].product, rows["desk"].units, rows["desk"].arrives) == ("Desk", 3, date(2026, 6, 20))
    assert (rows["eta"].promised, rows["eta"].eta_to) == (date(2026, 7, 10), date(2026, 6, 30))


def test_the_list_is_paged_by_key(shop: Shop) -> None:
    shop.take_in("backorders", [order(f"p{i:03}") for i in range(120)])
    pages, before = [], None
    for _ in range(4):
        page = listed(shop, before=before)
        pages += [one.customer for one in page.lines]
        before = page.before
        if before is None:
            break
    assert (len(pages), len(set(pages)), page.partly) == (124, 124, False)


def test_a_filter_that_fits_nothing_looks_so_far_and_says_from_where_on_to_look(shop: Shop) -> None:
    with shop.store.write() as tx:
        tx.connection.exec_driver_sql(f"UPDATE order_line SET id = id + {windows.LOOKED_AT * 2} WHERE id > 4")
    page = listed(shop, country="XX")
    assert (page.lines, page.partly) == ((), True)
    assert page.before is not None
    assert found(shop, before=page.before - windows.LOOKED_AT) == ["north", "desk", "eta", "old"]


def looked(shop: Shop, days: int = 4) -> Backlog:
    moments = [NOON - timedelta(days=one) for one in reversed(range(days))]
    with shop.store.read() as tx:
        return backlog(tx, moments, TODAY, NOON, 20)


def test_the_backlog_is_told_by_sku_with_its_price_in_each_currency(shop: Shop) -> None:
    found = looked(shop)
    assert [(one.sku, one.name, one.units, one.revenue) for one in found.top] == [
        ("LAMP", "Reading lamp", 4, (("USD", Decimal("39.80")),)),
        ("DESK", "Desk", 3, (("EUR", Decimal("300.00")),)),
    ]
    assert (found.skus, found.lines, found.units, found.late) == (2, 4, 7, 1)


def test_the_trend_tells_how_many_units_were_open_on_days_before(shop: Shop) -> None:
    assert [one.trend for one in looked(shop).top] == [(9, 4, 4, 4), (3, 3, 3, 3)]


def test_an_empty_shop_has_no_backlog(database_url: str, tmp_path: Path) -> None:
    assert looked(open_shop(tmp_path, database_url)) == Backlog(())
