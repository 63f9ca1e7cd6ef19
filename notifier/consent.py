"""Consent and suppression: who may be written to, and what a provider taught us. Colour: store. Called by pipeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import batches, insert_new, table_of
from notifier.store.tables import Address, Consent, Message, Suppression
from notifier.terms.words import ERASED, Channel, MessageClass, Scope

_address, _message, _suppression = table_of(Address), table_of(Message), table_of(Suppression)
_consent = table_of(Consent)

OPTED_OUT = "opted_out"
"""The reason of a suppression that a provider's own opt-out left (Twilio 21610): START undoes it."""


def suppress_addresses(
    tx: Transaction, brand: str, address_ids: Sequence[int], now: datetime, reason: str = ERASED
) -> int:
    """Suppress addresses within `brand`, by their keyed hash: as of somebody erased, or for `reason`.

    Returns how many.
    """
    made = 0
    for ids in batches(address_ids):
        found = tx.connection.execute(select(_address.c.channel, _address.c.hash).where(_address.c.id.in_(ids)))
        rows = [
            {"brand": brand, "channel": row.channel, "address_hash": row.hash, "reason": reason}
            | {"at": now, "known_at": now}
            for row in found
        ]
        if rows:
            made += len(insert_new(tx, _suppression, rows, returning=(_suppression.c.id,)))
    return made


def suppress(tx: Transaction, reasons: Mapping[int, str], now: datetime) -> int:
    """Suppress the addresses behind messages (message id → reason), within the message's brand. Returns how many.

    A provider that says a number opted out (Twilio 21610) is believed at once (RULES.md S3). What is suppressed for the
    same reason already stays as it is: a provider may say so by its answer, and by a receipt.
    """
    made = 0
    for ids in batches(sorted(reasons)):
        query = (
            select(_message.c.id, _message.c.brand, _message.c.channel, _address.c.hash)
            .join(_address, _address.c.id == _message.c.address_id)
            .where(_message.c.id.in_(ids))
        )
        known = _standing(tx, ids)
        rows = [
            {
                "brand": row.brand,
                "channel": row.channel,
                "address_hash": row.hash,
                "reason": reasons[row.id],
                "at": now,
                "known_at": now,
            }
            for row in tx.connection.execute(query)
            if (row.id, reasons[row.id]) not in known
        ]
        if rows:
            made += len(insert_new(tx, _suppression, rows, returning=(_suppression.c.id,)))
    return made


def _standing(tx: Transaction, message_ids: Sequence[int]) -> set[tuple[int, str]]:
    """Each of the messages with the reasons for which its address is suppressed already."""
    same = (_suppression.c.brand == _message.c.brand) & (_suppression.c.channel == _message.c.channel)
    query = (
        select(_message.c.id, _suppression.c.reason)
        .join(_address, _address.c.id == _message.c.address_id)
        .join(_suppression, (_suppression.c.address_hash == _address.c.hash) & same)
        .where(_message.c.id.in_(message_ids), _suppression.c.lifted_at.is_(None))
    )
    return {(row.id, row.reason) for row in tx.connection.execute(query)}


@dataclass(frozen=True, slots=True)
class Word:
    """A word on consent: for an address, whoever has it, or for a customer (the other is None), received at `at` (UTC).

    `wording` is what was agreed to, `source` where, `evidence` what proves it (RULES.md S1).
    """

    brand: str
    channel: Channel
    about: MessageClass | Scope
    granted: bool
    at: datetime
    source: str
    address_id: int | None = None
    customer_id: int | None = None
    wording: str = ""
    evidence: str = ""


def keep_words(tx: Transaction, words: Sequence[Word], known_at: datetime) -> None:
    """Append words on consent; one that is there already stays one."""
    rows = [
        {
            "brand": one.brand,
            "customer_id": one.customer_id,
            "address_id": one.address_id,
            "channel": one.channel.value,
            "message_class": one.about.value,
            "granted": one.granted,
            "wording": one.wording,
            "source": one.source,
            "evidence": one.evidence,
            "at": one.at,
            "known_at": known_at,
        }
        for one in words
    ]
    if rows:
        insert_new(tx, _consent, rows)


def stands_refused(tx: Transaction, word: Word) -> bool:
    """Whether the last word before this one, for the same address (or customer) and class, was a no already."""
    return _last_is_no(tx, _of_the_same(word) & (_consent.c.at < word.at))


def refused_since(tx: Transaction, word: Word) -> bool:
    """Whether the last word after this one, for the same address (or customer) and class, is a no."""
    return _last_is_no(tx, _of_the_same(word) & (_consent.c.at > word.at))


def _of_the_same(word: Word) -> ColumnElement[bool]:
    same = (_consent.c.brand == word.brand) & (_consent.c.address_id == word.address_id)
    same &= (_consent.c.channel == word.channel) & (_consent.c.message_class == word.about)
    return same & (_consent.c.customer_id == word.customer_id) if word.address_id is None else same


def _last_is_no(tx: Transaction, which: ColumnElement[bool]) -> bool:
    query = select(_consent.c.granted).where(which).order_by(_consent.c.at.desc(), _consent.c.granted)
    last = tx.connection.execute(query.limit(1)).first()
    return last is not None and not last.granted


def lift(tx: Transaction, brand: str, address_id: int, reason: str, now: datetime) -> int:
    """Lift the suppressions of an address that stand for `reason`; returns how many."""
    digest = select(_address.c.hash).where(_address.c.id == address_id).scalar_subquery()
    these = (_suppression.c.brand == brand) & (_suppression.c.address_hash == digest)
    these &= (_suppression.c.reason == reason) & _suppression.c.lifted_at.is_(None)
    return tx.connection.execute(update(_suppression).where(these).values(lifted_at=now)).rowcount
