"""How often an address gave mails back. Colour: store. Called by pipeline.returned."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.tables import Message, Reply
from notifier.terms.reply import Intent

_reply, _message = table_of(Reply), table_of(Message)

WITHIN, TIMES, APART = timedelta(days=30), 3, timedelta(days=3)
"""A mailbox that is full for a day is nobody's loss; one that gave back so many mails over so long is not read."""


def soft_for_good(tx: Transaction, address_id: int, now: datetime) -> bool:
    """Whether at least TIMES messages to the address came back in the last WITHIN, the first and last APART days."""
    columns = func.count(_reply.c.message_id.distinct()), func.min(_reply.c.received_at), func.max(_reply.c.received_at)
    query = select(*columns).join(_message, _message.c.id == _reply.c.message_id)
    lately = (_reply.c.intent == Intent.BOUNCE) & (_reply.c.received_at > now - WITHIN)
    count, first, last = tx.connection.execute(query.where(_message.c.address_id == address_id, lately)).one()
    return bool(count >= TIMES and last - first >= APART)
