"""Lists the newest rows that fit a condition, however few do, at a bounded cost. Colour: store. Used by queries.

A table is looked through backwards, a range of ids at a time: after LOOKED_AT ids a list says how far it has looked,
and whoever wants more asks on from there. No row is counted to be passed over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Row, Select, func, select

from notifier.store.engine import Transaction

WINDOW = 2_500
"""Ids in one range."""

LOOKED_AT = 10_000
"""Ids that one list looks through."""


@dataclass(frozen=True, slots=True)
class Looked:
    """The rows, newest first. `before`: whoever wants older ones asks from this id on; None: these were all.

    `partly`: there are fewer than were asked for, because it was looked so far and no further.
    """

    rows: tuple[Row[Any], ...]
    before: int | None
    partly: bool = False


def newest_first(tx: Transaction, query: Select[Any], identity: Column[int], before: int | None, most: int) -> Looked:
    """The first `most` rows of `query`, whose rows each have an id, called so, by descending id before `before`."""
    found: list[Row[Any]] = []
    last = before if before is not None else _last(tx, identity) + 1
    for top in _tops(last):
        mine = query.where(identity < top, identity >= top - WINDOW)
        found += tx.connection.execute(mine.order_by(identity.desc()).limit(most + 1 - len(found)))
        if len(found) > most:
            return _page(found, most)
    end = last - LOOKED_AT
    return Looked(tuple(found), end if end > 1 else None, partly=end > 1)


def few(tx: Transaction, query: Select[Any], identity: Column[int], before: int | None, most: int) -> Looked:
    """As `newest_first`, of rows that an index gives, and that are so few that each is looked at."""
    if before is not None:
        query = query.where(identity < before)
    return _page(tx.connection.execute(query.order_by(identity.desc()).limit(most + 1)).all(), most)


def _page(rows: Sequence[Row[Any]], most: int) -> Looked:
    """The first `most` of `rows`, of which one more was read if there is one."""
    return Looked(tuple(rows[:most]), rows[most - 1].id if len(rows) > most else None)


def _tops(last: int) -> Iterator[int]:
    return iter(range(last, max(last - LOOKED_AT, 1), -WINDOW))


def _last(tx: Transaction, identity: Column[int]) -> int:
    found: int | None = tx.connection.execute(select(func.max(identity))).scalar_one()
    return found or 0
