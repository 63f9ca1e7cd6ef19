"""Finds what is old enough to be forgotten. Colour: store. Called by pipeline.retention.

"Old" is always: nothing newer was said or happened, and no line of the customer's is open. Ids come in the order of
their making, so that a pass reads each table once.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select, update

from notifier.store.asked import waits_for_person
from notifier.store.engine import Transaction
from notifier.store.forget import OF_REPLY, forget_notes
from notifier.store.lookup import batches, table_of
from notifier.store.openness import is_open
from notifier.store.tables import (
    Consent,
    Contact,
    Customer,
    Hold,
    Message,
    MessageBody,
    Notice,
    Order,
    OrderLine,
    Reply,
    TeamAnswer,
    WaitlistEntry,
)
from notifier.terms.signup import EntryState
from notifier.terms.words import MessageState

_customer, _order, _line = table_of(Customer), table_of(Order), table_of(OrderLine)
_message, _body, _notice = table_of(Message), table_of(MessageBody), table_of(Notice)
_contact, _consent, _hold, _reply = table_of(Contact), table_of(Consent), table_of(Hold), table_of(Reply)
_entry, _answer = table_of(WaitlistEntry), table_of(TeamAnswer)

UNDER_WAY = (MessageState.QUEUED, MessageState.CLAIMED, MessageState.HANDED_OFF, MessageState.HELD)


def _has_open_line(customer_id: Any, now: datetime) -> ColumnElement[bool]:
    owed = or_(is_open(now), _line.c.ordered_at > now)
    return exists(select(_line.c.id).where(_line.c.customer_id == customer_id, owed))


def idle_customers(tx: Transaction, before: datetime, now: datetime, among: Sequence[int] | None = None) -> list[int]:
    """Customers with no open line at `now`, to whom nothing was said and nothing happened since `before`.

    Those erased or forgotten already are left out. `among`: look only at these.
    """
    one = _customer.c.id

    def since(table: Any, *columns: str) -> ColumnElement[bool]:
        newer = or_(*(table.c[name] >= before for name in columns))
        return exists(select(table.c.id).where(table.c.customer_id == one, newer))

    under_way = exists(select(_message.c.id).where(_message.c.customer_id == one, _message.c.state.in_(UNDER_WAY)))
    waits = exists(select(_entry.c.id).where(_entry.c.customer_id == one, _entry.c.state != EntryState.ENDED))
    query = (
        select(one)
        .where(
            _customer.c.key != "",
            _customer.c.erased_at.is_(None),
            _customer.c.forgotten_before.is_(None),
            or_(_customer.c.described_at.is_(None), _customer.c.described_at < before),
            ~_has_open_line(one, now),
            ~since(_message, "queued_at"),
            ~since(_contact, "at"),
            ~since(_order, "ordered_at"),
            ~since(_line, "first_seen_at", "shipped_at", "cancelled_at"),
            ~since(_consent, "at", "known_at"),
            ~since(_hold, "at"),
            ~since(_entry, "changed_at"),
            ~waits,
            ~under_way,
        )
        .order_by(one)
    )
    if among is None:
        return list(tx.connection.execute(query).scalars())
    return [row for ids in batches(among) for row in tx.connection.execute(query.where(one.in_(ids))).scalars()]


def mark_forgotten(tx: Transaction, customer_ids: Sequence[int], before: datetime) -> None:
    """Write down that these are forgotten: only an order placed after `before` describes them anew."""
    for ids in batches(customer_ids):
        tx.connection.execute(update(_customer).where(_customer.c.id.in_(ids)).values(forgotten_before=before))


def old_messages(tx: Transaction, before: datetime, evidence_before: datetime, now: datetime) -> list[int]:
    """Messages queued before `before` that still have words, of customers with no open line at `now`.

    One that carries a notice is evidence, and counts as old only before `evidence_before` (RULES.md F14, U4).
    """
    carries = exists(select(_notice.c.id).where(_notice.c.message_id == _message.c.id))
    has_body = exists(select(_body.c.message_id).where(_body.c.message_id == _message.c.id))
    query = select(_message.c.id).where(
        _message.c.queued_at < before,
        _message.c.state.not_in(UNDER_WAY),
        or_(_message.c.subject != "", has_body),
        or_(_message.c.queued_at < evidence_before, ~carries),
        ~_has_open_line(_message.c.customer_id, now),
    )
    return list(tx.connection.execute(query.order_by(_message.c.id)).scalars())


def old_words(tx: Transaction, before: datetime, now: datetime) -> list[int]:
    """Contacts without a message of ours (replies, calls) before `before` that still have a summary."""
    query = select(_contact.c.id).where(
        _contact.c.at < before,
        _contact.c.message_id.is_(None),
        _contact.c.summary != "",
        ~_has_open_line(_contact.c.customer_id, now),
    )
    return list(tx.connection.execute(query.order_by(_contact.c.id)).scalars())


def forget_words(tx: Transaction, contact_ids: Sequence[int]) -> None:
    """Take the summaries of these contacts."""
    for ids in batches(contact_ids):
        tx.connection.execute(update(_contact).where(_contact.c.id.in_(ids)).values(summary=""))


def old_replies(tx: Transaction, before: datetime, now: datetime) -> list[int]:
    """Replies before `before` that still have their words, or those of the team's answer, and wait for nobody.

    One that the team has answered since `before` is not old yet.
    """
    nobodys = _reply.c.customer_id.is_(None)
    answers = select(_answer.c.id).where(_answer.c.reply_id == _reply.c.id)
    said = exists(answers.where(_answer.c.words != ""))
    query = select(_reply.c.id).where(
        _reply.c.received_at < before,
        or_(*(_reply.c[name] != "" for name in OF_REPLY), said),
        ~exists(answers.where(_answer.c.received_at >= before)),
        ~waits_for_person,
        or_(nobodys, ~_has_open_line(_reply.c.customer_id, now)),
    )
    return list(tx.connection.execute(query.order_by(_reply.c.id)).scalars())


def forget_replies(tx: Transaction, reply_ids: Sequence[int]) -> None:
    """Take the words of these replies, whom nobody knew, and what the team answered."""
    for ids in batches(reply_ids):
        tx.connection.execute(update(_answer).where(_answer.c.reply_id.in_(ids)).values(words=""))
        tx.connection.execute(update(_reply).where(_reply.c.id.in_(ids)).values(dict.fromkeys(OF_REPLY, "")))
        forget_notes(tx, ids)
