"""`plan` beside a million backorders: how its time grows with what is due, and how little with what is not.

`python -m benchmarks.plan_scale [--backorders N] [--engine sqlite|postgresql]`. Each run is a process of its own, so
that its peak memory is its own. Three runs: a tenth of the small shop due, as many due in the large shop, a tenth of
the large shop due. A loaded machine shows in the wall clock first: the exponents are of processor seconds on SQLite,
where the database works in the same process, and of the wall clock on PostgreSQL.
"""

import argparse
import json
import math
import resource
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.big_shop import NOW, Size, build, make_due, settings_for
from benchmarks.engines import ENGINES, empty_database
from notifier import app
from notifier.pipeline.plan import plan
from notifier.settings import Settings

SMALLER = 10
"""The small shop is so many times smaller, and so many times fewer are due than there are."""

CONTACTS_A_BACKORDER = 5


def run(backorders: int = 1_000_000, engines: tuple[str, ...] = ENGINES) -> None:
    """Print the three runs of each engine, and the two exponents."""
    for engine in engines:
        print(f"plan, {engine}")
        print("backorders      due    wall, s  processor, s  s/100,000 due  peak, MB")
        small, large = backorders // SMALLER, backorders
        with empty_database(engine) as (folder, url):
            base = _measured(_shop(folder, url, small), url, 1, small // SMALLER)
        with empty_database(engine) as (folder, url):
            shop = _shop(folder, url, large)
            idle = _measured(shop, url, 1, small // SMALLER)
            grown = _measured(shop, url, 2, large // SMALLER)
        clock = "cpu" if engine == "sqlite" else "wall"
        print(f"exponent in what is due: {_exponent(idle[clock], grown[clock]):.2f}")
        print(f"exponent in what is not due: {_exponent(base[clock], idle[clock]):.2f}")


def _exponent(before: float, after: float) -> float:
    return math.log(after / before) / math.log(SMALLER)


def _shop(folder: Path, url: str, backorders: int) -> Settings:
    settings = settings_for(folder, url)
    build(settings, Size(backorders, backorders, backorders * 3 // 2, backorders * CONTACTS_A_BACKORDER))
    return settings


def _measured(settings: Settings, url: str, first: int, due: int) -> dict[str, float]:
    make_due(settings, first, due)
    words = [sys.executable, "-m", "benchmarks.plan_scale", "--one", str(settings.base), "--url", url]
    found: dict[str, float] = json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout)
    each = found["wall"] / due * 100_000
    print(
        f"{found['backorders']:10.0f}  {due:7}  {found['wall']:9.1f}  {found['cpu']:12.1f}  {each:13.1f}"
        f"  {found['peak']:8.0f}"
    )
    return found


def _one(folder: Path, url: str) -> None:
    """One plan, committed; prints its figures as JSON."""
    house = app.open_house(settings_for(folder, url))
    try:
        wall, cpu = time.perf_counter(), time.process_time()
        report = plan(house, NOW, False, lambda done, due: None)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        with house.store.read() as tx:
            total = tx.connection.exec_driver_sql("SELECT count(*) FROM order_line").scalar_one()
    finally:
        house.store.close()
    assert report.verdicts["send"] == report.customers, report.as_json()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"wall": wall, "cpu": cpu, "peak": peak, "backorders": total, "due": report.customers}))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backorders", type=int, default=1_000_000)
    parser.add_argument("--engine", choices=ENGINES)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    asked = _asked()
    if asked.one:
        _one(asked.one, asked.url)
    else:
        run(asked.backorders, (asked.engine,) if asked.engine else ENGINES)
