"""Everything decided about, said to and heard from one customer, in a handful of indexed queries. Colour: store.

Called by pipeline.explain and the web's customer page. Neither an address nor a body is among it.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Row, select

from notifier.queries.heard import ActionTold, ReplyTold, ended_actions, replies_about, replies_of, replies_to
from notifier.queries.told import Told, ToldLine, told_by
from notifier.queries.unknown import FoundOut, found_out
from notifier.store.decisions import due_at
from notifier.store.engine import Transaction
from notifier.store.lookup import batches, table_of
from notifier.store.tables import (
    Attempt,
    Contact,
    Customer,
    Decision,
    Message,
    MessageLine,
    Order,
    OrderLine,
    PromiseTold,
)

_customer, _order, _line = table_of(Customer), table_of(Order), table_of(OrderLine)
_decision, _message, _told = table_of(Decision), table_of(Message), table_of(MessageLine)
_attempt, _contact, _promise = table_of(Attempt), table_of(Contact), table_of(PromiseTold)


@dataclass(frozen=True, slots=True)
class DecidedLine:
    """One line of a decision by the shop's keys, with the occasion that made it due."""

    order: str
    line: str
    occasion: str


@dataclass(frozen=True, slots=True)
class RuleSeen:
    """One rule as it was asked: `pass`, `hold` or `skip`, and the values it saw."""

    rule: str
    result: str
    saw: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DecisionTold:
    """One stored decision; `at` the first time, `last_at` the last of `times`. Instants are aware UTC."""

    at: datetime
    last_at: datetime
    times: int
    run: int
    verdict: str
    reason: str
    purpose: str
    channel: str
    notice: str
    lines: tuple[DecidedLine, ...]
    trace: tuple[RuleSeen, ...]
    hold_until: datetime | None
    message: int | None


@dataclass(frozen=True, slots=True)
class Try:
    """One delivery attempt and what the provider said; `outcome` is empty while nobody knows.

    `receipt` is what it said later: delivered or failed, with a code of its own; empty where nothing came.
    """

    started_at: datetime
    ended_at: datetime | None
    outcome: str
    code: str
    raw: str
    receipt: str = ""
    receipt_code: str = ""
    receipt_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MessageTold:
    """One message of the outbox. `mode` is that of delivery. `found` is what was found out while its fate was open."""

    id: int
    channel: str
    purpose: str
    state: str
    reason: str
    subject: str
    mode: str
    lines: tuple[ToldLine, ...]
    queued_at: datetime
    not_before: datetime
    handed_off_at: datetime | None
    settled_at: datetime | None
    attempts: tuple[Try, ...]
    maybe_double: bool = False
    found: tuple[FoundOut, ...] = ()


@dataclass(frozen=True, slots=True)
class ContactTold:
    """One thing said to (`out`) or by (`in`) the customer."""

    at: datetime
    direction: str
    actor: str
    channel: str
    purpose: str
    message: int | None
    summary: str


@dataclass(frozen=True, slots=True)
class PromiseMade:
    """One date told about one line; `eta_*` are ship dates, None where it was said that there is none."""

    told_at: datetime
    order: str
    line: str
    message: int | None
    channel: str
    eta_from: date | None
    eta_to: date | None


@dataclass(frozen=True, slots=True)
class Chapter:
    """One customer of one brand, each list oldest first. `due_at`: when plan looks again; None: when facts change."""

    customer: str
    brand: str
    decisions: tuple[DecisionTold, ...]
    messages: tuple[MessageTold, ...]
    contacts: tuple[ContactTold, ...]
    promises: tuple[PromiseMade, ...]
    due_at: datetime | None = None
    replies: tuple[ReplyTold, ...] = ()
    actions: tuple[ActionTold, ...] = ()


def of_customer(tx: Transaction, key: str) -> list[Chapter]:
    """The chapters of the customers with the shop's `key`, one a brand; none for a key nobody has."""
    found = select(_customer).where(_customer.c.key == key).order_by(_customer.c.brand)
    return [_chapter(tx, row, _whole(tx, row.id)) for row in tx.connection.execute(found).all()]


def of_order(tx: Transaction, key: str) -> list[Chapter]:
    """The part of the order's customer that is about the order with the shop's `key`, one chapter a brand."""
    query = (
        select(_order.c.id.label("order_id"), _customer)
        .join(_customer, _customer.c.id == _order.c.customer_id)
        .where(_order.c.key == key)
        .order_by(_order.c.brand)
    )
    chapters = []
    for row in tx.connection.execute(query).all():
        line_ids = select(_line.c.id).where(_line.c.order_id == row.order_id)
        about = select(_told.c.message_id).where(_told.c.line_id.in_(line_ids))
        promises = promises_made(tx, _promise.c.line_id.in_(line_ids))
        message_ids = set(tx.connection.execute(about).scalars())
        all_theirs = decisions_told(tx, _decision.c.customer_id == row.id)
        decisions = [one for one in all_theirs if any(line.order == key for line in one.lines)]
        heard = _Heard(replies_about(tx, line_ids), ended_actions(tx, line_ids))
        messages = _messages_by_id(tx, message_ids)
        chapters.append(_chapter(tx, row, _Parts(decisions, messages, message_ids, promises, heard)))
    return chapters


def of_message(tx: Transaction, message_id: int) -> list[Chapter]:
    """One chapter about one message of the outbox, with the decision that made it; none for an id nobody has."""
    query = select(_customer).join(_message, _message.c.customer_id == _customer.c.id)
    row = tx.connection.execute(query.where(_message.c.id == message_id)).first()
    if row is None:
        return []
    decisions = decisions_told(tx, _decision.c.message_id == message_id)
    promises = promises_made(tx, _promise.c.message_id == message_id)
    messages, heard = _messages_by_id(tx, {message_id}), _Heard(replies_to(tx, message_id))
    return [_chapter(tx, row, _Parts(decisions, messages, {message_id}, promises, heard))]


@dataclass(frozen=True, slots=True)
class _Heard:
    """What came back, and what the shop did because of it."""

    replies: Sequence[ReplyTold] = ()
    actions: Sequence[ActionTold] = ()


@dataclass(frozen=True, slots=True)
class _Parts:
    """What a chapter is about; `contacts_of` limits the contacts to those of these messages."""

    decisions: Sequence[DecisionTold]
    messages: Sequence[Row[Any]]
    contacts_of: Collection[int] | None
    promises: Sequence[PromiseMade]
    heard: _Heard


def _whole(tx: Transaction, customer_id: int) -> _Parts:
    decisions = decisions_told(tx, _decision.c.customer_id == customer_id)
    query = select(_message).where(_message.c.customer_id == customer_id)
    messages = tx.connection.execute(query.order_by(_message.c.queued_at, _message.c.id)).all()
    lines = select(_line.c.id).where(_line.c.customer_id == customer_id)
    heard = _Heard(replies_of(tx, customer_id), ended_actions(tx, lines))
    return _Parts(decisions, messages, None, promises_made(tx, _line.c.customer_id == customer_id), heard)


def _chapter(tx: Transaction, customer: Row[Any], parts: _Parts) -> Chapter:
    return Chapter(
        customer=customer.key,
        brand=customer.brand,
        decisions=tuple(parts.decisions),
        messages=messages_told(tx, parts.messages),
        contacts=tuple(_contacts(tx, customer.id, parts.contacts_of)),
        promises=tuple(parts.promises),
        due_at=due_at(tx, customer.id),
        replies=tuple(parts.heard.replies),
        actions=tuple(parts.heard.actions),
    )


def _in_batches(tx: Transaction, ids: Collection[int], query: Any, column: Column[Any]) -> list[Row[Any]]:
    return [row for some in batches(sorted(ids)) for row in tx.connection.execute(query.where(column.in_(some)))]


def messages_told(tx: Transaction, rows: Sequence[Row[Any]]) -> tuple[MessageTold, ...]:
    """These rows of the outbox, with what they tell of, their attempts, and what was found out."""
    ids = [row.id for row in rows]
    told, tries, found = told_by(tx, ids), _tries(tx, ids), found_out(tx, ids)
    return tuple(_message_told(row, told[row.id], tries.get(row.id, ()), found.get(row.id, ())) for row in rows)


def _messages_by_id(tx: Transaction, ids: Collection[int]) -> list[Row[Any]]:
    rows = _in_batches(tx, ids, select(_message), _message.c.id)
    return sorted(rows, key=lambda row: (row.queued_at, row.id))


def decisions_told(tx: Transaction, which: Any) -> list[DecisionTold]:
    """The decisions of this condition, oldest first."""
    query = select(_decision).where(which).order_by(_decision.c.first_at, _decision.c.id)
    return [decision_told(row) for row in tx.connection.execute(query)]


def decision_told(row: Row[Any]) -> DecisionTold:
    """A stored decision as it is told."""
    lines, steps = json.loads(row.lines), json.loads(row.trace)
    return DecisionTold(
        at=row.first_at,
        last_at=row.last_at,
        times=row.times,
        run=row.run_id,
        verdict=row.verdict,
        reason=row.reason,
        purpose=row.purpose,
        channel=row.channel,
        notice=row.notice,
        lines=tuple(DecidedLine(line["order"], line["line"], line["occasion"]) for line in lines),
        trace=tuple(RuleSeen(step["rule"], step["result"], tuple(step["saw"].items())) for step in steps),
        hold_until=row.hold_until,
        message=row.message_id,
    )


def _tries(tx: Transaction, message_ids: Sequence[int]) -> dict[int, list[Try]]:
    found: dict[int, list[Try]] = defaultdict(list)
    query = select(_attempt).order_by(_attempt.c.started_at, _attempt.c.id)
    for row in _in_batches(tx, message_ids, query, _attempt.c.message_id):
        later = (row.receipt, row.receipt_code, row.receipt_at)
        found[row.message_id].append(Try(row.started_at, row.ended_at, row.outcome, row.code, row.raw, *later))
    return found


def _message_told(row: Row[Any], told: Told, tries: Sequence[Try], found: Sequence[FoundOut]) -> MessageTold:
    return MessageTold(
        id=row.id,
        channel=row.channel,
        purpose=row.purpose,
        state=row.state,
        reason=row.reason,
        subject=row.subject,
        mode=row.mode,
        lines=tuple(told.lines),
        queued_at=row.queued_at,
        not_before=row.not_before,
        handed_off_at=row.handed_off_at,
        settled_at=row.settled_at,
        attempts=tuple(tries),
        maybe_double=row.maybe_double,
        found=tuple(found),
    )


def _contacts(tx: Transaction, customer_id: int, message_ids: Collection[int] | None) -> list[ContactTold]:
    query = select(_contact)
    if message_ids is None:
        rows = list(tx.connection.execute(query.where(_contact.c.customer_id == customer_id)))
    else:
        rows = _in_batches(tx, message_ids, query, _contact.c.message_id)
    rows.sort(key=lambda row: (row.at, row.id))
    return [contact_told(row) for row in rows]


def contact_told(row: Row[Any]) -> ContactTold:
    """A row of the contact log as it is told."""
    return ContactTold(row.at, row.direction, row.actor, row.channel, row.purpose, row.message_id, row.summary)


def promises_made(tx: Transaction, which: Any) -> list[PromiseMade]:
    """The told dates of this condition, oldest first."""
    query = (
        select(_promise, _order.c.key.label("order_key"), _line.c.key.label("line_key"))
        .join(_line, _line.c.id == _promise.c.line_id)
        .join(_order, _order.c.id == _line.c.order_id)
        .where(which)
        .order_by(_promise.c.told_at, _promise.c.id)
    )
    return [
        PromiseMade(row.told_at, row.order_key, row.line_key, row.message_id, row.channel, row.eta_from, row.eta_to)
        for row in tx.connection.execute(query)
    ]
