"""Delivery end to end, all contenders in one run against one sink, as shares of what that sink takes at its fastest.

S is smtp-source with 16 kept sessions: what the sink takes. Ours is everything: claim, fresh facts judged again, render
in the limited processes, durable hand-off, send, settle, contact logged; planning is not in it. Medians of ROUNDS.
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
from pathlib import Path

from benchmarks.bare import bare_loop
from benchmarks.engines import empty_database
from benchmarks.sink import smtp_sink
from benchmarks.small_shop import queued_shop

ROUNDS = int(os.environ.get("ROUNDS", "5"))
MAILS = int(os.environ.get("MAILS", "10000"))
KEPT_SESSIONS = 16
SIZE = 8000
NOW = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)


def run() -> None:
    """Print each round and the medians."""
    contenders: dict[str, Callable[[int], float]] = {
        "S: smtp-source, 16 kept sessions": source,
        "bare loop, no database": lambda port: MAILS / 5 / bare_loop(port, MAILS // 5, SIZE),
        "ours, PostgreSQL, 2 workers": lambda port: ours("postgresql", 2, port),
        "ours, SQLite, 1 process": lambda port: ours("sqlite", 1, port),
    }
    found: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(ROUNDS):
        for name, contender in contenders.items():
            with smtp_sink() as port:
                found[name].append(contender(port))
            print(f"round {number + 1}: {name}: {found[name][-1]:,.0f} a second", flush=True)
    first = next(iter(contenders))
    print(f"\n{'median of ' + str(ROUNDS) + ' rounds':40} a second  of S")
    for name, rates in found.items():
        shares = [rate / full for rate, full in zip(rates, found[first], strict=True)]
        print(f"{name:40} {statistics.median(rates):8,.0f}  {statistics.median(shares):.3f}")


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


def timed(folder: Path, url: str, workers: int) -> float:
    """Seconds from the word to begin until the last of so many workers has found the outbox empty."""
    command = [sys.executable, "-m", "benchmarks.delivery_worker", str(folder), url, str(workers)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    crew = [subprocess.Popen(command, text=True, **pipes) for _ in range(workers)]
    for one in crew:
        assert one.stdout is not None
        one.stdout.readline()
    begun = time.perf_counter()
    for one in crew:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    told = [json.loads(one.communicate()[0]) for one in crew]
    spent = time.perf_counter() - begun
    print(f"   {told}", file=sys.stderr)
    assert sum(one["accepted"] for one in told) == MAILS, told
    return spent


if __name__ == "__main__":
    run()
