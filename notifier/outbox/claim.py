"""Leases queued messages to a worker and takes back what a dead one left. Colour: store. Called by pipeline.deliver."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, not_, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.pauses import paused_messages
from notifier.store.tables import Message
from notifier.terms.words import Channel, MessageState

_message = table_of(Message)

_CLAIMED = (
    *(_message.c.id, _message.c.uid, _message.c.customer_id, _message.c.address_id, _message.c.reward_id),
    *(_message.c.brand, _message.c.channel, _message.c.purpose, _message.c.message_class, _message.c.notice),
    *(_message.c.locale, _message.c.reason, _message.c.fence, _message.c.rung, _message.c.not_before),
    _message.c.occasion,
)
"""What is asked of a claimed message. Other moments are left out: to make one costs more than the rest of the row."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Who claims what was planned in `mode` (DeliveryMode), and for how many seconds of the database's clock it holds
    what it says nothing more about.
    """

    worker: str
    seconds: float
    mode: str = "live"


def claim(tx: Transaction, lease: Lease, channel: Channel, most: int, now: datetime) -> list[Row[Any]]:
    """Take up to `most` queued messages of a channel that may go at `now`, the highest rung first, on a lease.

    What is paused stays in the queue. The caller holds the pauses' lock.
    """
    due = (
        select(_message.c.id)
        .where(_message.c.state == MessageState.QUEUED, _message.c.channel == channel, _message.c.not_before <= now)
        .where(_message.c.mode == lease.mode, not_(paused_messages(tx)))
        .order_by(_message.c.rung, _message.c.not_before, _message.c.id)
        .limit(most)
    )
    # As a table of its own it is looked up once, before anything is updated.
    found = (due.with_for_update(skip_locked=True) if tx.postgresql else due).cte("due")
    if tx.postgresql:
        found = found.prefix_with("MATERIALIZED", dialect="postgresql")
    taken = (
        update(_message)
        .where(_message.c.id.in_(select(found.c.id)), _message.c.state == MessageState.QUEUED)
        .values(
            state=MessageState.CLAIMED.value,
            claimed_by=lease.worker,
            lease_until=tx.database_now() + timedelta(seconds=lease.seconds),
            fence=_message.c.fence + 1,
        )
        .returning(*_CLAIMED)
    )
    return sorted(tx.connection.execute(taken), key=lambda row: (row.rung, row.not_before, row.id))


def recover(tx: Transaction, now: datetime) -> tuple[int, int]:
    """Take back what dead workers left: claims return to the queue, hand-offs become unknown. Returns both counts."""
    return _take_back(tx, _message.c.lease_until < tx.database_now(), now)


def release(tx: Transaction, worker: str, now: datetime) -> tuple[int, int]:
    """The same with all that `worker` holds, which has nothing in flight: it begins, or has ended.

    Without it, what a broken connection left behind would live on the leases of the worker's further work.
    """
    return _take_back(tx, _message.c.claimed_by == worker, now)


def _take_back(tx: Transaction, which: ColumnElement[bool], now: datetime) -> tuple[int, int]:
    claimed, handed_off = (_message.c.state == one for one in (MessageState.CLAIMED, MessageState.HANDED_OFF))
    queued = {"state": MessageState.QUEUED.value, "claimed_by": "", "lease_until": None}
    lost = {"state": MessageState.UNKNOWN.value, "settled_at": now, "reason": "worker_lost", "lease_until": None}
    changes = (
        update(_message).where(_unlocked(tx, claimed & which)).values(**queued),
        update(_message).where(_unlocked(tx, handed_off & which)).values(**lost),
    )
    back, unknown = (tx.connection.execute(change).rowcount for change in changes)
    return back, unknown


def _unlocked(tx: Transaction, which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Those of them that no other transaction changes now: it hands them off, settles them or takes them back. To wait
    for it, while it waits for another of them, would be a deadlock.
    """
    if not tx.postgresql:
        return which
    return _message.c.id.in_(select(select(_message.c.id).where(which).with_for_update(skip_locked=True).cte().c.id))


def extend(tx: Transaction, lease: Lease) -> list[int]:
    """Renew the lease of everything that its worker still holds, by the database's clock: it is alive and at work.

    Returns the ids of the messages: what another transaction changes at this moment is left out.
    """
    until = tx.database_now() + timedelta(seconds=lease.seconds)
    held = _message.c.state.in_((MessageState.CLAIMED.value, MessageState.HANDED_OFF.value))
    mine = _unlocked(tx, held & (_message.c.claimed_by == lease.worker))
    renewed = update(_message).where(mine).values(lease_until=until).returning(_message.c.id)
    return list(tx.connection.execute(renewed).scalars())
