"""The contact log and the promise ledger: what was said, to whom, by whom; append-only. Colour: store.

Called by pipeline.deliver in the transaction that settles the messages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Executable, insert, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from notifier.store.engine import Transaction
from notifier.store.lookup import IDS, batches, table_of, these
from notifier.store.tables import Contact, Message, MessageLine, PromiseTold
from notifier.terms.words import TELLS_NOBODY, DeliveryMode, Direction

_contact, _promise = table_of(Contact), table_of(PromiseTold)
_message, _line = table_of(Message), table_of(MessageLine)

CONTACT_COLUMNS = (
    *("at", "direction", "actor", "brand", "customer_id", "address_id", "channel", "message_class", "purpose"),
    *("message_id", "summary"),
)
PROMISE_COLUMNS = ("line_id", "message_id", "told_at", "purpose", "channel", "eta_from", "eta_to")


def log_sent(tx: Transaction, message_ids: Sequence[int]) -> None:
    """Log accepted messages: a contact each, and every date they told, at the moment of their hand-off.

    That they went may be known only days later, when another date was told. What mode shadow accepted was said to
    nobody: it is no contact.
    """
    for ids in batches(message_ids):
        fresh = tx.connection.execute(_log_contacts(tx.postgresql), {IDS: ids}).scalars().all()
        tx.connection.execute(_log_promises(), {IDS: fresh})


@cache
def _log_contacts(on_postgresql: bool) -> Executable:
    contacts = select(
        _message.c.handed_off_at,
        literal(Direction.OUT.value),
        literal("bot"),
        _message.c.brand,
        _message.c.customer_id,
        _message.c.address_id,
        _message.c.channel,
        _message.c.message_class,
        _message.c.purpose,
        _message.c.id,
        _message.c.subject,
    ).where(these(_message.c.id), _message.c.mode != DeliveryMode.SHADOW)
    # To look for what is logged already would be planned once, in a log that is still empty, and read all of it later.
    made = (postgresql if on_postgresql else sqlite).insert(_contact).from_select(CONTACT_COLUMNS, contacts)
    once = made.on_conflict_do_nothing(index_elements=[_contact.c.message_id])
    logged: Executable = once.returning(_contact.c.message_id)
    return logged


@cache
def _log_promises() -> Executable:
    promises = (
        select(
            _line.c.line_id,
            _line.c.message_id,
            _message.c.handed_off_at,
            _line.c.purpose,
            _line.c.channel,
            _line.c.eta_from,
            _line.c.eta_to,
        )
        .join(_message, _message.c.id == _line.c.message_id)
        .where(these(_message.c.id), _line.c.live.is_not(None), _line.c.eta_to.is_not(None))
        .where(_message.c.mode.not_in(TELLS_NOBODY))
    )
    return insert(_promise).from_select(PROMISE_COLUMNS, promises)


@dataclass(frozen=True, slots=True)
class Word:
    """Something that a customer said, and who took it down, or that the team said (`actor`).

    `channel` is how, `summary` what, in one line.
    """

    customer_id: int
    brand: str
    actor: str
    channel: str
    summary: str
    purpose: str = ""
    address_id: int | None = None


def log_said(tx: Transaction, word: Word, now: datetime) -> None:
    """Log what a customer said; it counts against no cap."""
    _log(tx, word, Direction.IN, now)


def log_ours(tx: Transaction, word: Word, now: datetime) -> None:
    """Log what somebody of the team said to a customer; it counts against no cap, for it is no message of the bot's."""
    _log(tx, word, Direction.OUT, now)


def _log(tx: Transaction, word: Word, direction: Direction, now: datetime) -> None:
    row = {
        "at": now,
        "direction": direction.value,
        "actor": word.actor,
        "brand": word.brand,
        "customer_id": word.customer_id,
        "address_id": word.address_id,
        "channel": word.channel,
        "message_class": "",
        "purpose": word.purpose,
        "summary": word.summary,
    }
    tx.connection.execute(insert(_contact), row)
