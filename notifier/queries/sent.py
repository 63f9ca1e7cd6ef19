"""What was said to customers between two moments, line by line, in one mode of delivery. Colour: store.

Called by pipeline.shadow, and by pipeline.simulate for the shop's own log and for each simulated one alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from notifier.store.bodies import unpacked
from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.tables import (
    Answer,
    Customer,
    Decision,
    LegalStanding,
    Message,
    MessageBody,
    MessageLine,
    Order,
    OrderLine,
)
from notifier.terms.law import OVER, LegalState, Said
from notifier.terms.words import SENT_STATES, Channel, DeliveryMode, Verdict

_message, _told, _body = table_of(Message), table_of(MessageLine), table_of(MessageBody)
_customer, _order, _line = table_of(Customer), table_of(Order), table_of(OrderLine)
_decision, _standing, _answer = table_of(Decision), table_of(LegalStanding), table_of(Answer)

ROWS_A_BATCH = 2000

CAP = "cap"
"""The reason of a decision that a frequency cap holds."""


@dataclass(frozen=True, slots=True)
class Between:
    """From `since` until before `until` (UTC), in one mode of delivery."""

    mode: DeliveryMode
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class LineTold:
    """One line that one message told of at `at` (UTC, the hand-off). Keys are the shop's own."""

    message: int
    at: datetime
    brand: str
    customer: str
    order: str
    line: str
    purpose: str
    channel: Channel
    occasion: str


def lines_told(tx: Transaction, when: Between) -> Iterator[LineTold]:
    """Every line told of by messages that went, or may have gone, in the order of their going."""
    query = (
        _sent(when)
        .add_columns(_customer.c.key, _order.c.key.label("order_key"), _line.c.key.label("line_key"), _told.c.occasion)
        .join(_told, _told.c.message_id == _message.c.id)
        .join(_customer, _customer.c.id == _message.c.customer_id)
        .join(_line, _line.c.id == _told.c.line_id)
        .join(_order, _order.c.id == _line.c.order_id)
        .where(_told.c.live.is_not(None))
        .order_by(_message.c.handed_off_at, _message.c.id, _line.c.id)
    )
    for row in _streamed(tx, query):
        place = row.brand, row.key, row.order_key, row.line_key
        yield LineTold(row.id, row.handed_off_at, *place, row.purpose, Channel(row.channel), row.occasion)


def subjects(tx: Transaction, when: Between) -> dict[int, str]:
    """The subject of each message by its id; empty for texts."""
    return {row.id: row.subject for row in _streamed(tx, _sent(when).add_columns(_message.c.subject))}


def texts(tx: Transaction, when: Between) -> Iterator[str]:
    """The body of each text as it was handed off; one whose body was removed since is left out."""
    query = _sent(when).add_columns(_body.c.body).join(_body, _body.c.message_id == _message.c.id)
    for row in _streamed(tx, query.where(_message.c.channel == Channel.SMS)):
        yield unpacked(row.body, None).decode("utf-8", "replace")


def held_by_caps(tx: Transaction, since: datetime, until: datetime) -> Iterator[tuple[int, datetime]]:
    """(customer id, instant) of decisions that a cap held: of one that was repeated, its first and its last time."""
    query = select(_decision.c.customer_id, _decision.c.first_at, _decision.c.last_at).where(
        _decision.c.verdict == Verdict.HOLD, _decision.c.reason == CAP,
        _decision.c.last_at >= since, _decision.c.first_at < until,
    )  # fmt: skip
    for row in _streamed(tx, query):
        yield from ((row.customer_id, at) for at in {row.first_at, row.last_at} if since <= at < until)


def lapsed_lines(tx: Transaction) -> set[int]:
    """Lines that plan last found to be cancelled by law because a deadline passed, not by the customer's word.

    One that was confirmed since counts too; it is no longer `cancel_due`.
    """
    by_customer = select(_answer.c.line_id).where(_answer.c.said == Said.CANCEL)
    confirmed = select(_answer.c.line_id).where(_answer.c.said == Said.CONFIRM)
    over = _standing.c.state.in_(OVER) & _standing.c.line_id.in_(confirmed)
    lapsed = (_standing.c.state == LegalState.CANCEL_DUE) | over
    query = select(_standing.c.line_id).where(lapsed, _standing.c.line_id.not_in(by_customer))
    return set(tx.connection.execute(query).scalars())


def _sent(when: Between) -> Select[Any]:
    columns = (_message.c.id, _message.c.handed_off_at, _message.c.brand, _message.c.purpose, _message.c.channel)
    return select(*columns).where(
        _message.c.mode == when.mode, _message.c.state.in_(SENT_STATES), _message.c.run_id.is_not(None),
        _message.c.handed_off_at >= when.since, _message.c.handed_off_at < when.until,
    )  # fmt: skip


def _streamed(tx: Transaction, query: Select[Any]) -> Iterator[Any]:
    with tx.connection.execute(query.execution_options(yield_per=ROWS_A_BATCH)) as rows:
        yield from rows
