"""The audit log of the console: append-only, each row with a hash over itself and the one before. Colour: store.

Called by pipeline.audited. The database refuses to change a row; who can change the database itself cannot mend the
hashes after a row without writing all that follow, and the newest hash can be kept elsewhere (`notifier audit`).
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow, table_of
from notifier.store.tables import AuditEntry
from notifier.terms.time import utc

_entry = table_of(AuditEntry)

LOCK = "audit"
MOST_DETAIL = 400
ROWS_A_READ = 1000
STILL = timedelta(minutes=10)
KEPT = ("operator", "role", "note", "path", "detail", "of", "outcome")
"""The columns of an entry beside its moment and hash."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Who did what to what. `of` is the entry whose outcome this is; `outcome` "" says that it was begun.

    `goes_on`: the same again within STILL is no entry of its own.
    """

    operator: str
    role: str
    note: str
    path: str
    detail: str = ""
    of: int | None = None
    outcome: str = ""
    goes_on: bool = False


def append(tx: Transaction, entry: Entry, now: datetime) -> int:
    """Write one entry and return its id. Writers wait for each other, so that each knows the hash before its own.

    Who goes on with what they began within STILL, as somebody who types, has one entry of it, whoever else types.
    """
    tx.lock(LOCK)
    if entry.goes_on:
        own = entries(tx, 1, operator=entry.operator)
        if own and now - own[0].at < STILL and _still(own[0], entry):
            return int(own[0].id)
    newest = entries(tx, 1)
    last = newest[0].hash if newest else ""
    row = _columns(entry) | {"at": now}
    made = insert(_entry).values(**row, hash=_hash(last, row)).returning(_entry.c.id)
    return int(tx.connection.execute(made).scalar_one())


def entries(tx: Transaction, most: int, before: int | None = None, operator: str = "") -> list[AnyRow]:
    """The newest entries, `before` an id, of one operator or all."""
    query = select(_entry).order_by(_entry.c.id.desc()).limit(most)
    if before is not None:
        query = query.where(_entry.c.id < before)
    if operator:
        query = query.where(_entry.c.operator == operator)
    return list(tx.connection.execute(query))


def done_by(tx: Transaction, operator: str, notes: tuple[str, ...]) -> set[str]:
    """Which of these an operator has done at least once: begun, and not refused."""
    failed = _entry.alias()
    failed_at = select(failed.c.id).where(failed.c.of == _entry.c.id).exists()
    theirs = (_entry.c.operator == operator) & _entry.c.note.in_(notes) & _entry.c.of.is_(None)
    query = select(_entry.c.note).where(theirs & ~failed_at).distinct()
    return set(tx.connection.execute(query).scalars())


def broken_at(tx: Transaction) -> int | None:
    """The id of the first entry whose hash is not that of its words and the one before; None where all are."""
    last = ""
    for row in _all(tx):
        values = {name: getattr(row, name) for name in ("at", *KEPT)}
        if row.hash != _hash(last, values):
            return int(row.id)
        last = row.hash
    return None


def _still(newest: AnyRow, entry: Entry) -> bool:
    """Whether it is the deed that goes on by itself, said once more."""
    return all(getattr(newest, name) == value for name, value in _columns(entry).items())


def _columns(entry: Entry) -> dict[str, Any]:
    """What is kept of an entry."""
    kept = asdict(entry) | {name: getattr(entry, name)[:MOST_DETAIL] for name in ("path", "detail", "outcome")}
    return {name: value for name, value in kept.items() if name in KEPT}


def _all(tx: Transaction) -> Iterator[AnyRow]:
    after = 0
    while rows := list(
        tx.connection.execute(select(_entry).where(_entry.c.id > after).order_by(_entry.c.id).limit(ROWS_A_READ))
    ):
        yield from rows
        after = rows[-1].id


def _hash(last: str, values: dict[str, Any]) -> str:
    said = values | {"at": utc(values["at"]).isoformat()}
    return hashlib.sha256(json.dumps([last, sorted(said.items())], ensure_ascii=False).encode()).hexdigest()
