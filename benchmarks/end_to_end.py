"""End to end (plan, judge again, render in limited processes, SMTP, contact log) against a bare loop without a
database.

The bare loop fills one finished HTML text, builds an EmailMessage and hands it to a pool of aiosmtplib connections:
what
somebody writes in an afternoon. Both send the same number of mails of the same size to the same sink.
"""

import asyncio
import csv
import statistics
import tempfile
import time
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib

from benchmarks.sink import smtp_sink
from notifier import app
from notifier.pipeline.deliver import deliver
from notifier.pipeline.imports import ImportRequest, import_records
from notifier.pipeline.plan import plan
from notifier.settings import Settings, load_settings

MAILS = 3000
ROUNDS = 5
CONNECTIONS = 16
NOW = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)
COLUMNS = (
    "order_id",
    "customer_id",
    "customer_name",
    "email",
    "sku",
    "product",
    "ordered_at",
    "promised_ship_by",
    "eta_to",
)


def run() -> None:
    """Print the rounds and the median ratio."""
    ratios = []
    print(f"end to end, {MAILS} mails on {CONNECTIONS} connections, {ROUNDS} rounds")
    print("round   plan/s  deliver/s  end to end/s  bare loop/s  ratio")
    for number in range(ROUNDS):
        planned, delivered, size = _ours()
        bare = _bare(size)
        ours = MAILS / (MAILS / planned + MAILS / delivered)
        ratios.append(ours / bare)
        print(f"{number + 1:5}  {planned:7.0f}  {delivered:9.0f}  {ours:12.0f}  {bare:11.0f}  {ours / bare:5.2f}")
    print(f"median ratio {statistics.median(ratios):.2f}")


def _ours() -> tuple[float, float, int]:
    """Customers planned a second, mails delivered a second, bytes of one mail."""
    with tempfile.TemporaryDirectory() as name, smtp_sink() as port:
        settings = _settings(Path(name), port)
        app.migrate(settings)
        house = app.open_house(settings)
        try:
            rows = ImportRequest("backorders", _orders(Path(name)))
            import_records(house, app.shop_context(settings), rows, NOW, lambda done, whole: None)
            start = time.perf_counter()
            report = plan(house, NOW, False, lambda done, due: None)
            planned = time.perf_counter() - start
            assert report.verdicts["send"] == MAILS, report.as_json()
            spent, size = asyncio.run(_deliver(settings, house))
        finally:
            house.store.close()
    return MAILS / planned, MAILS / spent, size


async def _deliver(settings: Settings, house: app.House) -> tuple[float, int]:
    wires = app.open_wires(settings)
    try:
        start = time.perf_counter()
        report = await deliver(house, wires, lambda: NOW, asyncio.Event(), lambda report: None)
        spent = time.perf_counter() - start
    finally:
        await app.close_wires(wires)
    assert report.accepted == MAILS, report
    return spent, 12_000


def _settings(folder: Path, port: int) -> Settings:
    (folder / "settings.toml").write_text(
        f"""
[shop]
name = "Bench"
postal_address = "1 Test Street"
[brands.default]
sender = "Bench <orders@bench.example>"
[delivery]
mode = "live"
[email]
host = "127.0.0.1"
port = {port}
security = "none"
connections = {CONNECTIONS}
[safety]
max_per_run = 1000000
"""
    )
    return load_settings(folder / "settings.toml", {})


def _orders(folder: Path) -> Path:
    path = folder / "orders.csv"
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        for i in range(MAILS):
            who = (f"o{i}", f"c{i}", f"Customer {i}", f"c{i}@bench.example", f"sku{i % 100}", f"Product {i % 100}")
            out.writerow((*who, "2026-05-01T10:00:00Z", "2026-05-20", "2026-06-20"))
    return path


def _bare(size: int) -> float:
    """Mails a second of the bare loop."""
    with smtp_sink() as port:
        start = time.perf_counter()
        asyncio.run(_bare_loop(port, size))
        return MAILS / (time.perf_counter() - start)


async def _bare_loop(port: int, size: int) -> None:
    left = iter(range(MAILS))

    async def lane() -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False) as client:
            for i in left:
                await client.send_message(_message(i, size))

    await asyncio.gather(*(lane() for _ in range(CONNECTIONS)))


def _message(i: int, size: int) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Bench <orders@bench.example>"
    message["To"] = f"c{i}@bench.example"
    message["Subject"] = f"Your order o{i} is late"
    message.set_content(f"Hello Customer {i}, your order is late.\n" * (size // 160))
    message.add_alternative(f"<p>Hello Customer {i}, your order is late.</p>\n" * (size // 60), subtype="html")
    return message


if __name__ == "__main__":
    run()
