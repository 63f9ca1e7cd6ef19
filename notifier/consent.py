"""Consent and suppression: who may be written to, and what a provider taught us. Colour: store. Called by pipeline."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from notifier.store.engine import Transaction
from notifier.store.lookup import batches, insert_new, table_of
from notifier.store.tables import Address, Message, Suppression

_address, _message, _suppression = table_of(Address), table_of(Message), table_of(Suppression)


def suppress(tx: Transaction, reasons: Mapping[int, str], now: datetime) -> int:
    """Suppress the addresses behind messages (message id → reason), within the message's brand. Returns how many.

    A provider that says a number opted out (Twilio 21610) is believed at once (RULES.md S3).
    """
    made = 0
    for ids in batches(sorted(reasons)):
        query = (
            select(_message.c.id, _message.c.brand, _message.c.channel, _address.c.hash)
            .join(_address, _address.c.id == _message.c.address_id)
            .where(_message.c.id.in_(ids))
        )
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
        ]
        if rows:
            made += len(insert_new(tx, _suppression, rows, returning=(_suppression.c.id,)))
    return made
