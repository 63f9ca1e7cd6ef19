"""The newest part of what concerns a customer or one of their orders, a page at a time. Colour: store.

Called by pipeline.timeline. Unlike stories it quotes what the customer wrote and what we texted; an email comes without
its body.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, select

from notifier.queries import heard
from notifier.queries.letters import texts_of
from notifier.queries.stories import (
    Chapter,
    DecisionTold,
    contact_told,
    decision_told,
    messages_told,
    promises_made,
)
from notifier.render.links import unsigned
from notifier.store.engine import Transaction
from notifier.store.lookup import among, table_of
from notifier.store.tables import (
    Action,
    Consent,
    Contact,
    Decision,
    Hold,
    Message,
    MessageLine,
    Order,
    OrderLine,
    PromiseTold,
    Reply,
    ReplyLine,
)
from notifier.terms.effects import ActionState
from notifier.terms.words import Channel

_order, _line, _decision, _message = table_of(Order), table_of(OrderLine), table_of(Decision), table_of(Message)
_told, _promise, _contact, _reply = table_of(MessageLine), table_of(PromiseTold), table_of(Contact), table_of(Reply)
_about, _action, _hold, _consent = table_of(ReplyLine), table_of(Action), table_of(Hold), table_of(Consent)


@dataclass(frozen=True, slots=True)
class Whose:
    """One customer, and one of their orders where only what concerns it is asked for (id and the shop's number)."""

    customer_id: int
    key: str
    brand: str
    order_id: int | None = None
    order_key: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page begins: what is older than `at`, and of that moment what comes after its first `seen` things."""

    at: datetime
    seen: int = 0


@dataclass(frozen=True, slots=True)
class Since:
    """A page of so many things from a mark on (None: from the newest)."""

    mark: Mark | None
    most: int

    @property
    def rows(self) -> int:
        """How many of each kind are read: one more than are shown tells that there are more."""
        return self.most + 1 + (self.mark.seen if self.mark is not None else 0)


@dataclass(frozen=True, slots=True)
class Noted:
    """One thing beside what the log tells: an order, an action that waits, a hold, a word of consent.

    `kind` is one of order, action, hold, lifted, consent; `about` and `by` are its words.
    """

    at: datetime
    kind: str
    about: tuple[str, ...]
    by: str = ""
    until: datetime | None = None
    order_id: int | None = None


@dataclass(frozen=True, slots=True)
class Newest:
    """A chapter with its newest things alone, and what was noted beside it.

    `words` are subject and words of what a customer wrote, by reply id; `texts` those of our texts, by message id.
    """

    chapter: Chapter
    noted: tuple[Noted, ...]
    words: dict[int, tuple[str, str]]
    texts: dict[int, str]


def newest(tx: Transaction, whose: Whose, since: Since) -> Newest:
    """The newest of each kind, enough for the page that `cut` makes of them."""
    decisions = _decisions(tx, whose, since)
    rows = _messages(tx, whose, since, [one.message for one in decisions if one.message is not None])
    replies = _replies(tx, whose, since)
    promises = _promises(tx, whose, since, [row.id for row in rows])
    chapter = Chapter(
        customer=whose.key,
        brand=whose.brand,
        decisions=tuple(decisions),
        messages=messages_told(tx, rows),
        contacts=tuple(_contacts(tx, whose, since)),
        promises=tuple(promises),
        replies=tuple(heard.replies_told(tx, replies)),
        actions=tuple(heard.actions_told(tx, _first(_ended(whose), _action.c.closed_at, _action.c.id, since))),
    )
    words = {row.id: (row.subject, unsigned(row.words)) for row in replies}
    texts = texts_of(tx, [row.id for row in rows if row.channel == Channel.SMS])
    return Newest(chapter, tuple(_noted(tx, whose, since)), words, texts)


def _first(query: Select[Any], at: Any, identity: Any, since: Since) -> Select[Any]:
    if since.mark is not None:
        query = query.where(at <= since.mark.at)
    return query.order_by(at.desc(), identity.desc()).limit(since.rows)


def _lines_of(whose: Whose) -> Select[Any]:
    mine = _line.c.customer_id == whose.customer_id
    return select(_line.c.id).where(mine if whose.order_id is None else _line.c.order_id == whose.order_id)


def _decisions(tx: Transaction, whose: Whose, since: Since) -> list[DecisionTold]:
    """Of an order: found among its customer's, back to when the order was first heard of."""
    query = select(_decision).where(_decision.c.customer_id == whose.customer_id)
    if whose.order_id is None:
        rows = tx.connection.execute(_first(query, _decision.c.first_at, _decision.c.id, since))
        return [decision_told(row) for row in rows]
    if since.mark is not None:
        query = query.where(_decision.c.first_at <= since.mark.at)
    known = select(func.min(_line.c.first_seen_at)).where(_line.c.order_id == whose.order_id).scalar_subquery()
    query = query.where(_decision.c.first_at >= known)
    found = []
    for one in _streamed(tx, query.order_by(_decision.c.first_at.desc(), _decision.c.id.desc())):
        told = decision_told(one)
        if any(line.order == whose.order_key for line in told.lines):
            found.append(told)
        if len(found) >= since.rows:
            break
    return found


def _streamed(tx: Transaction, query: Select[Any]) -> Iterator[Row[Any]]:
    with tx.connection.execute(query.execution_options(yield_per=200)) as rows:
        yield from rows


def _messages(tx: Transaction, whose: Whose, since: Since, decided: Sequence[int]) -> list[Row[Any]]:
    """Those of these decisions, and those that no decision made."""
    rows = list(tx.connection.execute(select(_message).where(among(_message.c.id, decided))))
    made = exists(select(_decision.c.id).where(_decision.c.message_id == _message.c.id))
    query = select(_message).where(_message.c.customer_id == whose.customer_id, ~made)
    if whose.order_id is not None:
        named = select(_told.c.message_id).where(_told.c.line_id.in_(_lines_of(whose)))
        query = query.where(_message.c.id.in_(named))
    return [*rows, *tx.connection.execute(_first(query, _message.c.queued_at, _message.c.id, since))]


def _promises(tx: Transaction, whose: Whose, since: Since, messages: Sequence[int]) -> list[Any]:
    alone = select(_promise.c.id).where(_promise.c.line_id.in_(_lines_of(whose)), _promise.c.message_id.is_(None))
    ids = list(tx.connection.execute(_first(alone, _promise.c.told_at, _promise.c.id, since)).scalars())
    named: ColumnElement[bool] = among(_promise.c.message_id, messages) | among(_promise.c.id, ids)
    return promises_made(tx, named)


def _contacts(tx: Transaction, whose: Whose, since: Since) -> list[Any]:
    """Calls and the like: what has no message; nobody wrote down about which order they were."""
    if whose.order_id is not None:
        return []
    query = select(_contact).where(_contact.c.customer_id == whose.customer_id, _contact.c.message_id.is_(None))
    return [contact_told(row) for row in tx.connection.execute(_first(query, _contact.c.at, _contact.c.id, since))]


def _replies(tx: Transaction, whose: Whose, since: Since) -> list[Row[Any]]:
    query = select(_reply).where(_reply.c.customer_id == whose.customer_id)
    if whose.order_id is not None:
        named = select(_about.c.reply_id).where(_about.c.line_id.in_(_lines_of(whose)))
        query = select(_reply).where(_reply.c.id.in_(named))
    return list(tx.connection.execute(_first(query, _reply.c.received_at, _reply.c.id, since)))


def _ended(whose: Whose) -> Select[Any]:
    return heard.ended_query(_lines_of(whose))


def _noted(tx: Transaction, whose: Whose, since: Since) -> Iterator[Noted]:
    yield from _actions(tx, whose, since)
    yield from _orders(tx, whose, since)
    if whose.order_id is None:
        yield from _holds(tx, whose, since)
        yield from _consents(tx, whose, since)


def _actions(tx: Transaction, whose: Whose, since: Since) -> Iterator[Noted]:
    query = (
        select(_action, _order.c.key.label("order_key"), _line.c.key.label("line_key"))
        .join(_line, _line.c.id == _action.c.line_id)
        .join(_order, _order.c.id == _line.c.order_id)
        .where(_action.c.line_id.in_(_lines_of(whose)), _action.c.state == ActionState.REQUESTED)
    )
    for row in tx.connection.execute(_first(query, _action.c.requested_at, _action.c.id, since)):
        yield Noted(row.requested_at, "action", (row.kind, row.order_key, row.line_key, row.alarm), row.requested_by)


def _orders(tx: Transaction, whose: Whose, since: Since) -> Iterator[Noted]:
    mine = _order.c.customer_id == whose.customer_id if whose.order_id is None else _order.c.id == whose.order_id
    rows = tx.connection.execute(_first(select(_order).where(mine), _order.c.ordered_at, _order.c.id, since))
    for row in rows:
        yield Noted(row.ordered_at, "order", (row.key,), row.sales_channel, order_id=row.id)


def _holds(tx: Transaction, whose: Whose, since: Since) -> Iterator[Noted]:
    mine = select(_hold).where(_hold.c.customer_id == whose.customer_id)
    for row in tx.connection.execute(_first(mine, _hold.c.at, _hold.c.id, since)):
        yield Noted(row.at, "hold", (row.reason,), row.by, row.until)
    lifted = mine.where(_hold.c.lifted_at.is_not(None))
    for row in tx.connection.execute(_first(lifted, _hold.c.lifted_at, _hold.c.id, since)):
        yield Noted(row.lifted_at, "lifted", (row.reason,), row.lifted_by)


def _consents(tx: Transaction, whose: Whose, since: Since) -> Iterator[Noted]:
    mine = select(_consent).where(_consent.c.customer_id == whose.customer_id)
    for row in tx.connection.execute(_first(mine, _consent.c.at, _consent.c.id, since)):
        said = "granted" if row.granted else "refused"
        yield Noted(row.at, "consent", (said, row.message_class, row.channel), row.source)


def cut(found: Newest, since: Since) -> tuple[Newest, Mark | None]:
    """The newest `since.most` things of all kinds from its mark on, and where the rest begins (None: nothing is left).

    Things of one moment stand in the same order on each page: by kind, then as they were read.
    """
    told, begin = found.chapter, since.mark.seen if since.mark is not None else 0
    things = sorted(_things(found), key=lambda one: one[0], reverse=True)
    page = things[begin : begin + since.most]
    rest = None
    if len(things) > begin + since.most:
        at = page[-1][0]
        rest = Mark(at, sum(moment == at for moment, _ in things[: begin + since.most]))
    kept = {id(thing) for _, thing in page}
    decisions = tuple(one for one in told.decisions if id(one) in kept)
    made = {one.message for one in decisions}
    messages = tuple(one for one in told.messages if id(one) in kept or one.id in made)
    named = {one.id for one in messages}
    chapter = replace(
        told,
        decisions=decisions,
        messages=messages,
        contacts=tuple(one for one in told.contacts if id(one) in kept),
        promises=tuple(one for one in told.promises if id(one) in kept or one.message in named),
        replies=tuple(one for one in told.replies if id(one) in kept),
        actions=tuple(one for one in told.actions if id(one) in kept),
    )
    return replace(found, chapter=chapter, noted=tuple(one for one in found.noted if id(one) in kept)), rest


def _things(found: Newest) -> Iterator[tuple[datetime, object]]:
    """What is told by itself, each kind newest first: a message stands with its decision, a date with its message."""
    told = found.chapter
    for kind in (told.decisions, told.replies, told.actions, told.contacts, found.noted):
        yield from ((one.at, one) for one in kind)
    made = {one.message for one in told.decisions}
    yield from ((one.queued_at, one) for one in told.messages if one.id not in made)
    yield from ((one.told_at, one) for one in reversed(told.promises) if one.message is None)
