"""What customers wrote that waits for a person, and the conversation around it. Colour: store. Called by pipeline.

The words are quoted here, in queries.newest for the console, and else in the person's own export alone. Links in them
open nothing: who opens one speaks as the customer.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, or_, select

from notifier.queries.masks import masked, shown
from notifier.render.links import unsigned
from notifier.store.asked import waits_for_person
from notifier.store.bodies import unpacked
from notifier.store.engine import Transaction
from notifier.store.lookup import batches, table_of
from notifier.store.tables import (
    Customer,
    LegalStanding,
    Message,
    MessageBody,
    Order,
    OrderLine,
    Reply,
    ReplyLine,
    TeamAnswer,
    TemplateVersion,
)
from notifier.terms.effects import effect_from
from notifier.terms.incoming import Road
from notifier.terms.time import utc
from notifier.terms.words import SENT_STATES, Channel

_reply, _about, _customer = table_of(Reply), table_of(ReplyLine), table_of(Customer)
_line, _order, _standing, _message = table_of(OrderLine), table_of(Order), table_of(LegalStanding), table_of(Message)
_body, _version, _team = table_of(MessageBody), table_of(TemplateVersion), table_of(TeamAnswer)

WITHIN = timedelta(days=1)
"""How soon somebody must look where the law sets no day."""


@dataclass(frozen=True, slots=True)
class AboutLine:
    """An order line that a reply is about, by the shop's keys; `deadline_at` is the law's, where it sets one."""

    id: int
    order: str
    line: str
    product: str
    deadline_at: datetime | None


@dataclass(frozen=True, slots=True)
class InboxReply:
    """One reply. `customer` is the shop's id as lists show it, empty for nobody known; `sender` is masked.

    `deadline` is by when a person must have looked: the law's day of a line concerned (`by_law`), else a day after it
    came. `effects` are what was done, `sent_uid` that of the message it answers.
    """

    id: int
    road: str
    received_at: datetime
    brand: str
    customer_id: int | None
    customer: str
    sender: str
    lines: tuple[AboutLine, ...]
    intent: str
    confidence: str
    suggestion: str
    reason: str
    effects: tuple[str, ...]
    subject: str
    words: str
    thread: str
    message: int | None
    sent_uid: str
    waits: bool
    closed_by: str
    closed_as: str
    told_at: datetime | None
    tell_tries: int
    name: str = field(default="", repr=False)

    @property
    def by_law(self) -> datetime | None:
        """The law's first day of a line concerned."""
        return min((one.deadline_at for one in self.lines if one.deadline_at), default=None)

    @property
    def who(self) -> str:
        """Whose it is, as far as that is proven: who says so beside whom it may be."""
        return self._whose(self.customer)

    @property
    def called(self) -> str:
        """The same by the customer's name, for the console's pages."""
        return self._whose(self.name or self.customer)

    def _whose(self, customer: str) -> str:
        if customer and self.sender and self.road == Road.EMAIL:
            return f"perhaps {customer} ({self.sender} wrote it)"
        return customer or self.sender

    @property
    def deadline(self) -> datetime:
        """By when a person must have looked."""
        return self.by_law or self.received_at + WITHIN

    @property
    def orders(self) -> tuple[str, ...]:
        """The orders it is about."""
        return tuple(dict.fromkeys(one.order for one in self.lines))

    def as_json(self) -> dict[str, Any]:
        """One object of `notifier inbox --json`; instants are ISO 8601 in UTC."""
        same = ("id", "road", "brand", "customer", "sender", "intent", "confidence", "suggestion", "reason")
        named = {name: getattr(self, name) for name in (*same, "subject", "words", "message")}
        days = {"received_at": utc(self.received_at).isoformat(), "deadline": utc(self.deadline).isoformat()}
        more = {"orders": list(self.orders), "lines": [one.line for one in self.lines], "effects": list(self.effects)}
        return named | days | more | {"by_law": self.by_law is not None}


def waiting(tx: Transaction) -> list[InboxReply]:
    """All that waits for a person, the nearest deadline first."""
    return sorted(_read(tx, _query().where(waits_for_person)), key=lambda one: (one.deadline, one.id))


def unforwarded(tx: Transaction, most: int, now: datetime) -> list[InboxReply]:
    """What waits and is to be sent to the helpdesk by `now`, what was due first coming first."""
    due = func.coalesce(_reply.c.tell_at, _reply.c.received_at)
    come = or_(_reply.c.tell_at.is_(None), _reply.c.tell_at <= now)
    query = _query().where(waits_for_person, _reply.c.told_at.is_(None), come)
    return _read(tx, query.order_by(due, _reply.c.id).limit(most))


def reply_shown(tx: Transaction, reply_id: int) -> InboxReply | None:
    """One reply by its id, whether or not it waits."""
    return next(iter(_read(tx, _query().where(_reply.c.id == reply_id))), None)


def replies_shown(tx: Transaction, reply_ids: Sequence[int]) -> list[InboxReply]:
    """These replies, in this order."""
    found = {one.id: one for one in _read(tx, _query().where(_reply.c.id.in_(reply_ids)))}
    return [found[one] for one in reply_ids if one in found]


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that was said in a conversation: by `who`, on which channel; `about` is in short what it was.

    `ours`: the shop said it. `message` is the id of a message of the outbox, `reply` that of a reply. `state` is what
    became of what the team answered (tables.TeamAnswer), `goes_at` not before when it goes; both empty for all else.
    """

    at: datetime
    who: str
    channel: str
    about: str
    words: str
    ours: bool = False
    message: int | None = None
    reply: int | None = None
    state: str = ""
    goes_at: datetime | None = None

    def as_json(self) -> dict[str, str]:
        """One object of `notifier inbox show --json`."""
        named = {name: getattr(self, name) for name in ("who", "channel", "about", "words")}
        return {"at": utc(self.at).isoformat()} | named


def conversation(tx: Transaction, customer_id: int, most: int | None = None) -> list[Turn]:
    """What we wrote to a customer, and what they wrote, the newest last; at most the newest `most`."""
    ours = select(_message, _body.c.body, _version.c.sample).outerjoin(_body, _body.c.message_id == _message.c.id)
    ours = ours.outerjoin(_version, _version.c.hash == _body.c.version)
    went = (_message.c.customer_id == customer_id) & _message.c.state.in_(SENT_STATES)
    theirs = select(_reply).where(_reply.c.customer_id == customer_id)
    answered = select(_team).where(_team.c.customer_id == customer_id)
    newest = func.coalesce(_message.c.handed_off_at, _message.c.queued_at).desc()
    turns = [_our_turn(row) for row in tx.connection.execute(ours.where(went).order_by(newest).limit(most))]
    newest = _reply.c.received_at.desc()
    turns += [
        _their_turn(row) for row in tx.connection.execute(theirs.order_by(newest, _reply.c.id.desc()).limit(most))
    ]
    newest = _team.c.received_at.desc()
    turns += [_team_turn(row) for row in tx.connection.execute(answered.order_by(newest).limit(most))]
    found = sorted(turns, key=lambda one: (one.at, one.reply or 0))
    return found if most is None else found[-most:]


def _our_turn(row: Row[Any]) -> Turn:
    at = row.handed_off_at or row.queued_at
    return Turn(at, "the shop", row.channel, row.purpose, unsigned(_our_words(row)), ours=True, message=row.id)


def _their_turn(row: Row[Any]) -> Turn:
    about, ours = f"{row.intent} ({row.confidence})", row.road == Road.OPERATOR
    return Turn(row.received_at, row.actor, row.road, about, unsigned(row.words), ours=ours, reply=row.id)


def _team_turn(row: Row[Any]) -> Turn:
    about = f"{_where(row.by)} ({row.state})"
    what = (row.received_at, row.by or "the team", row.channel, about, unsigned(row.words))
    return Turn(*what, ours=True, state=row.state, goes_at=row.not_before)


def _where(by: str) -> str:
    return "answered from the inbox" if by else "answered from the helpdesk"


def _our_words(row: Row[Any]) -> str:
    """The subject of an email, and a text whole, which has none."""
    if row.channel != Channel.SMS or row.body is None:
        return str(row.subject)
    return unpacked(row.body, row.sample).decode("utf-8", "replace")


def _query() -> Select[Any]:
    return (
        select(_reply, _customer.c.key.label("customer_key"), _customer.c.name, _message.c.uid.label("sent_uid"))
        .outerjoin(_customer, _customer.c.id == _reply.c.customer_id)
        .outerjoin(_message, _message.c.id == _reply.c.message_id)
    )


def _read(tx: Transaction, query: Select[Any]) -> list[InboxReply]:
    rows = tx.connection.execute(query).all()
    lines = _lines(tx, [row.id for row in rows])
    return [_told(row, tuple(lines.get(row.id, ()))) for row in rows]


def _lines(tx: Transaction, reply_ids: Collection[int]) -> dict[int, list[AboutLine]]:
    query = (
        select(_about.c.reply_id, _line.c.id, _order.c.key.label("order_key"), _line.c.key.label("line_key"))
        .add_columns(_line.c.product, _line.c.sku, _standing.c.deadline_at)
        .join(_line, _line.c.id == _about.c.line_id)
        .join(_order, _order.c.id == _line.c.order_id)
        .outerjoin(_standing, _standing.c.line_id == _line.c.id)
        .order_by(_line.c.id)
    )
    found: dict[int, list[AboutLine]] = defaultdict(list)
    for ids in batches(sorted(reply_ids)):
        for row in tx.connection.execute(query.where(_about.c.reply_id.in_(ids))):
            one = AboutLine(row.id, row.order_key, row.line_key, row.product or row.sku, row.deadline_at)
            found[row.reply_id].append(one)
    return found


def _told(row: Row[Any], lines: tuple[AboutLine, ...]) -> InboxReply:
    same = ("id", "road", "received_at", "brand", "customer_id", "intent", "confidence", "suggestion", "reason")
    named = {name: getattr(row, name) for name in (*same, "subject", "thread", "closed_by", "closed_as")}
    return InboxReply(
        **named,
        words=unsigned(row.words),
        customer=shown(row.customer_key or ""),
        name=row.name or "",
        sender=masked(row.sender),
        lines=lines,
        effects=tuple(effect_from(one).word for one in json.loads(row.effects)),
        message=row.message_id,
        sent_uid=row.sent_uid or "",
        waits=bool(row.needs_person) and row.closed_at is None,
        told_at=row.told_at,
        tell_tries=row.tell_tries,
    )
