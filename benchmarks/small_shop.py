"""A shop in which every customer is due one email, all queued. Used by the benchmarks of delivery."""

import csv
import json
from datetime import datetime
from pathlib import Path

from notifier import app
from notifier.pipeline.imports import ImportRequest, import_records
from notifier.pipeline.plan import plan
from notifier.settings import load_settings

CONNECTIONS = 32

COLUMNS = (
    *("order_id", "customer_id", "customer_name", "email", "sku", "product"),
    *("ordered_at", "promised_ship_by", "eta_to"),
)


def queued_shop(folder: Path, url: str, port: int, mails: int, now: datetime) -> None:
    """Make it, import and plan."""
    path = folder / "settings.toml"
    path.write_text(SETTINGS.format(port=port, connections=CONNECTIONS, url=json.dumps(url)))
    settings = load_settings(path, {})
    app.migrate(settings)
    house = app.open_house(settings)
    try:
        rows = ImportRequest("backorders", _orders(folder, mails))
        import_records(house, app.shop_context(settings), rows, now, lambda done, whole: None)
        report = plan(house, now, False, lambda done, due: None)
        assert report.verdicts["send"] == mails, report.as_json()
        house.store.tidy()
    finally:
        house.store.close()


SETTINGS = """
[shop]
name = "Bench"
postal_address = "1 Test Street"
[brands.default]
sender = "Bench <orders@bench.example>"
[database]
url = {url}
[delivery]
mode = "live"
[email]
host = "127.0.0.1"
port = {port}
security = "none"
connections = {connections}
[safety]
max_per_run = 10000000
"""


def _orders(folder: Path, mails: int) -> Path:
    path = folder / "orders.csv"
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        for i in range(mails):
            who = (f"o{i}", f"c{i}", f"Customer {i}", f"c{i}@bench.example", f"sku{i % 100}", f"Product {i % 100}")
            out.writerow((*who, "2026-05-01T10:00:00Z", "2026-05-20", "2026-06-20"))
    return path
