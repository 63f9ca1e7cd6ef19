"""A message of the outbox with its body, as it was handed off. Colour: store.

Called by pipeline.letter_shown and queries.newest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from notifier.render.links import unsigned
from notifier.store.bodies import unpacked
from notifier.store.engine import Transaction
from notifier.store.lookup import among, table_of
from notifier.store.tables import Message, MessageBody, TemplateVersion

_message, _body, _version = table_of(Message), table_of(MessageBody), table_of(TemplateVersion)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message. `body` is its MIME, or its text in UTF-8; None before a hand-off, and once it was removed."""

    channel: str
    body: bytes | None = field(repr=False)


def letter(tx: Transaction, message_id: int) -> Letter | None:
    """The message with this id."""
    query = (
        select(_message.c.channel, _body.c.body, _version.c.sample)
        .outerjoin(_body, _body.c.message_id == _message.c.id)
        .outerjoin(_version, _version.c.hash == _body.c.version)
        .where(_message.c.id == message_id)
    )
    row = tx.connection.execute(query).first()
    if row is None:
        return None
    body = None if row.body is None else unpacked(row.body, row.sample)
    return Letter(row.channel, body)


def texts_of(tx: Transaction, message_ids: Sequence[int]) -> dict[int, str]:
    """The words of these texts, as they were handed off, with links that open nothing."""
    query = (
        select(_body.c.message_id, _body.c.body, _version.c.sample)
        .outerjoin(_version, _version.c.hash == _body.c.version)
        .where(among(_body.c.message_id, message_ids))
    )
    rows = tx.connection.execute(query)
    return {row.message_id: unsigned(unpacked(row.body, row.sample).decode("utf-8", "replace")) for row in rows}
