"""A real-shaped trading database comes in by profiles alone, without a line of code."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from notifier.records.importer import import_file
from notifier.records.profile import Profile
from notifier.records.report import ImportRequest
from notifier.store.lookup import table_of
from notifier.store.openness import is_open
from notifier.store.tables import OrderLine
from tests.records.conftest import context

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "northwind"
FILES = {
    "nw_customers": "customers.csv",
    "nw_emails": "emails.csv",
    "nw_products": "products.csv",
    "nw_orders": "orders.csv",
    "nw_lines": "order_details.csv",
}
ROWS = {"nw_customers": 91, "nw_emails": 91, "nw_products": 77, "nw_orders": 830, "nw_lines": 2155}

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"absent data: {DATA}")


def profiles() -> dict[str, Profile]:
    told = tomllib.loads((ROOT / "docs" / "northwind.toml").read_text("utf-8"))["profiles"]
    return {
        name: Profile(name, **{key: tuple(part) if isinstance(part, list) else part for key, part in fields.items()})
        for name, fields in told.items()
    }


def take_all(store, folder, order):
    known = profiles()
    shop = context(timezone=ZoneInfo("America/Los_Angeles"), country="US")
    now = datetime(1998, 6, 12, 15, tzinfo=UTC)
    requests = (ImportRequest(known[name].kind, DATA / FILES[name], known[name], rejects_in=folder) for name in order)
    return {
        name: import_file(store, one, shop, now, lambda done, size: None)
        for name, one in zip(order, requests, strict=True)
    }


def waiting(store, day):
    """Open lines, their orders and customers at 15:00 UTC of `day`; and the lines whose promise is over."""
    line, now = table_of(OrderLine).c, datetime(*day, 15, tzinfo=UTC)
    counts = [func.count(), func.count(func.distinct(line.order_id)), func.count(func.distinct(line.customer_id))]
    with store.read() as tx:
        lines = tx.connection.execute(select(*counts).where(is_open(now))).one()
        late = tx.connection.execute(select(*counts).where(is_open(now), line.promised_ship_by < now.date())).one()
    return tuple(lines), tuple(late)


def test_every_row_of_northwind_comes_in_without_a_complaint(store, tmp_path):
    reports = take_all(store, tmp_path, list(FILES))
    assert {name: one.accepted for name, one in reports.items()} == ROWS
    assert {(one.rejected, one.warnings) for one in reports.values()} == {(0, 0)}


def test_northwind_imported_twice_changes_nothing(store, tmp_path):
    take_all(store, tmp_path, list(FILES))
    again = take_all(store, tmp_path, list(FILES))
    assert {name: (one.accepted, one.unchanged) for name, one in again.items()} == {
        name: (0, n) for name, n in ROWS.items()
    }


@pytest.mark.parametrize(
    "order", [list(FILES), list(FILES)[::-1], ["nw_orders", "nw_lines", "nw_emails", "nw_customers", "nw_products"]]
)
def test_northwinds_open_lines_are_known_as_of_any_day_whatever_file_came_first(store, tmp_path, order):
    take_all(store, tmp_path, order)
    assert waiting(store, (1998, 6, 12)) == ((73, 21, 18), (73, 21, 18))
    assert waiting(store, (1998, 5, 20)) == ((73, 21, 18), (9, 3, 3))
    assert waiting(store, (1998, 2, 1))[0][1] == 17


def test_northwinds_undeclared_dates_are_read_month_first_because_its_data_leave_no_doubt(store, tmp_path):
    from dataclasses import replace

    told = replace(profiles()["nw_orders"], date_formats=())
    request = ImportRequest("orders", DATA / "orders.csv", told, rejects_in=tmp_path)
    report = import_file(store, request, context(), datetime(1998, 6, 12, tzinfo=UTC), lambda done, size: None)
    assert (report.detected.date_order, report.accepted) == ("month first", 830)
