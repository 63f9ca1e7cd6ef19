"""Writes down, durably and just before the first byte, what goes out. Colour: store. Called by pipeline.deliver."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, insert, update

from notifier.store.engine import Transaction
from notifier.store.lookup import insert_new, table_of
from notifier.store.tables import Attempt, Message, MessageBody, TemplateVersion
from notifier.terms.words import MessageState

_message = table_of(Message)
_body = table_of(MessageBody)
_attempt = table_of(Attempt)
_version = table_of(TemplateVersion)


@dataclass(frozen=True, slots=True)
class Rendered:
    """What is about to be handed off: the body that is stored is the body that is sent."""

    message_id: int
    fence: int
    subject: str
    body: bytes
    version: str
    link_token: str


@dataclass(frozen=True, slots=True)
class VersionUsed:
    """A template version at its first use."""

    hash: str
    purpose: str
    locale: str
    brand: str
    source: str


def hand_off(tx: Transaction, worker: str, group: Sequence[Rendered], now: datetime) -> dict[int, int]:
    """Write down, just before the first byte, that `group` goes out. Returns the attempt id by message id.

    A message whose claim was lost meanwhile (another fence, another state) is missing from the answer and must not be
    sent.
    """
    if not group:
        return {}
    fences = {one.message_id: one.fence for one in group}
    mine = update(_message).where(
        _message.c.id.in_(list(fences)),
        _message.c.state == MessageState.CLAIMED,
        _message.c.claimed_by == worker,
        _message.c.fence == case(fences, value=_message.c.id),
    )
    handed = mine.values(
        state=MessageState.HANDED_OFF.value,
        handed_off_at=now,
        attempts=_message.c.attempts + 1,
        subject=case({one.message_id: one.subject for one in group}, value=_message.c.id),
        link_token=case({one.message_id: one.link_token for one in group}, value=_message.c.id),
        template_version=case({one.message_id: one.version for one in group}, value=_message.c.id),
    ).returning(_message.c.id)
    going = set(tx.connection.execute(handed).scalars())
    bodies = [
        {"message_id": one.message_id, "body": zlib.compress(one.body, 1)} for one in group if one.message_id in going
    ]
    if bodies:
        insert_new(tx, _body, bodies, replace=("body",))
    attempts = [
        {
            "message_id": one,
            "worker": worker,
            "fence": fences[one],
            "started_at": now,
            "outcome": "",
            "code": "",
            "raw": "",
        }
        | {"provider_id": ""}
        for one in sorted(going)
    ]
    made = insert(_attempt).returning(_attempt.c.message_id, _attempt.c.id)
    return {row[0]: row[1] for row in tx.connection.execute(made, attempts)} if attempts else {}


def keep_versions(tx: Transaction, used: Sequence[VersionUsed], now: datetime) -> None:
    """Store the template texts that are used for the first time."""
    rows = [
        {"hash": one.hash, "purpose": one.purpose, "locale": one.locale, "brand": one.brand, "source": one.source}
        | {"first_used_at": now}
        for one in used
    ]
    if rows:
        insert_new(tx, _version, rows)
