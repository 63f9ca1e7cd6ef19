"""What the tests of records/ share: a shop, files written on the spot, and looks into the database."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from notifier.records.importer import import_file
from notifier.records.profile import Profile, ShopContext
from notifier.records.report import ImportReport, ImportRequest
from notifier.store.engine import Store, open_engine
from notifier.store.lookup import table_of
from notifier.store.tables import Customer

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
CONTEXT = ShopContext(
    brand="north",
    brands=frozenset({"north", "south"}),
    timezone=ZoneInfo("Europe/Berlin"),
    country="DE",
    hash_key=b"0123456789abcdef0123456789abcdef",
    own_addresses=frozenset({"reply@shop.example"}),
)


@dataclass
class Bench:
    """A store with a folder of files, and the short words the tests speak."""

    store: Store
    folder: Path

    def file(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def take(self, kind: str, content: str | bytes, name: str = "", **more: Any) -> ImportReport:
        """Import `content` as a file of `kind`; `more` are profile fields, request fields or `now`."""
        now = more.pop("now", NOW)
        own = {key: more.pop(key) for key in ("dry_run", "strict", "accept_shrink", "source") if key in more}
        context = more.pop("context", CONTEXT)
        profile = Profile(more.pop("profile", "test"), kind, **more) if more else None
        request = ImportRequest(kind, self.file(name or f"{kind}.csv", content), profile, **own)
        return import_file(self.store, request, context, now, lambda done, size: None)

    def rows(self, model: Any) -> list[Any]:
        """All rows of a table, oldest first."""
        table = table_of(model)
        with self.store.read() as tx:
            return list(tx.connection.execute(select(table).order_by(table.c.id)))

    def one(self, model: Any) -> Any:
        rows = self.rows(model)
        assert len(rows) == 1
        return rows[0]

    def customers(self) -> dict[str, Any]:
        return {row.key: row for row in self.rows(Customer)}

    def judged(self) -> None:
        """As if plan had judged everybody: nobody is due."""
        with self.store.write() as tx:
            tx.connection.execute(table_of(Customer).update().values(due_at=None))

    def due(self) -> set[str]:
        return {row.key for row in self.rows(Customer) if row.due_at is not None}


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Bench:
    """An empty shop, on SQLite and on PostgreSQL."""
    folder = tmp_path / "files"
    folder.mkdir()
    return Bench(store, folder)


@pytest.fixture
def small(sqlite_url: str, tmp_path: Path) -> Any:
    """An empty shop on SQLite alone, for what does not hang on the database."""
    folder = tmp_path / "files"
    folder.mkdir()
    store = Store(open_engine(sqlite_url))
    yield Bench(store, folder)
    store.close()


@pytest.fixture
def tell() -> Callable[[str], str]:
    """Makes a backorders file of rows told as `column=value` pairs over a complete row."""
    base = {"order_id": "1", "line_id": "1", "sku": "A", "ordered_at": "2026-10-01T10:00:00Z", "customer_id": "C1"}

    def table(*rows: str) -> str:
        told = [{**base, **dict(part.split("=", 1) for part in row.split("|") if part)} for row in rows]
        names = list(dict.fromkeys(name for row in told for name in row))
        lines = [",".join(names)] + [",".join(row.get(name, "") for name in names) for row in told]
        return "\n".join(lines) + "\n"

    return table


def context(**more: Any) -> ShopContext:
    return replace(CONTEXT, **more)
