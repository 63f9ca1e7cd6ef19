"""Slips: which delivery, which lines, and how a slip is written, by the road of an import. Colour: store.

Called by pipeline.slip, which holds the locks of records and of plan.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, Table, bindparam, insert, or_, select, update

from notifier.records import dirty
from notifier.records.changes import Edits, Known, as_text, named
from notifier.records.people import NOBODY
from notifier.records.slipped import stated_of
from notifier.store.as_text import typed
from notifier.store.engine import Transaction
from notifier.store.lookup import among, batches, table_of
from notifier.store.openness import is_open
from notifier.store.tables import Customer, ImportRun, Order, OrderLine, SlipMade, SlipMove, Supply
from notifier.terms.slip import Slip

_supply, _line, _order = table_of(Supply), table_of(OrderLine), table_of(Order)
_customer = table_of(Customer)
_run, _slip, _move = table_of(ImportRun), table_of(SlipMade), table_of(SlipMove)

KIND = "slip"
"""The kind of import under which the history keeps what a slip changed."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Who says so, when (aware UTC), and in which mode of delivery."""

    by: str
    at: datetime
    mode: str


@dataclass(frozen=True, slots=True)
class Moves:
    """What a slip changes: the rows of supply, and for each line, by id, the new values of its fields."""

    supply: Sequence[Row[Any]]
    lines: Mapping[int, Mapping[str, Any]]
    skus: Collection[str]


def on_the_way(tx: Transaction, slip: Slip, today: date) -> list[Row[Any]]:
    """The positions that the slip is about and that have not arrived whole on the day `today` of the shop."""
    due = or_(_supply.c.received_on.is_(None), _supply.c.received_on > today)
    query = select(_supply).where(or_(due, _supply.c.received_quantity < _supply.c.quantity))
    if slip.po:
        query = query.where(_supply.c.po == slip.po)
    if slip.sku:
        query = query.where(_supply.c.sku == slip.sku)
    return list(tx.connection.execute(query.order_by(_supply.c.po, _supply.c.sku)))


def waiting(skus: Collection[str], now: datetime) -> Select[Any]:
    """A query for the ids of the customers with open lines of these SKUs."""
    lines = select(_line.c.customer_id).where(_line.c.sku.in_(sorted(skus)), is_open(now))
    return select(_customer.c.id).where(_customer.c.id.in_(lines), _customer.c.key != NOBODY)


def lines_by_id(tx: Transaction, ids: Iterable[int]) -> dict[int, Row[Any]]:
    """Lines by id, each with the `brand` and `order_key` of its order."""
    query = select(_line, _order.c.brand, _order.c.key.label("order_key")).join(_order, _order.c.id == _line.c.order_id)
    found: dict[int, Row[Any]] = {}
    for some in batches(sorted(ids)):
        found |= {row.id: row for row in tx.connection.execute(query.where(among(_line.c.id, some)))}
    return found


def write_slip(tx: Transaction, slip: Slip, moves: Moves, signed: Signed) -> tuple[int, int]:
    """Write what the slip moves, with its history, and let plan look at all whom it concerns.

    Returns the slip's id, and how many fields are not as they were.
    """
    known = _begin(tx, slip.what, signed.at, len(moves.supply) + len(moves.lines))
    row = {"at": signed.at, "by": signed.by, "po": slip.po, "sku": slip.sku, "day": slip.day, "reason": slip.reason}
    row |= {"mode": signed.mode, "customers": 0, "undone_by": ""}
    slip_id: int = tx.connection.execute(insert(_slip).returning(_slip.c.id), row).scalar_one()
    lines = lines_by_id(tx, moves.lines)
    positions = {one.id: {"promised_on": slip.day} for one in moves.supply}
    supply = {one.id: one for one in moves.supply}
    made = _edit(tx, (_supply, "supply", known), supply, positions)
    made += _edit(tx, (_line, "line", known), lines, moves.lines)
    for batch in batches([{"slip_id": slip_id, "holds": True} | one for one in made], 2000):
        tx.connection.execute(insert(_move), batch)
    _end(tx, known, moves.skus)
    return slip_id, sum(1 for one in made if one["old"] != one["new"])


def _begin(tx: Transaction, what: str, at: datetime, count: int) -> Known:
    counts = {"read": count, "accepted": count, "unchanged": 0, "rejected": 0, "blank": 0}
    row = {"kind": KIND, "profile": "", "source": "", "file_name": what, "file_hash": "", "known_at": at} | counts
    made = tx.connection.execute(insert(_run).returning(_run.c.id), row | {"state": "running"}).scalar_one()
    return Known(made, at)


def _end(tx: Transaction, known: Known, skus: Collection[str]) -> None:
    dirty.mark_waiting_for(tx, skus, known.import_id)
    dirty.close(tx, known.import_id, KIND, "")
    tx.connection.execute(update(_run).where(_run.c.id == known.import_id).values(state="done"))


def _edit(
    tx: Transaction,
    of: tuple[Table, str, Known],
    rows: Mapping[int, Row[Any]],
    fields: Mapping[int, Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Write the new values of `fields` (by row id); returns the moves, as rows without their slip.

    What an earlier slip moved to the same value is a move, too: it stays when that one is undone.
    """
    table, kind, known = of
    edits, moved = Edits.of(table, kind, known), []
    stated = stated_of(tx, kind, list(fields))
    for row_id, new in fields.items():
        before = named(rows[row_id])
        for name, value in new.items():
            if before[name] != value or (row_id, name) in stated:
                old = as_text(before[name])
                move = {"kind": kind, "row_id": row_id, "field": name, "old": old, "new": as_text(value)}
                moved.append(move | {"stated": stated.get((row_id, name), old)})
        if edits.compare(rows[row_id], new, _key(kind, rows[row_id])):
            edits.updates[row_id]["changed_at"] = known.known_at
            if kind == "line":
                edits.updates[row_id]["import_id"] = known.import_id
    edits.write(tx)
    return moved


def _key(kind: str, row: Row[Any]) -> str:
    """The key under which the history knows the row."""
    return f"{row.po}/{row.sku}" if kind == "supply" else f"{row.brand}/{row.order_key}/{row.key}"


def keep_count(tx: Transaction, slip_id: int, customers: int) -> None:
    """Keep how many customers the slip concerns."""
    tx.connection.execute(update(_slip).where(_slip.c.id == slip_id).values(customers=customers))


def concerned(tx: Transaction, slip_id: int, now: datetime) -> set[int]:
    """The ids of the customers whose lines the slip moved, or who wait for what it moved."""
    rows = _moves_of(tx, slip_id)
    lines = lines_by_id(tx, {row.row_id for row in rows if row.kind == "line"})
    supply = _rows(tx, _supply, {row.row_id for row in rows if row.kind == "supply"})
    skus = {row.sku for row in (*lines.values(), *supply.values())}
    return {row.customer_id for row in lines.values()} | set(tx.connection.execute(waiting(skus, now)).scalars())


def take_back(tx: Transaction, slip_id: int, signed: Signed) -> int:
    """Let everything that the slip moved, and nobody has moved since, be as before; returns how many fields that is.

    A later slip's word stands, and from now on it follows what was before this one.
    """
    rows = _moves_of(tx, slip_id)
    known, done, skus = _begin(tx, f"slip {slip_id} undone", signed.at, len(rows)), 0, set()
    later = _handed_down(tx, rows)
    for kind, table in (("supply", _supply), ("line", _line)):
        mine = [row for row in rows if row.kind == kind and (kind, row.row_id, row.field) not in later]
        there = _rows(tx, table, {row.row_id for row in mine})
        back: dict[int, dict[str, Any]] = defaultdict(dict)
        for one in mine:
            as_it_set = one.row_id in there and as_text(named(there[one.row_id])[one.field]) == one.new
            if as_it_set and one.old != one.new:
                back[one.row_id][one.field] = typed(table.c[one.field], one.old)
        _edit(tx, (table, kind, known), there, back)
        done += sum(map(len, back.values()))
        skus |= {there[row_id].sku for row_id in back}
    tx.connection.execute(update(_move).where(_move.c.slip_id == slip_id).values(holds=False))
    undone = update(_slip).where(_slip.c.id == slip_id).values(undone_at=signed.at, undone_by=signed.by)
    tx.connection.execute(undone)
    _end(tx, known, skus)
    return done


def _moves_of(tx: Transaction, slip_id: int) -> list[Row[Any]]:
    return list(tx.connection.execute(select(_move).where(_move.c.slip_id == slip_id, _move.c.holds)))


def _handed_down(tx: Transaction, rows: Sequence[Row[Any]]) -> set[tuple[str, int, str]]:
    """Let the next slip's move of each field follow what was before these; returns the fields that have one."""
    mine = {(row.kind, row.row_id, row.field): row for row in rows}
    later: dict[tuple[str, int, str], Row[Any]] = {}
    for ids in batches(sorted({row.row_id for row in rows})):
        query = select(_move).where(among(_move.c.row_id, ids), _move.c.holds).order_by(_move.c.id)
        for row in tx.connection.execute(query):
            place = (row.kind, row.row_id, row.field)
            if place in mine and row.slip_id > mine[place].slip_id:
                later.setdefault(place, row)
    old = [{"_id": row.id, "_old": mine[at].old} for at, row in later.items() if row.old == mine[at].new]
    for some in batches(old, 2000):
        change = update(_move).where(_move.c.id == bindparam("_id")).values(old=bindparam("_old"))
        tx.connection.execute(change, some)
    return set(later)


def _rows(tx: Transaction, table: Table, ids: Iterable[int]) -> dict[int, Row[Any]]:
    if table is _line:
        return lines_by_id(tx, ids)
    found: dict[int, Row[Any]] = {}
    for some in batches(sorted(ids)):
        found |= {row.id: row for row in tx.connection.execute(select(table).where(among(table.c.id, some)))}
    return found
