"""Memory of one worker over many messages: it must not grow.

`python -m benchmarks.flat [--mails N] [--engine sqlite|postgresql]`. VmRSS is looked at each half per cent of the
mails; a figure is the median of the last 5 per cent before its moment.
"""

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.delivery import NOW
from benchmarks.engines import ENGINES, empty_database
from benchmarks.many import multiply
from benchmarks.sink import smtp_sink
from benchmarks.small_shop import queued_shop
from benchmarks.waiting import opened, seconds_of
from notifier.store.engine import Store, open_engine

MAILS = int(os.environ.get("FLAT_MAILS", "1000000"))
BY_PLAN = 10_000
"""So many come by import and plan, the others are copies of them."""

MOMENTS = (0.1, 0.5, 1.0)
WINDOW = 0.05


class Sample(NamedTuple):
    """Which share of the mails was accepted, and MB resident: of the worker, of the largest process that renders."""

    done: float
    own: float
    rendering: float


def run(mails: int = MAILS, engines: tuple[str, ...] = ENGINES) -> None:
    """Print the table of each engine."""
    times = max(mails // BY_PLAN, 1)
    for engine in engines:
        print(f"memory of one worker over {mails // times * times:,} mails, {engine}", flush=True)
        with smtp_sink() as port, empty_database(engine) as (folder, url):
            begun = time.perf_counter()
            queued_shop(folder, url, port, mails // times, NOW)
            _multiply(url, times)
            print(f"queued in {time.perf_counter() - begun:,.0f} s", flush=True)
            _tell(_samples(folder, url, mails // times * times))


def _multiply(url: str, times: int) -> None:
    store = Store(open_engine(url))
    try:
        multiply(store, times)
    finally:
        store.close()


def _samples(folder: Path, url: str, mails: int) -> list[Sample]:
    worker = opened([sys.executable, "-m", "benchmarks.flat_worker", str(folder), url, str(mails)])
    spent, told = seconds_of([worker])
    found = json.loads(told[0])
    assert found["accepted"] == mails, found
    print(f"delivered in {spent:,.0f} s, {mails / spent:,.0f} a second; the most at any moment {found['peak_mb']} MB")
    return [Sample(*one) for one in found["samples"]]


def _tell(samples: list[Sample]) -> None:
    print("of the mails  worker, MB  largest of those that render, MB")
    table = [_near(samples, moment) for moment in MOMENTS]
    for moment, near in zip(MOMENTS, table, strict=True):
        print(f"{moment:12.0%}  {_middle(near, 'own'):10.1f}  {_middle(near, 'rendering'):32.1f}")
    first, last = table[0], table[-1]
    growth = [_middle(last, what) / _middle(first, what) - 1 for what in ("own", "rendering")]
    print(f"growth from {MOMENTS[0]:.0%} on: worker {growth[0]:.1%}, rendering {growth[1]:.1%}\n")


def _near(samples: list[Sample], moment: float) -> list[Sample]:
    """Those of the window; of very few mails the last one before."""
    before = [one for one in samples if one.done <= moment]
    return [one for one in before if one.done >= moment - WINDOW] or before[-1:]


def _middle(samples: list[Sample], what: str) -> float:
    found: list[float] = [getattr(one, what) for one in samples]
    return statistics.median(found)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=MAILS)
    parser.add_argument("--engine", choices=ENGINES)
    return parser.parse_args()


if __name__ == "__main__":
    asked = _asked()
    run(asked.mails, (asked.engine,) if asked.engine else ENGINES)
