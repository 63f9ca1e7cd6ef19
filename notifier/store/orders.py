"""Finds orders by the shop's number or by their lines, and marks lines refunded. Colour: store. Called by pipeline."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import batches, table_of
from notifier.store.tables import FactChange, Order, OrderLine

_order, _line, _history = table_of(Order), table_of(OrderLine), table_of(FactChange)


@dataclass(frozen=True, slots=True)
class Ordered:
    """One order by its ids."""

    id: int
    key: str
    brand: str
    customer_id: int
    line_ids: frozenset[int]


def orders_named(tx: Transaction, key: str) -> list[Ordered]:
    """The orders with the shop's number `key`, one a brand at most."""
    rows = tx.connection.execute(select(_order).where(_order.c.key == key).order_by(_order.c.brand)).all()
    lines = select(_line.c.order_id, _line.c.id).where(_line.c.order_id.in_([row.id for row in rows]))
    by_order: dict[int, set[int]] = {}
    for order_id, line_id in tx.connection.execute(lines):
        by_order.setdefault(order_id, set()).add(line_id)
    return [Ordered(row.id, row.key, row.brand, row.customer_id, frozenset(by_order.get(row.id, ()))) for row in rows]


def order_of(tx: Transaction, line_ids: Sequence[int]) -> Iterator[tuple[Ordered, list[int]]]:
    """The orders that these lines are of, each with those of them that it has."""
    query = select(_order, _line.c.id.label("line_id")).join(_line, _line.c.order_id == _order.c.id)
    rows = tx.connection.execute(query.where(_line.c.id.in_(line_ids)).order_by(_order.c.id, _line.c.id)).all()
    for order_id in dict.fromkeys(row.id for row in rows):
        these = [row for row in rows if row.id == order_id]
        ids = [row.line_id for row in these]
        yield Ordered(order_id, these[0].key, these[0].brand, these[0].customer_id, frozenset(ids)), ids


def mark_refunded(tx: Transaction, order: Ordered, line_ids: Sequence[int], at: datetime) -> None:
    """The refund of these lines of `order` was sent at `at` (UTC); kept in the history like an imported fact."""
    for ids in batches(line_ids):
        lines = select(_line.c.id, _line.c.key).where(_line.c.id.in_(ids), _line.c.refunded_at.is_(None))
        rows = tx.connection.execute(lines).all()
        changes = [
            {
                "kind": "line",
                "key": f"{order.brand}/{order.key}/{row.key}",
                "field": "refunded_at",
                "old": None,
                "new": at.isoformat(),
                "effective_at": at,
                "known_at": at,
            }
            for row in rows
        ]
        if changes:
            tx.connection.execute(insert(_history), changes)
        tx.connection.execute(update(_line).where(_line.c.id.in_([row.id for row in rows])).values(refunded_at=at))
