"""Twilio's webhooks under load: how long an answer takes, from the moment it should have been asked.

`python -m benchmarks.webhook [--seconds N] [--rate N] [--engine sqlite|postgresql]`. Texts of customers and receipts of
our messages take turns, signed, at a fixed rate whatever the answers take; `notifier web` serves them as it would.
"""

import argparse
import asyncio
import csv
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlencode

import aiohttp

from benchmarks.engines import ENGINES, empty_database
from benchmarks.waiting import ROOT
from notifier import app
from notifier.pipeline.deliver import deliver
from notifier.pipeline.imports import ImportRequest, import_records
from notifier.pipeline.plan import plan
from notifier.queries.for_people import texts_waiting
from notifier.settings import load_settings
from notifier.web.twilio_signature import signature

SECONDS, RATE = 60, 100
CUSTOMERS = 1000
TOKEN, PUBLIC = "f00d" * 8, "https://go.bench.example"
NOW = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)
SAYS = ("Where is my lamp?", "thanks!", "1", "STOP", "Please cancel my order", "When will it come?")

SETTINGS = """
[shop]
name = "Bench"
[brands.default]
text_sender = "+12025550100"
[database]
url = {url}
[safety]
max_per_run = 1000000
[web]
listen = "127.0.0.1:{port}"
public_url = "{public}"
"""


def run(seconds: int = SECONDS, rate: int = RATE, engines: tuple[str, ...] = ENGINES) -> None:
    """Print the table."""
    print(f"webhooks, {rate} a second for {seconds} s, {os.cpu_count()} cores")
    print("engine      p50 ms  p99 ms  longest ms  left to take in, and for how long  answers")
    for engine in engines:
        with empty_database(engine) as (folder, url), _server(folder, url) as address:
            spent, answers = asyncio.run(_load(address, seconds, rate))
            left, length = _caught_up(folder)
        hundredths = statistics.quantiles(spent, n=100, method="inclusive")
        told = ", ".join(f"{count} x {status}" for status, count in sorted(answers.items()))
        figures = f"{hundredths[49] * 1000:6.1f}  {hundredths[98] * 1000:6.1f}  {max(spent) * 1000:10.1f}"
        print(f"{engine:10}  {figures}  {left:15} {length:16.1f} s  {told}", flush=True)


@contextmanager
def _server(folder: Path, url: str) -> Iterator[str]:
    """`notifier web` on a shop whose customers have been written to."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path = folder / "settings.toml"
    path.write_text(SETTINGS.format(url=json.dumps(url), port=port, public=PUBLIC))
    _written_to(folder, path)
    environ = os.environ | {"NOTIFIER_SMS__AUTH_TOKEN": TOKEN}
    command = [sys.executable, "-m", "notifier", "--settings", str(path), "web"]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL) as child:
        try:
            _wait_for(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            child.terminate()


def _caught_up(folder: Path) -> tuple[int, float]:
    """Texts that were kept and not yet taken in when the last one was answered, and the seconds until none was left."""
    house, begun, left = app.open_house(load_settings(folder / "settings.toml", {})), time.monotonic(), None
    try:
        while True:
            with house.store.read() as tx:
                waiting = texts_waiting(tx).count
            left = waiting if left is None else left
            if not waiting:
                return left, time.monotonic() - begun
            time.sleep(0.1)
    finally:
        house.store.close()


def _written_to(folder: Path, path: Path) -> None:
    settings = load_settings(path, {})
    app.migrate(settings)
    house = app.open_house(settings)
    try:
        rows = ImportRequest("backorders", _orders(folder))
        import_records(house, app.shop_context(settings), rows, NOW, lambda done, whole: None)
        plan(house, NOW, False, lambda done, due: None)
        wires = app.open_wires(settings)
        report = asyncio.run(deliver(house, wires, lambda: NOW, asyncio.Event(), lambda report: None))
        asyncio.run(app.close_wires(wires))
        assert report.counts()["accepted"] == CUSTOMERS, report
        house.store.tidy()
    finally:
        house.store.close()


def _orders(folder: Path) -> Path:
    path = folder / "orders.csv"
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(("order_id", "customer_id", "email", "phone", "sku", "ordered_at", "promised_ship_by", "eta_to"))
        for i in range(CUSTOMERS):
            days = ("2026-05-01T10:00:00Z", "2026-05-20", "2026-06-20")
            out.writerow((f"o{i}", f"c{i}", f"c{i}@bench.example", _number(i), f"sku{i % 100}", *days))
    return path


def _number(i: int) -> str:
    return f"+1202456{i:04}"


def _wait_for(port: int) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def _asked() -> Iterator[tuple[str, dict[str, str]]]:
    """Path and form of each request, without end."""
    for i, says in enumerate(cycle(SAYS)):
        sid = f"SM{i:032x}"
        form = {"MessageSid": sid, "From": _number(i % CUSTOMERS), "To": "+12025550100", "Body": says, "NumMedia": "0"}
        yield "/webhooks/twilio/text", form
        state = {"MessageSid": sid, "MessageStatus": "delivered" if i % 2 else "sent"}
        yield f"/webhooks/twilio/status?attempt={i % CUSTOMERS + 1}", state


async def _load(address: str, seconds: int, rate: int) -> tuple[list[float], Counter[int]]:
    """Seconds from when each was due, and how often each status came."""
    loop, spent, answers = asyncio.get_running_loop(), list[float](), Counter[int]()
    begun = loop.time() + 0.5
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:

        async def ask(number: int, path: str, form: dict[str, str]) -> None:
            due = begun + number / rate
            headers = {
                "X-Twilio-Signature": signature(TOKEN, PUBLIC + path, list(form.items())),
                "Content-Type": "application/x-www-form-urlencoded",
            }
            await asyncio.sleep(due - loop.time())
            async with client.post(address + path, data=urlencode(form), headers=headers) as answer:
                await answer.read()
            spent.append(loop.time() - due)
            answers[answer.status] += 1

        requests = islice(_asked(), seconds * rate)
        await asyncio.gather(*(ask(number, path, form) for number, (path, form) in enumerate(requests)))
    return spent, answers


if __name__ == "__main__":
    said = argparse.ArgumentParser()
    said.add_argument("--seconds", type=int, default=SECONDS)
    said.add_argument("--rate", type=int, default=RATE)
    said.add_argument("--engine", choices=ENGINES)
    given = said.parse_args()
    run(given.seconds, given.rate, (given.engine,) if given.engine else ENGINES)
