"""Writes what is new or different in bulk, and keeps what was before (DESIGN.md, 8). Colour: store."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, RowMapping, Table, bindparam, insert, select, update

from notifier.records.profile import ShopContext
from notifier.records.slipped import Field, Stated, newer_word
from notifier.store.engine import Transaction
from notifier.store.lookup import batches, table_of
from notifier.store.tables import FactChange

_history = table_of(FactChange)

OWN_DATES = frozenset({"shipped_at", "cancelled_at", "refunded_at", "paid_at"})
"""Fields that say themselves when they took effect."""

SILENT = frozenset({"name", "postal_code", "row_hash", "import_id", "seen_import", "described_at"})
"""Fields whose changes are not kept: they name a person (DESIGN.md, 8), or are bookkeeping."""


@dataclass(frozen=True, slots=True)
class Known:
    """Under which import, and known since when, the rows at hand are written."""

    import_id: int
    known_at: datetime


@dataclass(frozen=True, slots=True)
class Stamp(Known):
    """The same of a file, with what an import must know of the shop."""

    context: ShopContext


@dataclass(slots=True)
class Edits:
    """Changes of one table, gathered for one write. `kind` and a record's key name it in the history.

    `stated` is what slips have overruled: a file that says it again says nothing new, another word ends the slip.
    """

    table: Table
    kind: str
    stamp: Known
    inserts: list[dict[str, Any]]
    updates: dict[int, dict[str, Any]]
    changes: list[dict[str, Any]]
    stated: Stated
    newer: set[Field]

    @classmethod
    def of(cls, table: Table, kind: str, stamp: Known, stated: Stated | None = None) -> "Edits":
        """No edits yet."""
        return cls(table, kind, stamp, [], {}, [], stated or {}, set())

    def compare(self, old: Row[Any], new: Mapping[str, Any], key: str) -> bool:
        """Note what `new` changes in the row `old`; returns whether a fact changed, bookkeeping apart."""
        before = named(old)
        different = {name: value for name, value in new.items() if before[name] != value}
        if self.stated:
            self._leave_out_what_slipped(old.id, new, different)
        if not different:
            return False
        self.updates.setdefault(old.id, {}).update(different)
        facts = [name for name in different if name not in SILENT]
        for name in facts:
            self.changes.append(self._change(key, name, before[name], different[name], new))
        return bool(facts) or "name" in different or "postal_code" in different

    def _leave_out_what_slipped(self, row_id: int, new: Mapping[str, Any], different: dict[str, Any]) -> None:
        for name in new:
            place = (row_id, name)
            if place in self.stated and as_text(new[name]) == self.stated[place]:
                different.pop(name, None)
            elif place in self.stated:
                self.newer.add(place)

    def _change(self, key: str, name: str, old: Any, new: Any, row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "key": key,
            "field": name,
            "old": as_text(old),
            "new": as_text(new),
            "effective_at": _effective(name, new, row) or self.stamp.known_at,
            "known_at": self.stamp.known_at,
            "import_id": self.stamp.import_id,
        }

    def write(self, tx: Transaction) -> None:
        """One INSERT, one UPDATE for each set of changed fields, one INSERT of history."""
        if self.inserts:
            tx.connection.execute(insert(self.table), self.inserts)
        alike: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
        for row_id, fields in self.updates.items():
            alike[tuple(sorted(fields))].append(
                {"_id": row_id, **{f"_{name}": value for name, value in fields.items()}}
            )
        for names, rows in alike.items():
            values: dict[str, Any] = {name: bindparam(f"_{name}") for name in names}
            tx.connection.execute(update(self.table).where(self.table.c.id == bindparam("_id")).values(values), rows)
        if self.changes:
            tx.connection.execute(insert(_history), self.changes)
        if self.newer:
            newer_word(tx, self.kind, self.newer)


def named(row: Row[Any]) -> RowMapping:
    """The row's values by column name."""
    return row._mapping  # noqa: SLF001 - the documented name, underscored only to leave room for columns


def _effective(name: str, new: Any, row: Mapping[str, Any]) -> datetime | None:
    """When a change took effect, if the record says so (a label does through its date)."""
    if name in OWN_DATES and isinstance(new, datetime):
        return new
    if name in ("status", "quantity_shipped", "quantity_cancelled"):
        by_label = {"shipped": "shipped_at", "cancelled": "cancelled_at"}.get(str(new))
        told = by_label or {"quantity_shipped": "shipped_at", "quantity_cancelled": "cancelled_at"}.get(name, "")
        found = row.get(told)
        return found if isinstance(found, datetime) else None
    return None


def as_text(value: Any) -> str | None:
    """A value as the history keeps it: ISO dates, plain decimals, true and false."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def rows_by(tx: Transaction, table: Table, column: str, wanted: Iterable[Any]) -> list[Row[Any]]:
    """All rows of `table` whose `column` is one of `wanted`, some thousands a query."""
    found: list[Row[Any]] = []
    for some in batches(sorted(set(wanted))):
        found += tx.connection.execute(select(table).where(table.c[column].in_(some))).all()
    return found


def values_of(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Those of `names` that the row's file has a column for."""
    return {name: row[name] for name in names if name in row}
