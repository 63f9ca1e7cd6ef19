"""Leases queued messages to a worker and takes back what a dead one left. Colour: store. Called by pipeline.deliver."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, not_, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.pauses import paused_messages
from notifier.store.tables import Message
from notifier.terms.words import Channel, MessageState

_message = table_of(Message)


@dataclass(frozen=True, slots=True)
class Lease:
    """Who claims, and for how many seconds of the database's clock it holds what it says nothing more about."""

    worker: str
    seconds: float


def claim(tx: Transaction, lease: Lease, channel: Channel, most: int, now: datetime) -> list[Row[Any]]:
    """Take up to `most` queued messages of a channel that may go at `now`, the highest rung first, on a lease.

    What is paused stays in the queue. The caller holds the pauses' lock.
    """
    clock = tx.database_now()
    due = (
        select(_message.c.id)
        .where(_message.c.state == MessageState.QUEUED, _message.c.channel == channel, _message.c.not_before <= now)
        .where(not_(paused_messages(tx)))
        .order_by(_message.c.rung, _message.c.not_before, _message.c.id)
        .limit(most)
    )
    ids = list(tx.connection.execute(due.with_for_update(skip_locked=True) if tx.postgresql else due).scalars())
    taken = (
        update(_message)
        .where(_message.c.id.in_(ids), _message.c.state == MessageState.QUEUED)
        .values(
            state=MessageState.CLAIMED.value,
            claimed_by=lease.worker,
            lease_until=clock + timedelta(seconds=lease.seconds),
            fence=_message.c.fence + 1,
        )
        .returning(_message)
    )
    return sorted(tx.connection.execute(taken), key=lambda row: (row.rung, row.not_before, row.id))


def recover(tx: Transaction, now: datetime) -> tuple[int, int]:
    """Take back what dead workers left: claims return to the queue, hand-offs become unknown. Returns both counts."""
    clock = tx.database_now()
    expired = _message.c.lease_until < clock
    back = tx.connection.execute(
        update(_message)
        .where(_message.c.state == MessageState.CLAIMED, expired)
        .values(state=MessageState.QUEUED.value, claimed_by="", lease_until=None)
    ).rowcount
    lost = tx.connection.execute(
        update(_message)
        .where(_message.c.state == MessageState.HANDED_OFF, expired)
        .values(state=MessageState.UNKNOWN.value, settled_at=now, reason="worker_lost", lease_until=None)
    ).rowcount
    return back, lost


def release(tx: Transaction, worker: str) -> int:
    """Give back the claims that `worker` will not hand off any more (a clean stop)."""
    given = (
        update(_message)
        .where(_message.c.state == MessageState.CLAIMED, _message.c.claimed_by == worker)
        .values(state=MessageState.QUEUED.value, claimed_by="", lease_until=None)
    )
    return tx.connection.execute(given).rowcount


def extend(tx: Transaction, lease: Lease) -> None:
    """Renew the lease of everything that its worker still holds, by the database's clock: it is alive and at work."""
    until = tx.database_now() + timedelta(seconds=lease.seconds)
    held = _message.c.state.in_((MessageState.CLAIMED.value, MessageState.HANDED_OFF.value))
    tx.connection.execute(update(_message).where(held, _message.c.claimed_by == lease.worker).values(lease_until=until))
