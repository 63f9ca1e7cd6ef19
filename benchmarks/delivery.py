"""Delivery end to end, all contenders in one run against one sink, as shares of what that sink takes at its fastest.

S is smtp-source with 16 kept sessions: what the sink takes. Ours is everything: claim, fresh facts judged again, render
in the limited processes, durable hand-off, send, settle, contact logged; planning is not in it. The peer finds its
mails rendered and queued. Medians of ROUNDS.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks.bare import bare_loop
from benchmarks.engines import empty_database
from benchmarks.post_office import DEFAULTS, MISSING, TUNED, installed, post_office
from benchmarks.sink import smtp_sink
from benchmarks.small_shop import queued_shop
from benchmarks.waiting import opened, seconds_of

ROUNDS = int(os.environ.get("ROUNDS", "5"))
MAILS = int(os.environ.get("MAILS", "10000"))
KEPT_SESSIONS = 16
SIZE = 8000
NOW = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)


S = "S: smtp-source, 16 kept sessions"
OURS = "ours, PostgreSQL, 2 workers"
PEERS = {"post_office, PostgreSQL, defaults": DEFAULTS, "post_office, PostgreSQL, tuned": TUNED}


def run() -> None:
    """Print each round, the medians, and how many times the peer we are."""
    found: dict[str, list[float]] = {}
    contenders = _contenders()
    print(f"delivery, {MAILS:,} mails, {ROUNDS} rounds")
    for number in range(ROUNDS):
        for name, contender in contenders.items():
            with smtp_sink() as port:
                found.setdefault(name, []).append(contender(port))
            print(f"round {number + 1}: {name}: {found[name][-1]:,.0f} a second", flush=True)
    print(f"\n{'median of ' + str(ROUNDS) + ' rounds':40} a second  of S")
    for name, rates in found.items():
        print(f"{name:40} {statistics.median(rates):8,.0f}  {_ratio(rates, found[S]):.3f}")
    for name in [name for name in PEERS if name in found]:
        print(f"{OURS}: {_ratio(found[OURS], found[name]):.1f} times {name}")
    print()


def _contenders() -> dict[str, Callable[[int], float]]:
    contenders: dict[str, Callable[[int], float]] = {
        S: source,
        "bare loop, no database": lambda port: MAILS / 5 / bare_loop(port, MAILS // 5, SIZE),
        OURS: lambda port: ours("postgresql", 2, port),
        "ours, SQLite, 1 process": lambda port: ours("sqlite", 1, port),
    }
    if not installed():
        print(MISSING)
        return contenders
    return contenders | {name: partial(peer, options) for name, options in PEERS.items()}


def _ratio(rates: list[float], others: list[float]) -> float:
    """The median of the rounds' own ratios: what disturbs a round disturbs both."""
    return statistics.median(one / other for one, other in zip(rates, others, strict=True))


def source(port: int) -> float:
    """Mails a second that postfix's smtp-source sends."""
    program = shutil.which("smtp-source", path="/usr/sbin:/usr/bin:/usr/local/sbin:/opt/homebrew/sbin") or "smtp-source"
    count = 20 * KEPT_SESSIONS * 200
    command = [program, "-d", "-s", str(KEPT_SESSIONS), "-m", str(count), "-l", str(SIZE), f"inet:127.0.0.1:{port}"]
    begun = time.perf_counter()
    subprocess.run(command, check=True)
    return count / (time.perf_counter() - begun)


def ours(engine: str, workers: int, port: int) -> float:
    """Mails a second that `workers` processes deliver."""
    with empty_database(engine) as (folder, url):
        queued_shop(folder, url, port, MAILS, NOW)
        return MAILS / timed(folder, url, workers)


def peer(options: dict[str, int], port: int) -> float:
    """Mails a second that django-post_office delivers."""
    return post_office(options, port, MAILS, SIZE)


def timed(folder: Path, url: str, workers: int) -> float:
    """Seconds from the word to begin until the last of so many workers has found the outbox empty."""
    command = [sys.executable, "-m", "benchmarks.delivery_worker", str(folder), url, str(workers)]
    spent, words = seconds_of([opened(command) for _ in range(workers)])
    told = [json.loads(one) for one in words]
    print(f"   {told}", file=sys.stderr)
    assert sum(one["accepted"] for one in told) == MAILS, told
    return spent


if __name__ == "__main__":
    run()
