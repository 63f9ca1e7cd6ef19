"""The messages of the outbox by state, newest first, a page at a time. Colour: store. Called by pipeline.message_acts.

Neither an address nor a body is among it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select

from notifier.queries import windows
from notifier.queries.masks import shown
from notifier.queries.told import told_by
from notifier.store.engine import Transaction
from notifier.store.lookup import among, table_of
from notifier.store.tables import Customer, Message
from notifier.terms.words import MessageState

_message, _customer = table_of(Message), table_of(Customer)

MOST_COUNTED = 1_000
"""So far messages of a state are counted: more are "1,000+"."""

FEW = 5_000
"""A state with no more messages is read whole from the index, however old they are."""

A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages: those of one state and mode; empty filters let all pass. `before`: older than this id."""

    state: MessageState
    mode: str
    purpose: str = ""
    channel: str = ""
    brand: str = ""
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One message. `customer` is the shop's number as lists show it, `name` may be empty, `run_id` is that of the plan
    that made it: None for what answers something, which no plan makes again.
    """

    id: int
    run_id: int | None
    customer_id: int
    customer: str
    name: str
    brand: str
    channel: str
    purpose: str
    notice: str
    message_class: str
    locale: str
    state: str
    mode: str
    reason: str
    subject: str
    maybe_double: bool
    queued_at: datetime
    not_before: datetime
    handed_off_at: datetime | None
    settled_at: datetime | None
    orders: tuple[str, ...]

    @property
    def at(self) -> datetime:
        """The last moment at which anything happened to it."""
        return self.settled_at or self.handed_off_at or self.queued_at


@dataclass(frozen=True, slots=True)
class MessagePage:
    """One page, and from which id on the next one begins (None: this is the last); `partly` as in windows.Looked."""

    messages: tuple[Listed, ...]
    before: int | None
    partly: bool = False


def message_page(tx: Transaction, wanted: Wanted, few: int = FEW) -> MessagePage:
    """The newest messages that are wanted."""
    query = _listed().where(*_filters(wanted))
    some = select(_message.c.id).where(_in_state(wanted)).limit(few + 1)
    ids = list(tx.connection.execute(some).scalars())
    if len(ids) > few:
        # As an expression the state leads to no index, by which all of that state would be read and sorted.
        there = (func.coalesce(_message.c.state, "") == wanted.state) & (_message.c.mode == wanted.mode)
        looked = windows.newest_first(tx, query.where(there), _message.c.id, wanted.before, A_PAGE)
    else:
        looked = windows.few(tx, query.where(among(_message.c.id, ids)), _message.c.id, wanted.before, A_PAGE)
    return MessagePage(_told(tx, looked.rows), looked.before, looked.partly)


def messages_by_id(tx: Transaction, ids: list[int]) -> dict[int, Listed]:
    """These messages, whatever their state."""
    rows = tuple(tx.connection.execute(_listed().where(_message.c.id.in_(ids))))
    return {one.id: one for one in _told(tx, rows)}


def counted(tx: Transaction, mode: str) -> dict[MessageState, int]:
    """Messages of each state in this mode, MOST_COUNTED + 1 for more than that: each from its index."""
    found = {}
    for state in MessageState:
        mine = select(_message.c.id).where(_in_state(Wanted(state, mode))).limit(MOST_COUNTED + 1).subquery()
        found[state] = int(tx.connection.execute(select(func.count()).select_from(mine)).scalar_one())
    return found


def held_reasons(tx: Transaction, mode: str) -> list[tuple[str, int]]:
    """Why messages are held, each reason with its count, the commonest first; of at most FEW messages."""
    some = select(_message.c.reason).where(_in_state(Wanted(MessageState.HELD, mode))).limit(FEW).subquery()
    query = select(some.c.reason, func.count().label("many")).group_by(some.c.reason)
    rows = tx.connection.execute(query.order_by(func.count().desc(), some.c.reason).limit(10))
    return [(row.reason, row.many) for row in rows]


def _in_state(wanted: Wanted) -> ColumnElement[bool]:
    found: ColumnElement[bool] = (_message.c.state == wanted.state) & (_message.c.mode == wanted.mode)
    return found


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    named = {"purpose": wanted.purpose, "channel": wanted.channel, "brand": wanted.brand}
    return [_message.c[name] == value for name, value in named.items() if value]


def _listed() -> Select[Any]:
    columns = (_customer.c.key.label("customer_key"), _customer.c.name)
    return select(_message, *columns).join(_customer, _customer.c.id == _message.c.customer_id)


def _told(tx: Transaction, rows: tuple[Row[Any], ...]) -> tuple[Listed, ...]:
    told = told_by(tx, [row.id for row in rows])
    same = [name for name in Listed.__slots__ if name not in ("customer", "orders")]
    return tuple(
        Listed(
            **{name: getattr(row, name) for name in same},
            customer=shown(row.customer_key),
            orders=tuple(told[row.id].order_keys),
        )
        for row in rows
    )
