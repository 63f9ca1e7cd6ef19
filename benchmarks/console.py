"""How long the console's pages take with 1,000,000 contacts on PostgreSQL, and 100,000 on SQLite.

`python -m benchmarks.console [--engine sqlite|postgresql] [--contacts N]`. `notifier web` serves them in a process of
its own; somebody who is signed in asks for each page in turn, ROUNDS times. The first time is told by itself: it opens
connections, compiles templates, and finds out what is remembered afterwards.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx2

from benchmarks.big_shop import HEAVY, NOW, Size, build
from benchmarks.engines import ENGINES, empty_database
from benchmarks.seen_shop import furnish
from benchmarks.waiting import ROOT
from notifier import app
from notifier.pipeline import accounts
from notifier.settings import Settings, load_settings
from notifier.terms.operator import Operator, Role

ROUNDS = int(os.environ.get("ROUNDS", "40"))
CONTACTS = {"postgresql": 1_000_000, "sqlite": 100_000}
NAME, PASSWORD = "bench", "correct horse battery"
SPAN = f"from={NOW.date().replace(month=4)}&to={NOW.date()}"

PAGES = (
    "/console",
    "/console/backorders",
    "/console/backorders?show=late&country=US",
    "/console/backorders?sku=sku7",
    "/console/backorders?legal=notice_due",
    "/console/backorders?legal=refund_due",
    "/console/backorders?country=XX",
    "/console/backorders?needs=overdue",
    "/console/backorders?needs=alarm",
    f"/console/backorders?due={NOW.date().replace(day=3)}",
    f"/console/customers/{HEAVY}",
    "/console/customers/77",
    f"/console/orders/{HEAVY}",
    "/console/orders/77",
    "/console/messages?state=held",
    "/console/messages?state=refused",
    "/console/messages?state=unknown",
    "/console/messages?state=queued",
    "/console/messages?state=accepted",
    "/console/messages?state=withdrawn",
    "/console/messages/77",
    "/console/messages/77/email",
    f"/console/contacts?{SPAN}",
    f"/console/contacts/days?{SPAN}",
    "/console/search?q=o777",
    f"/console/search?q={quote('anna')}",
    f"/console/search?q={quote('zoë mül')}",
    f"/console/search?q={quote('anna lukasz-b')}",
    f"/console/search?q={quote('c777@bench.example')}",
    f"/console/search?q={quote('+1 212 736 5000')}",
    "/console/search?q=c",
    "/console/inbox",
    "/console/inbox/77",
    "/console/actions",
    "/console/runs",
    "/console/runs/1",
    "/console/pauses",
    "/console/policy",
    "/console/slip",
    "/console/import",
    "/console/templates",
    "/console/templates/eta_change/email",
    "/console/templates/eta_change/email/uses?number=1",
    "/console/team",
    "/console/audit",
    "/console/me",
)
"""What is measured: a page of another area is one line more."""

SETTINGS = """
[shop]
name = "Bench"
postal_address = "1 Test Street"
[database]
url = {url}
[safety]
max_per_run = 10000000
[web]
listen = "127.0.0.1:{port}"
public_url = "http://127.0.0.1:{port}"
"""


def run(engines: tuple[str, ...] = ENGINES, contacts: int = 0) -> None:
    """Print a table for each engine."""
    for engine in engines:
        many = contacts or CONTACTS[engine]
        with empty_database(engine) as (folder, url):
            settings = _settings(folder, url)
            size = Size(many * 3 // 10, many, many * 12 // 10, many)
            print(f"writing a shop of {many:,} contacts and {size.backorders:,} customers, {engine}", flush=True)
            build(settings, size)
            furnish(settings)
            _join(settings)
            print(f"the console beside {many:,} contacts, {engine}, {ROUNDS} rounds, in ms")
            _measure(settings)


def _settings(folder: Path, url: str) -> Settings:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path = folder / "settings.toml"
    path.write_text(SETTINGS.format(url=json.dumps(url), port=port))
    return load_settings(path, {})


def _join(settings: Settings) -> None:
    house = app.open_house(settings)
    try:
        accounts.add(house, Operator(0, NAME, "bench@bench.example", Role.LEAD), PASSWORD, "bench", app.clock())
    finally:
        house.store.close()


def _measure(settings: Settings) -> None:
    spent: dict[str, list[float]] = {path: [] for path in PAGES}
    with _served(settings) as browser:
        for _ in range(ROUNDS + 1):
            for path in PAGES:
                begun = time.perf_counter()
                answer = browser.get(path)
                spent[path].append((time.perf_counter() - begun) * 1000)
                assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
    print(f"{'page':46}  {'first':>7}  {'best':>7}  {'p50':>7}  {'p95':>7}")
    for path, (first, *later) in spent.items():
        p95 = statistics.quantiles(later, n=20, method="inclusive")[-1]
        figures = (first, min(later), statistics.median(later), p95)
        print(f"{path:46}  {'  '.join(f'{one:7.1f}' for one in figures)}", flush=True)


@contextmanager
def _served(settings: Settings) -> Iterator[httpx2.Client]:
    """Somebody signed in at `notifier web`."""
    path, address = settings.base / "settings.toml", settings.web.public_url
    command = [sys.executable, "-m", "notifier", "--settings", str(path), "web"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as child:
        try:
            with httpx2.Client(base_url=address, headers={"sec-fetch-site": "same-origin"}, timeout=120) as browser:
                _wait_for(browser)
                answer = browser.post("/console/sign-in", data={"name": NAME, "password": PASSWORD})
                assert answer.status_code == 303, answer.text
                yield browser
        finally:
            child.terminate()


def _wait_for(browser: httpx2.Client) -> None:
    for _ in range(600):
        try:
            browser.get("/console/sign-in")
        except httpx2.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("notifier web did not start")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=ENGINES)
    parser.add_argument("--contacts", type=int, default=0)
    asked = parser.parse_args()
    run((asked.engine,) if asked.engine else ENGINES, asked.contacts)
