"""Figures of the policy as the team saved them at the console; only ever added. Colour: store.

Called by pipeline.in_force and pipeline.policy_figures.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select

from notifier.store.engine import Transaction
from notifier.store.lookup import insert_new, table_of
from notifier.store.meta import keep_mark
from notifier.store.tables import Meta, PolicyChange, PolicyFigure

_change, _figure, _meta = table_of(PolicyChange), table_of(PolicyFigure), table_of(Meta)

LOCK = "policy"
"""Held by who saves figures."""

PLANNED = "planned_policy"
"""The change by which the last plan judged."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One figure that the console sets: its value as settings.toml writes it, and who saved it when."""

    value: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a change, before and after (None: as the settings say)."""

    key: str
    was: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One time that somebody saved figures."""

    id: int
    at: datetime
    by: str
    note: str
    figures: Sequence[Figure]


def newest(tx: Transaction) -> int:
    """The id of the last change; 0 where there is none."""
    return tx.connection.execute(select(func.max(_change.c.id))).scalar_one() or 0


def in_force(tx: Transaction, until: int | None = None) -> dict[str, Kept]:
    """The figures that the console sets, by key; `until`: as they were right after that change."""
    query = select(_figure, _change.c.at, _change.c.by).join(_change, _change.c.id == _figure.c.change_id)
    if until is not None:
        query = query.where(_change.c.id <= until)
    found: dict[str, Kept] = {}
    for row in tx.connection.execute(query.order_by(_figure.c.change_id)):
        if row.value is None:
            found.pop(row.key, None)
        else:
            found[row.key] = Kept(row.value, row.by, row.at)
    return found


def keep(tx: Transaction, figures: Sequence[Figure], by: str, note: str, now: datetime) -> int:
    """Save what `by` changed; from now on every process judges by it. Returns the change's id."""
    made: int = tx.connection.execute(
        insert(_change).returning(_change.c.id), {"at": now, "by": by, "note": note}
    ).scalar_one()
    rows = [{"change_id": made, "key": one.key, "was": one.was, "value": one.value} for one in figures]
    tx.connection.execute(insert(_figure), rows)
    keep_mark(tx, f"policy {made} {now.isoformat()}")
    return made


def history(tx: Transaction, most: int) -> list[Change]:
    """The last changes, the newest first."""
    rows = list(tx.connection.execute(select(_change).order_by(_change.c.id.desc()).limit(most)))
    figures: Mapping[int, list[Row[Any]]] = defaultdict(list)
    these = select(_figure).where(_figure.c.change_id.in_([row.id for row in rows])).order_by(_figure.c.key)
    for row in tx.connection.execute(these):
        figures[row.change_id].append(row)
    return [
        Change(row.id, row.at, row.by, row.note, [Figure(one.key, one.was, one.value) for one in figures[row.id]])
        for row in rows
    ]


def planned_by_another(tx: Transaction) -> bool:
    """Whether the last plan judged by other figures; remembers these."""
    now = str(newest(tx))
    if now == "0":
        return False  # as nearly always
    before = tx.connection.execute(select(_meta.c.value).where(_meta.c.name == PLANNED)).scalar_one_or_none()
    if before == now:
        return False
    insert_new(tx, _meta, [{"name": PLANNED, "value": now}], replace=("value",))
    return True
