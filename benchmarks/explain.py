"""`notifier explain` on a log of 5,000,000 contacts, process start included: for a customer, an order, a message.

`python -m benchmarks.explain [--contacts N] [--engine sqlite|postgresql] [--folder F --url U]`: with a folder and a
URL, a database that `big_shop` built is asked as it is.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.big_shop import HEAVY, Size, build, settings_for
from benchmarks.engines import ENGINES, empty_database
from notifier import app
from notifier.pipeline.explain import explain_customer, explain_message, explain_order
from notifier.settings import Settings
from notifier.store.migrate import open_store
from notifier.terms.time import zone

ROUNDS = 5
ASKED = ("customer c77", "order o77", "message 77", f"customer c{HEAVY}", f"order o{HEAVY}")


def run(contacts: int = 5_000_000, engines: tuple[str, ...] = ENGINES) -> None:
    """Build the log on each engine and print the table."""
    for engine in engines:
        with empty_database(engine) as (folder, url):
            settings = settings_for(folder, url)
            print(f"writing a log of {contacts:,} contacts, {engine}")
            build(settings, Size(contacts // 5, contacts // 5, contacts * 3 // 10, contacts))
            print(f"explain beside {contacts:,} contacts, {engine}, median of {ROUNDS}")
            _tell(settings, url)


def _tell(settings: Settings, url: str) -> None:
    print("asked                 query, ms   command, s   of it processor, s")
    for asked in ASKED:
        inside = statistics.median(_query(settings, *asked.split()) for _ in range(ROUNDS))
        calls = [_command(settings, url, *asked.split()) for _ in range(ROUNDS)]
        wall, cpu = (statistics.median(one[i] for one in calls) for i in (0, 1))
        print(f"{asked:20}  {inside * 1000:9.1f}  {wall:11.2f}  {cpu:19.2f}")


def _query(settings: Settings, what: str, key: str) -> float:
    """Seconds from an open database to the finished text."""
    store, tz = open_store(settings.database_url), zone("UTC")
    try:
        with store.read():
            pass
        start = time.perf_counter()
        if what == "message":
            found = explain_message(store, int(key), tz)
        else:
            found = (explain_customer if what == "customer" else explain_order)(store, key, tz)
        assert found[0].as_text()
        return time.perf_counter() - start
    finally:
        store.close()


def _command(settings: Settings, url: str, what: str, key: str) -> tuple[float, float]:
    """Seconds by the wall, and of a processor, of the whole command."""
    path = str(settings.base / "settings.toml")
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "notifier", "--settings", path, "explain", f"--{what}", key],
        env=environ | {"NOTIFIER_DATABASE__URL": url},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=5_000_000)
    parser.add_argument("--engine", choices=ENGINES)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--url")
    return parser.parse_args()


if __name__ == "__main__":
    asked = _asked()
    if asked.url:
        shop = settings_for(asked.folder, asked.url)
        app.migrate(shop)
        _tell(shop, asked.url)
    else:
        run(asked.contacts, (asked.engine,) if asked.engine else ENGINES)
