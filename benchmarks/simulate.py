"""90 days of a shop with 10,000 customers, replayed by two policies: seconds, and where they go.

The history is made by the real importer: orders come day by day, supply dates move each week, goods ship.
"""

import argparse
import cProfile
import csv
import pstats
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from notifier import app
from notifier.pipeline.house import House
from notifier.pipeline.imports import ImportRequest, import_records
from notifier.pipeline.simulate import Comparison, Question, Rival, simulate
from notifier.policy.figures import Cap
from notifier.settings import Settings, load_settings

CUSTOMERS, LINES, DAYS, SKUS = 10_000, 12_000, 90, 400
FIRST = date(2026, 3, 2)
SETTINGS = '[shop]\ntimezone = "America/New_York"\n[safety]\nmax_per_run = 1000000\n'


def run(*, profiled: bool = False, customers: int = CUSTOMERS) -> None:
    """Print seconds of one side and of two, and with `profiled` the functions that cost most."""
    with tempfile.TemporaryDirectory() as name:
        settings = _settings(Path(name))
        house = app.open_house(settings)
        try:
            start = time.perf_counter()
            records = _history(settings, house, Path(name), customers)
            print(f"history of {DAYS} days, {customers} customers, {records} rows: {time.perf_counter() - start:.1f} s")
            _timed("the shop's own policy against what was sent", house, None, profiled=profiled)
            tight = (Cap(1, timedelta(days=7)),)
            policy = replace(house.judging.policy, caps=tight)
            rival = Rival(replace(house, judging=replace(house.judging, policy=policy)), "one a week", Decimal(0))
            if not profiled:
                _timed("two policies", house, rival)
        finally:
            house.store.close()


def _timed(what: str, house: House, rival: Rival | None, *, profiled: bool = False) -> Comparison:
    question = Question(FIRST, FIRST + timedelta(days=DAYS - 1), Decimal(0), rival)
    profile = cProfile.Profile(time.process_time)
    start, cpu = time.perf_counter(), _processor()
    if profiled:
        profile.enable()
    found = simulate(house, question, lambda done, days: None)
    profile.disable()
    counts = [side.messages().total() for side in found.sides]
    spent = f"{time.perf_counter() - start:.1f} s, of the processor {_processor() - cpu:.1f} s"
    print(f"{what}: {spent}; {found.customers} customers, messages {counts}")
    if profiled:
        pstats.Stats(profile).sort_stats("cumulative").print_stats(70)
    return found


def _processor() -> float:
    """Seconds of processor so far, those of ended processes of ours included."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in spent)


def _settings(folder: Path) -> Settings:
    (folder / "settings.toml").write_text(SETTINGS)
    settings = load_settings(folder / "settings.toml", {})
    app.migrate(settings)
    return settings


def _history(settings: Settings, house: House, folder: Path, customers: int) -> int:
    """Import each day what a shop's export would say; returns the rows read."""
    context, records = app.shop_context(settings), 0
    for number, (kind, day, rows) in enumerate(_days(random.Random(3), customers)):
        path = folder / f"{number:04}-{kind}.csv"
        with path.open("w", newline="") as file:
            out = csv.DictWriter(file, list(rows[0]))
            out.writeheader()
            out.writerows(rows)
        known = datetime(day.year, day.month, day.day, 11, tzinfo=UTC)
        report = import_records(house, context, ImportRequest(kind, path), known, lambda done, whole: None)
        assert not report.rejected, report
        records += report.read
    return records


def _days(dice: random.Random, customers: int) -> Iterator[tuple[str, date, list[dict[str, Any]]]]:
    lines = [_line(dice, number, customers) for number in range(LINES * customers // CUSTOMERS)]
    eta = {f"SKU{one}": FIRST + timedelta(days=dice.randrange(10, 60)) for one in range(SKUS)}
    yield "products", FIRST - timedelta(days=1), [{"sku": sku, "product": f"Thing {sku}", "stock": 0} for sku in eta]
    for at in range(DAYS):
        day = FIRST + timedelta(days=at)
        moved = [sku for sku in eta if at % 7 == 0 and (at == 0 or dice.random() < 0.25)]
        for sku in moved:
            eta[sku] += timedelta(days=0 if at == 0 else dice.randrange(-4, 15))
        if moved:
            yield "supply", day, [_supply(sku, eta[sku]) for sku in moved]
        changed = [one for one in lines if one["day"] == at]
        for one in lines:
            arrived = eta[one["row"]["sku"]] + timedelta(days=2)
            if one["day"] < at and not one["row"]["shipped_at"] and arrived <= day and dice.random() < 0.5:
                one["row"] |= {"status": "shipped", "shipped_at": f"{day}T09:00:00Z"}
                changed.append(one)
        if changed:
            yield "backorders", day, [one["row"] for one in changed]


def _supply(sku: str, promised: date) -> dict[str, Any]:
    return {"po_id": f"PO-{sku}", "sku": sku, "quantity": 1000, "promised_on": promised}


def _line(dice: random.Random, number: int, customers: int) -> dict[str, Any]:
    who, day = number % customers, dice.randrange(0, DAYS - 10)
    ordered = FIRST + timedelta(days=day)
    row = {
        "order_id": f"O{number}",
        "customer_id": f"C{who}",
        "customer_name": f"Customer {who}",
        "email": f"c{who}@bench.example",
        "country": dice.choice(["US", "US", "US", "DE", "GB"]),
        "sku": f"SKU{dice.randrange(SKUS)}",
        "ordered_at": f"{ordered}T08:{number % 60:02}:00Z",
        "promised_ship_by": ordered + timedelta(days=dice.randrange(5, 25)),
        "status": "backordered",
        "shipped_at": "",
    }
    return {"day": day, "row": row}


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("--profile", action="store_true")
    asked.add_argument("--customers", type=int, default=CUSTOMERS)
    given = asked.parse_args()
    run(profiled=given.profile, customers=given.customers)
