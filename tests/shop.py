"""A small shop in a folder of its own, driven through the same functions as the command line."""

import asyncio
import csv
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select

from notifier import app
from notifier.pipeline import configured
from notifier.pipeline.deliver import Clock, DeliverReport, deliver
from notifier.pipeline.house import House
from notifier.pipeline.imports import ImportReport, ImportRequest, import_records
from notifier.pipeline.plan import plan
from notifier.pipeline.plan_report import PlanReport
from notifier.render_pool import Limits, RenderPool
from notifier.settings import Settings, load_settings
from notifier.store.engine import Store
from notifier.store.lookup import table_of
from notifier.store.migrate import open_store
from tests.compiled import share_compiled

NOON = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)
"""A Monday; inside every window from California to central Europe."""


@cache
def rendering() -> RenderPool:
    """The process that renders for all tests of this one: to start one costs more than most tests do."""
    return RenderPool(1, Limits(start_seconds=300))


OPEN: dict[str, Store] = {}
"""The databases that the test at hand has opened, by URL; conftest closes them."""


@dataclass(frozen=True, slots=True)
class Shop:
    """Settings, and the folder they lie in."""

    folder: Path
    settings: Settings
    secrets: Mapping[str, str] = field(default_factory=dict)

    def moved(self, folder: Path, database_url: str) -> "Shop":
        """The same shop in a copy of its folder and its database."""
        return _opened(folder, database_url, self.secrets)

    def names_its_database(self) -> Path:
        """The settings' file, which names the database from now on, as commands need it."""
        path = self.folder / "settings.toml"
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n[database]\nurl = {json.dumps(self.settings.database_url)}\n")
        return path

    @property
    def own_processes(self) -> bool:
        """Whether the test says by how many processes its messages are rendered."""
        return "render_workers" in (self.folder / "settings.toml").read_text("utf-8")

    @contextmanager
    def house(self) -> Iterator[House]:
        """The opened shop. Its database stays open until the test ends."""
        yield app.open_house(self.settings, self.store)

    @property
    def store(self) -> Store:
        """The opened database."""
        url = self.settings.database_url
        if url not in OPEN:
            OPEN[url] = open_store(url)
            share_compiled(OPEN[url].engine)
        return OPEN[url]

    def take_in(
        self, kind: str, rows: Sequence[Mapping[str, Any]], now: datetime = NOON, profile: str = ""
    ) -> ImportReport:
        """Import `rows` as a CSV file known at `now`."""
        path = self.folder / f"{kind}-{len(list(self.folder.iterdir()))}.csv"
        names = list(dict.fromkeys(name for row in rows for name in row))
        with path.open("w", newline="", encoding="utf-8") as file:
            out = csv.DictWriter(file, names)
            out.writeheader()
            out.writerows(rows)
        with self.house() as house:
            request = ImportRequest(kind, path, configured.profile(self.settings, profile, kind))
            return import_records(house, app.shop_context(self.settings), request, now, lambda done, whole: None)

    def plan(self, now: datetime = NOON, dry_run: bool = False) -> PlanReport:
        """Judge everybody due."""
        with self.house() as house:
            return plan(house, now, dry_run, lambda done, due: None)

    def deliver(self, now: datetime = NOON) -> DeliverReport:
        """Empty the outbox."""
        return asyncio.run(self._deliver(now))

    def deliver_by(self, clock: Clock, rounds: int) -> DeliverReport:
        """Deliver by a clock of the test's own, and stop after so many claims."""
        return asyncio.run(self._deliver_by(clock, rounds))

    async def _deliver(self, now: datetime) -> DeliverReport:
        return await self._deliver_by(lambda: now, None)

    async def _deliver_by(self, clock: Clock, rounds: int | None) -> DeliverReport:
        wires, stop, claims = app.open_wires(self.settings), asyncio.Event(), itertools.count(1)
        shared = wires if self.own_processes else replace(wires, pool=rendering())

        def count(report: DeliverReport) -> None:
            if next(claims) == rounds:
                stop.set()

        try:
            with self.house() as house:
                return await deliver(house, shared, clock, stop, count)
        finally:
            await app.close_wires(wires)

    def rows(self, model: type) -> list[Row[Any]]:
        """All rows of a table, by id."""
        with self.store.read() as tx:
            table = table_of(model)
            return list(tx.connection.execute(select(table).order_by(*table.primary_key)))

    def sent(self) -> list[str]:
        """The files that mode folder wrote, oldest first, as text."""
        paths = sorted(self.settings.delivery_folder.iterdir()) if self.settings.delivery_folder.is_dir() else []
        return [path.read_text("utf-8") for path in paths]


def open_shop(folder: Path, database_url: str, toml: str = "", **secrets: str) -> Shop:
    """A migrated shop with the settings in `toml`, and `secrets` by the names of their variables."""
    path = folder / "settings.toml"
    path.write_text(toml, encoding="utf-8")
    shop = _opened(folder, database_url, secrets)
    app.migrate(shop.settings)
    return shop


def told_shop(folder: Path, url: str, *names: str) -> Shop:
    """A shop whose customers of these names were told of their backorders; a recipe for `as_left`."""
    shop = open_shop(folder, url)
    shop.take_in("backorders", [order(name) for name in names])
    shop.plan()
    shop.deliver()
    return shop


def _opened(folder: Path, database_url: str, secrets: Mapping[str, str]) -> Shop:
    environ = {"NOTIFIER_DATABASE__URL": database_url} | secrets
    return Shop(folder, load_settings(folder / "settings.toml", environ), secrets)


def order(name: str, **more: Any) -> dict[str, Any]:
    """A backorder of customer `name`: ordered on 1 May 2026, promised for 20 May, in the United States."""
    return {
        "order_id": f"O-{name}",
        "customer_id": name,
        "customer_name": name.title(),
        "email": f"{name}@shop.example.com",
        "country": "US",
        "sku": "LAMP",
        "product": "Reading lamp",
        "ordered_at": "2026-05-01T10:00:00Z",
        "promised_ship_by": "2026-05-20",
        "status": "backordered",
    } | more
