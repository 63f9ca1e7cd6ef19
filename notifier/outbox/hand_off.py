"""Writes down, durably and just before the first byte, what goes out. Colour: store. Called by pipeline.deliver."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Executable, bindparam, func, insert, literal, select, update

from notifier.outbox.claim import Lease
from notifier.store.engine import Transaction
from notifier.store.given import given_columns, given_rows
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


def hand_off(tx: Transaction, lease: Lease, group: Sequence[Rendered], now: datetime) -> dict[int, int]:
    """Write down, just before the first byte, that `group` goes out. Returns the attempt id by message id.

    A message whose claim was lost meanwhile (another fence, another state) is missing from the answer and must not be
    sent. The lease of the others begins anew: before it ends the last byte must have left.
    """
    if not group:
        return {}
    rows = [
        {"id": one.message_id, "fence": one.fence, "subject": one.subject, "version": one.version}
        | {"token": one.link_token}
        for one in group
    ]
    said = {"worker": lease.worker, "at": now, "until": tx.database_now() + timedelta(seconds=lease.seconds)}
    going = set(tx.connection.execute(_hand_off(tx.postgresql), said | given_rows(rows)).scalars())
    if not going:
        return {}
    bodies = [
        {"message_id": one.message_id, "body": zlib.compress(one.body, 1)} for one in group if one.message_id in going
    ]
    insert_new(tx, _body, bodies, replace=("body",))
    attempts = given_rows([row for row in rows if row["id"] in going])
    made = tx.connection.execute(_attempts(tx.postgresql), {"worker": lease.worker, "at": now} | attempts)
    return {row[0]: row[1] for row in made}


@cache
def _hand_off(postgresql: bool) -> Executable:
    row = given_columns(postgresql, id=int, fence=int, subject=str, version=str, token=str)
    # SQLite would rather read all that is claimed than look up each id.
    state = _message.c.state if postgresql else func.trim(_message.c.state)
    mine = (
        (_message.c.id == row["id"])
        & (state == MessageState.CLAIMED.value)
        & (_message.c.claimed_by == bindparam("worker"))
        & (_message.c.fence == row["fence"])
    )
    change: dict[str, Any] = {
        "state": MessageState.HANDED_OFF.value,
        "handed_off_at": bindparam("at"),
        "lease_until": bindparam("until"),
        "attempts": _message.c.attempts + 1,
        "subject": row["subject"],
        "link_token": row["token"],
        "template_version": row["version"],
    }
    return update(_message).where(mine).values(change).returning(_message.c.id)


@cache
def _attempts(postgresql: bool) -> Executable:
    row = given_columns(postgresql, id=int, fence=int)
    nothing = [literal("").label(name) for name in ("outcome", "code", "raw", "provider_id")]
    worker, at = bindparam("worker", type_=_attempt.c.worker.type), bindparam("at", type_=_attempt.c.started_at.type)
    rows = select(row["id"], worker, row["fence"], at, *nothing)
    names = ("message_id", "worker", "fence", "started_at", "outcome", "code", "raw", "provider_id")
    return insert(_attempt).from_select(names, rows).returning(_attempt.c.message_id, _attempt.c.id)


def keep_versions(tx: Transaction, used: Sequence[VersionUsed], now: datetime) -> None:
    """Store the template texts that are used for the first time."""
    rows = [
        {"hash": one.hash, "purpose": one.purpose, "locale": one.locale, "brand": one.brand, "source": one.source}
        | {"first_used_at": now}
        for one in used
    ]
    if rows:
        insert_new(tx, _version, rows)
