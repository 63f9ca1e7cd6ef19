"""Northwind as a shop: imported from its own files by the profiles of docs/northwind.toml alone."""

from datetime import datetime
from pathlib import Path

import pytest

from notifier import app
from notifier.pipeline import configured
from notifier.pipeline.imports import ImportRequest, import_records
from tests.shop import Shop, open_shop

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data" / "northwind"
FILES = {
    "nw_customers": "customers.csv",
    "nw_emails": "emails.csv",
    "nw_products": "products.csv",
    "nw_orders": "orders.csv",
    "nw_lines": "order_details.csv",
}

needs_northwind = pytest.mark.skipif(not DATA.exists(), reason="absent data: northwind is not beside the checkout")


def open_northwind(folder: Path, database_url: str, now: datetime, more: str = "") -> Shop:
    """The shop with everything imported as known at `now`; `more` is TOML laid after the tutorial's settings."""
    shop = open_shop(folder, database_url, (ROOT / "docs" / "northwind.toml").read_text("utf-8") + more)
    context = app.shop_context(shop.settings)
    with shop.house() as house:
        for name, file in FILES.items():
            profile = configured.profile(shop.settings, name, "")
            assert profile is not None
            request = ImportRequest(profile.kind, DATA / file, profile, rejects_in=folder)
            report = import_records(house, context, request, now, lambda done, whole: None)
            assert (report.rejected, report.accepted) == (0, report.read)
    return shop
