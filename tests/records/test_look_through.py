"""A file looked through: the counts and rejects of a dry run, without keeping anybody who writes waiting."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from notifier import app
from notifier.errors import Shrunken
from notifier.pipeline import configured
from notifier.pipeline.imports import ImportReport, ImportRequest, import_records, look_at_records
from notifier.store.tables import ImportRun, OrderLine
from tests.shop import NOON, Shop, open_shop, order

FULL = "[profiles.full]\nkind = 'backorders'\nsnapshot = true\n"


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Shop:
    shop = open_shop(tmp_path, database_url, FULL)
    shop.take_in("backorders", [order(name) for name in ("ann", "bob", "cat")], profile="full")
    return shop


def written(shop: Shop, rows: Sequence[dict[str, Any]]) -> Path:
    path = shop.folder / "next.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, list(rows[0]))
        out.writeheader()
        out.writerows(rows)
    return path


def looked(shop: Shop, rows: Sequence[dict[str, Any]], profile: str = "", **more: Any) -> ImportReport:
    shape = configured.profile(shop.settings, profile, "backorders")
    request = ImportRequest("backorders", written(shop, rows), shape, **more)
    with shop.house() as house:
        return look_at_records(house, app.shop_context(shop.settings), request, NOON, lambda done, whole: None)


def test_it_counts_what_is_known_what_can_be_taken_and_what_is_rejected(shop: Shop) -> None:
    found = looked(
        shop, [order("ann"), order("bob", product="Big lamp"), order("dan"), order("eve", ordered_at="soon")]
    )
    assert (found.read, found.unchanged, found.accepted, found.rejected, found.kept) == (4, 1, 2, 1, False)


def test_its_rejects_are_those_of_a_dry_run(shop: Shop) -> None:
    rows = [order("dan"), order("eve", ordered_at="soon"), order("fay", sku="")]
    first = Path(looked(shop, rows).reject_file or "").read_text()
    request = ImportRequest("backorders", shop.folder / "next.csv", dry_run=True)
    with shop.house() as house:
        dry = import_records(house, app.shop_context(shop.settings), request, NOON, lambda done, whole: None)
    assert first == Path(dry.reject_file or "").read_text()


def test_it_writes_nothing_and_can_be_done_while_somebody_else_writes(shop: Shop) -> None:
    before = (len(shop.rows(OrderLine)), len(shop.rows(ImportRun)))
    with shop.store.write() as tx:
        tx.lock("records")
        looked(shop, [order("dan")])
    assert (len(shop.rows(OrderLine)), len(shop.rows(ImportRun))) == before


def test_a_full_export_says_how_many_lines_it_would_close(shop: Shop) -> None:
    assert looked(shop, [order("ann"), order("bob")], "full").closed == 1


def test_a_shrunken_one_stops_and_is_looked_through_where_somebody_says_that_it_is_right(shop: Shop) -> None:
    with pytest.raises(Shrunken, match="2 of 3 open lines are gone"):
        looked(shop, [order("ann")], "full")
    assert looked(shop, [order("ann")], "full", accept_shrink=True).closed == 2
