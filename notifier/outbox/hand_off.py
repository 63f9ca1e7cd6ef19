"""Writes down, durably and just before the first byte, what goes out. Colour: store. Called by pipeline.deliver."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Executable, bindparam, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql

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
    """What is about to be handed off. `body` is as it is kept (`store.bodies`): what is kept is what is sent."""

    message_id: int
    fence: int
    subject: str
    body: bytes
    version: str
    link_token: str


@dataclass(frozen=True, slots=True)
class VersionUsed:
    """A template version at its first use, with a made-up email beside which its bodies are packed."""

    hash: str
    purpose: str
    locale: str
    brand: str
    source: str
    sample: bytes = b""


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
    _keep_bodies(tx, [one for one in group if one.message_id in going])
    attempts = given_rows([row for row in rows if row["id"] in going])
    made = tx.connection.execute(_attempts(tx.postgresql), {"worker": lease.worker, "at": now} | attempts)
    return {row[0]: row[1] for row in made}


@cache
def _hand_off(on_postgresql: bool) -> Executable:
    row = given_columns(on_postgresql, id=int, fence=int, subject=str, version=str, token=str)
    # SQLite would rather read all that is claimed than look up each id.
    state = _message.c.state if on_postgresql else func.trim(_message.c.state)
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


def _keep_bodies(tx: Transaction, group: Sequence[Rendered]) -> None:
    if tx.postgresql:
        # A statement a row costs its server more than to read them out of one text.
        texts = [{"id": one.message_id, "body": b64encode(one.body).decode(), "version": one.version} for one in group]
        tx.connection.execute(_bodies(), given_rows(texts))
        return
    rows = [{"message_id": one.message_id, "body": one.body, "version": one.version} for one in group]
    insert_new(tx, _body, rows, replace=("body", "version"))


@cache
def _bodies() -> Executable:
    row = given_columns(True, id=int, body=str, version=str)
    rows = select(row["id"], func.decode(row["body"], "base64"), row["version"])
    made = postgresql.insert(_body).from_select(["message_id", "body", "version"], rows)
    newer = {name: made.excluded[name] for name in ("body", "version")}
    return made.on_conflict_do_update(index_elements=[_body.c.message_id], set_=newer)


@cache
def _attempts(on_postgresql: bool) -> Executable:
    row = given_columns(on_postgresql, id=int, fence=int)
    nothing = [literal("").label(name) for name in ("outcome", "code", "raw", "provider_id")]
    worker, at = bindparam("worker", type_=_attempt.c.worker.type), bindparam("at", type_=_attempt.c.started_at.type)
    rows = select(row["id"], worker, row["fence"], at, *nothing)
    names = ("message_id", "worker", "fence", "started_at", "outcome", "code", "raw", "provider_id")
    return insert(_attempt).from_select(names, rows).returning(_attempt.c.message_id, _attempt.c.id)


def keep_versions(tx: Transaction, used: Sequence[VersionUsed], now: datetime) -> dict[str, bytes]:
    """Store the template texts that are used for the first time. Returns the samples by version: where another worker
    was first, its own is the one that counts.
    """
    rows = [
        {"hash": one.hash, "purpose": one.purpose, "locale": one.locale, "brand": one.brand, "source": one.source}
        | {"sample": one.sample, "first_used_at": now}
        for one in sorted(used, key=lambda one: one.hash)
    ]
    if not rows:
        return {}
    insert_new(tx, _version, rows)
    return samples_of(tx, [one.hash for one in used])


def samples_of(tx: Transaction, versions: Sequence[str]) -> dict[str, bytes]:
    """The samples of those versions that were used before."""
    query = select(_version.c.hash, _version.c.sample).where(_version.c.hash.in_(versions))
    return {row.hash: row.sample for row in tx.connection.execute(query)}
