"""Finds messages of the outbox, and says which of them go again. Colour: store.

Called by pipeline, outbox and queries.
"""

from sqlalchemy import ColumnElement, and_, or_, select

from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow, table_of
from notifier.store.tables import Attempt, Message
from notifier.terms.words import Channel, MessageClass, MessageState, NoticeKind

_message, _attempt = table_of(Message), table_of(Attempt)

newest_attempt: ColumnElement[bool] = and_(_attempt.c.message_id == _message.c.id, _attempt.c.fence == _message.c.fence)
"""The attempt that a message stands with: each claim has a fence of its own."""

_required = or_(_message.c.notice != NoticeKind.NONE, _message.c.message_class == MessageClass.REQUIRED)
goes_again: ColumnElement[bool] = and_(
    _message.c.channel == Channel.EMAIL, _required, _message.c.maybe_double.is_(False)
)
"""An unknown one of these goes once more by itself: what the law requires must not hang on an answer that got lost."""


def accepted_email(tx: Transaction, message_id: int) -> AnyRow | None:
    """The message, if it is an email that a server accepted."""
    query = select(_message).where(
        _message.c.id == message_id,
        _message.c.channel == Channel.EMAIL,
        _message.c.state == MessageState.ACCEPTED,
    )
    return tx.connection.execute(query).first()
