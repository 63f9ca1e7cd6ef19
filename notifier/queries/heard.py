"""What was heard from one customer, what was made of it, and what the shop did: no word of theirs. Colour: store.

Used by queries.stories and queries.newest.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select

from notifier.store.engine import Transaction
from notifier.store.lookup import batches, table_of
from notifier.store.tables import Action, Order, OrderLine, Reply, ReplyLine
from notifier.terms.effects import ActionState, effect_from

_reply, _about, _action = table_of(Reply), table_of(ReplyLine), table_of(Action)
_line, _order = table_of(OrderLine), table_of(Order)


@dataclass(frozen=True, slots=True)
class AnswerTold:
    """What was decided about an answer by one channel; `message` is its id where one went out."""

    channel: str
    verdict: str
    reason: str
    message: int | None


@dataclass(frozen=True, slots=True)
class ReplyTold:
    """One reply: what it was understood as, what it did, how it was answered. `answers_to` is the message it answers.

    `waits`: for a person; `closed_by` saw to it. What they noted is told nowhere.
    """

    id: int
    at: datetime
    road: str
    actor: str
    intent: str
    confidence: str
    orders: tuple[str, ...]
    effects: tuple[str, ...]
    answers_to: int | None
    answers: tuple[AnswerTold, ...]
    waits: bool
    closed_at: datetime | None
    closed_by: str


@dataclass(frozen=True, slots=True)
class ActionTold:
    """One action that has ended: what the shop was to do with which line, how it ended, by whose word."""

    at: datetime
    kind: str
    state: str
    order: str
    line: str
    by: str


def replies_of(tx: Transaction, customer_id: int) -> list[ReplyTold]:
    """All of one customer, oldest first."""
    return _replies(tx, _reply.c.customer_id == customer_id)


def replies_about(tx: Transaction, line_ids: Any) -> list[ReplyTold]:
    """Those that are about one of these lines (a query of ids)."""
    return _replies(tx, _reply.c.id.in_(select(_about.c.reply_id).where(_about.c.line_id.in_(line_ids))))


def replies_to(tx: Transaction, message_id: int) -> list[ReplyTold]:
    """Those that answer one message."""
    return _replies(tx, _reply.c.message_id == message_id)


def ended_actions(tx: Transaction, line_ids: Any) -> list[ActionTold]:
    """What the shop was to do with these lines (a query of ids) and has done, refused, or need not do any more."""
    return actions_told(tx, ended_query(line_ids).order_by(_action.c.closed_at, _action.c.id))


def ended_query(line_ids: Any) -> Select[Any]:
    """The actions that have ended of these lines (a query of ids), for `actions_told`."""
    return (
        select(_action, _order.c.key.label("order_key"), _line.c.key.label("line_key"))
        .join(_line, _line.c.id == _action.c.line_id)
        .join(_order, _order.c.id == _line.c.order_id)
        .where(
            _action.c.line_id.in_(line_ids), _action.c.state != ActionState.REQUESTED, _action.c.closed_at.is_not(None)
        )
    )


def actions_told(tx: Transaction, query: Select[Any]) -> list[ActionTold]:
    """What an ordered `ended_query` gives."""
    return [
        ActionTold(row.closed_at, row.kind, row.state, row.order_key, row.line_key, row.closed_by)
        for row in tx.connection.execute(query)
    ]


def _replies(tx: Transaction, which: ColumnElement[bool]) -> list[ReplyTold]:
    query = select(_reply).where(which).order_by(_reply.c.received_at, _reply.c.id)
    return replies_told(tx, tx.connection.execute(query).all())


def replies_told(tx: Transaction, rows: Sequence[Row[Any]]) -> list[ReplyTold]:
    """These rows as they are told."""
    orders = _orders(tx, [row.id for row in rows])
    return [_told(row, tuple(dict.fromkeys(orders.get(row.id, ())))) for row in rows]


def _orders(tx: Transaction, reply_ids: Collection[int]) -> dict[int, list[str]]:
    query = select(_about.c.reply_id, _order.c.key).join(_line, _line.c.id == _about.c.line_id)
    query = query.join(_order, _order.c.id == _line.c.order_id).order_by(_line.c.id)
    found: dict[int, list[str]] = defaultdict(list)
    for ids in batches(sorted(reply_ids)):
        for row in tx.connection.execute(query.where(_about.c.reply_id.in_(ids))):
            found[row.reply_id].append(row.key)
    return found


def _told(row: Row[Any], orders: tuple[str, ...]) -> ReplyTold:
    same = ("id", "road", "actor", "intent", "confidence", "closed_at", "closed_by")
    return ReplyTold(
        **{name: getattr(row, name) for name in same},
        at=row.received_at,
        orders=orders,
        effects=tuple(effect_from(one).word for one in json.loads(row.effects)),
        answers_to=row.message_id,
        answers=tuple(
            AnswerTold(one["channel"], one["verdict"], one["reason"], one["message"]) for one in json.loads(row.acks)
        ),
        waits=bool(row.needs_person) and row.closed_at is None,
    )
