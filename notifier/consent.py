"""Consent and suppression: who may be written to, and what a provider taught us. Colour: store. Called by pipeline."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from notifier.store.engine import Transaction
from notifier.store.lookup import batches, insert_new, table_of
from notifier.store.tables import Address, Message, Suppression
from notifier.terms.words import ERASED

_address, _message, _suppression = table_of(Address), table_of(Message), table_of(Suppression)


def suppress_addresses(tx: Transaction, brand: str, address_ids: Sequence[int], now: datetime) -> int:
    """Suppress addresses of somebody erased within `brand`, by their keyed hash. Returns how many."""
    made = 0
    for ids in batches(address_ids):
        found = tx.connection.execute(select(_address.c.channel, _address.c.hash).where(_address.c.id.in_(ids)))
        rows = [
            {"brand": brand, "channel": row.channel, "address_hash": row.hash, "reason": ERASED}
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
