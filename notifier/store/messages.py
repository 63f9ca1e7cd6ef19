"""Finds a message of the outbox by its id. Colour: store. Called by pipeline.bounces."""

from sqlalchemy import select

from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow, table_of
from notifier.store.tables import Message
from notifier.terms.words import Channel, MessageState

_message = table_of(Message)


def accepted_email(tx: Transaction, message_id: int) -> AnyRow | None:
    """The message, if it is an email that a server accepted."""
    query = select(_message).where(
        _message.c.id == message_id,
        _message.c.channel == Channel.EMAIL,
        _message.c.state == MessageState.ACCEPTED,
    )
    return tx.connection.execute(query).first()
