"""What the team answered, from its helpdesk or the inbox, to be passed on once. Colour: store. Called by pipeline.

waiting → going, committed before the network → sent, refused or unknown; what was going when its process died is
unknown, and never sent again by itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, literal_column, or_, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow, insert_new, table_of
from notifier.store.tables import (
    Address,
    Customer,
    Message,
    Order,
    OrderLine,
    Reply,
    ReplyLine,
    Suppression,
    TeamAnswer,
)
from notifier.terms.words import Channel

_answer, _reply, _about, _suppression = (
    table_of(TeamAnswer),
    table_of(Reply),
    table_of(ReplyLine),
    table_of(Suppression),
)
_address, _customer, _message = table_of(Address), table_of(Customer), table_of(Message)
_order, _line = table_of(Order), table_of(OrderLine)

# As text, because SQLite takes a partial index only where no parameter is.
_waits: ColumnElement[bool] = literal_column("state = 'waiting'")
_goes: ColumnElement[bool] = literal_column("state = 'going'")
_UNSENT: ColumnElement[bool] = literal_column("state IN ('waiting', 'going')")

LOST_AFTER = timedelta(minutes=10)
"""When an answer that was going is nobody's any more: a try takes a minute at most."""


@dataclass(frozen=True, slots=True)
class Written:
    """An answer: its words, by which channel it goes, who wrote it (empty: the helpdesk), and not before when."""

    key: str
    words: str
    channel: Channel = Channel.EMAIL
    by: str = ""
    not_before: datetime | None = None


def keep(tx: Transaction, reply: AnyRow, written: Written, at: datetime) -> int | None:
    """Keep an answer to `reply`, that came in at `at`; returns its id, None where it is there already."""
    row = {"key": written.key, "reply_id": reply.id, "customer_id": reply.customer_id, "brand": reply.brand}
    row |= {"words": written.words, "received_at": at, "state": "waiting", "going_at": None, "sent_at": None}
    row |= {"channel": written.channel.value, "by": written.by, "not_before": written.not_before}
    made = insert_new(tx, _answer, [row], returning=(_answer.c.id,))
    return made[0].id if made else None


def free_key(tx: Transaction, key: str) -> None:
    """Let an answer that came to nothing give its key free, so that a person can send the same again."""
    nothing = (_answer.c.key == key) & _answer.c.state.in_(("withdrawn", "refused", "unknown"))
    again = _answer.c.key + ":" + cast(_answer.c.id, String)
    tx.connection.execute(update(_answer).where(nothing).values(key=again))


def withdraw(tx: Transaction, answer_id: int) -> bool:
    """Take an answer back that has not gone yet; False where it has, or is going."""
    this = update(_answer).where(_answer.c.id == answer_id, _waits).values(state="withdrawn")
    return tx.connection.execute(this).rowcount > 0


def waits(tx: Transaction, answer_id: int) -> bool:
    """Whether an answer has not gone yet, and is not going."""
    return tx.connection.execute(select(_answer.c.id).where(_answer.c.id == answer_id, _waits)).first() is not None


def anything(tx: Transaction) -> bool:
    """Whether an answer waits, or is going."""
    return tx.connection.execute(select(_answer.c.id).where(_UNSENT).limit(1)).first() is not None


def take(tx: Transaction, after: int, now: datetime) -> AnyRow | None:
    """The answer that goes now, the first one whose id comes after `after`: the caller commits before it is sent.

    One at a time: others would be lost to another process while they wait for this one's server.
    """
    come = or_(_answer.c.not_before.is_(None), _answer.c.not_before <= now)
    first = select(_answer.c.id).where(_waits, come, _answer.c.id > after).order_by(_answer.c.id).limit(1)
    if tx.postgresql:
        first = first.with_for_update(skip_locked=True)
    found = tx.connection.execute(first).scalar()
    going = update(_answer).where(_answer.c.id == found).values(state="going", going_at=now)
    return tx.connection.execute(going.returning(*_answer.c)).first() if found is not None else None


def still_going(tx: Transaction, row: AnyRow) -> bool:
    """Whether an answer that was taken is still this taker's: after a long stop another process may have called it
    lost.
    """
    mine = (_answer.c.id == row.id) & (_answer.c.going_at == row.going_at) & _goes
    return tx.connection.execute(select(_answer.c.id).where(mine)).first() is not None


def settle(tx: Transaction, answer_id: int, state: str, now: datetime, again_at: datetime | None = None) -> None:
    """What became of an answer that was going: sent, refused, unknown, or waiting again (until `again_at`)."""
    sent = now if state == "sent" else None
    this = (_answer.c.id == answer_id) & _goes
    tx.connection.execute(update(_answer).where(this).values(state=state, sent_at=sent, not_before=again_at))


def keep_provider_id(tx: Transaction, answer_id: int, provider_id: str) -> None:
    """The provider calls this text so."""
    tx.connection.execute(update(_answer).where(_answer.c.id == answer_id).values(provider_id=provider_id))


def refuse_sent(tx: Transaction, provider_id: str) -> AnyRow | None:
    """The text that the provider calls so went, and was refused after all; None where none did."""
    went = (_answer.c.provider_id == provider_id) & (_answer.c.state == "sent")
    refused = update(_answer).where(went).values(state="refused", sent_at=None).returning(*_answer.c)
    return tx.connection.execute(refused).first()


def lost(tx: Transaction, now: datetime) -> list[AnyRow]:
    """Answers whose process died while they were going: unknown from now on."""
    gone = update(_answer).where(_goes, _answer.c.going_at < now - LOST_AFTER).values(state="unknown")
    return list(tx.connection.execute(gone.returning(*_answer.c)))


def address_for(tx: Transaction, reply: AnyRow, now: datetime) -> AnyRow | None:
    """Where an email that answers `reply` goes: the address that wrote, that of the order, or the customer's own.

    None where no email may go to any.
    """
    ids = [reply.address_id]
    ids += tx.connection.execute(select(_message.c.address_id).where(_message.c.id == reply.message_id)).scalars()
    ids += tx.connection.execute(_of_orders(reply)).scalars()
    ids += tx.connection.execute(select(_customer.c.email_id).where(_customer.c.id == reply.customer_id)).scalars()
    wanted = [one for one in dict.fromkeys(ids) if one is not None]
    lasts = or_(_suppression.c.lifted_at.is_(None), _suppression.c.lifted_at > now)
    dead = select(_suppression.c.address_hash).where(
        _suppression.c.brand == reply.brand, _suppression.c.channel == Channel.EMAIL, lasts
    )
    query = select(_address).where(
        _address.c.id.in_(wanted),
        _address.c.channel == Channel.EMAIL,
        _address.c.value.is_not(None),
        _address.c.hash.not_in(dead),
    )
    found = {row.id: row for row in tx.connection.execute(query)}
    return next((found[one] for one in wanted if one in found), None)


def _of_orders(reply: AnyRow) -> Select[Any]:
    query = select(_order.c.email_id).join(_line, _line.c.order_id == _order.c.id)
    return query.join(_about, _about.c.line_id == _line.c.id).where(_about.c.reply_id == reply.id)
