"""What the second judgement, in the claim's transaction, does to a message (DESIGN.md, 4). Colour: store.

Called by pipeline.deliver. `worker` is who claimed it: what another one has taken over is left alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import batches, table_of
from notifier.store.pauses import paused, paused_messages
from notifier.store.tables import Address, Message, MessageLine
from notifier.terms.time import EtaRange
from notifier.terms.words import RELEASED, Channel, MessageState

_message = table_of(Message)
_line = table_of(MessageLine)
_address = table_of(Address)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a message is held, and the template `version` that is to blame; "" where none is."""

    message_id: int
    reason: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """When a message is looked at again, and why; "" keeps the reason that stands there."""

    until: datetime
    reason: str = ""


def withdraw(tx: Transaction, reasons: Mapping[int, str], now: datetime) -> None:
    """Take messages that are no longer right out of the outbox; their keys and tellings become free again."""
    _close(tx, _claimed(), reasons, (MessageState.WITHDRAWN, now))
    for ids in batches(sorted(reasons)):
        tx.connection.execute(update(_line).where(_line.c.message_id.in_(ids)).values(live=None))


def recall(tx: Transaction, customer_ids: Sequence[int], reason: str, now: datetime) -> list[int]:
    """Withdraw what is queued or held for these customers, whom no worker has in hand; returns the message ids."""
    gone: list[int] = []
    for ids in batches(customer_ids):
        waiting = _message.c.customer_id.in_(ids) & _message.c.state.in_((MessageState.QUEUED, MessageState.HELD))
        change = update(_message).where(waiting).values(state=MessageState.WITHDRAWN.value, reason=reason)
        gone += tx.connection.execute(change.values(settled_at=now).returning(_message.c.id)).scalars()
    for ids in batches(gone):
        tx.connection.execute(update(_line).where(_line.c.message_id.in_(ids)).values(live=None))
    return gone


def hold_back(tx: Transaction, worker: str, faults: Sequence[Fault], now: datetime) -> None:
    """Hold messages that a mended template must release."""
    _close(tx, _claimed(worker), {one.message_id: one.reason for one in faults}, (MessageState.HELD, now))
    held = (_message.c.id == bindparam("one")) & (_message.c.state == MessageState.HELD)
    noted = update(_message).where(held).values(template_version=bindparam("version"))
    if faults:
        tx.connection.execute(noted, [{"one": one.message_id, "version": one.version} for one in faults])


def release_mended(tx: Transaction, version_of: Callable[[str, str, str], str]) -> int:
    """Queue again what was held for a template that is another one now; `version_of` takes purpose, locale, brand.

    It is marked as RELEASED: while it was held it counted for no cap, so all that was queued since counts against it.
    """
    columns = (_message.c.purpose, _message.c.locale, _message.c.brand, _message.c.template_version)
    held = _message.c.state == MessageState.HELD
    mended = 0
    for row in tx.connection.execute(select(*columns).where(held, _message.c.template_version != "").distinct()).all():
        if version_of(row.purpose, row.locale, row.brand) == row.template_version:
            continue
        same = tuple(column == getattr(row, column.name) for column in columns)
        queued = {"state": MessageState.QUEUED.value, "reason": RELEASED, "settled_at": None, "template_version": ""}
        mended += tx.connection.execute(update(_message).where(held, *same).values(**queued)).rowcount
    return mended


def put_back(tx: Transaction, worker: str, message_ids: Sequence[int], later: Later) -> None:
    """Give claimed messages back to the queue until later."""
    back = {"state": MessageState.QUEUED.value, "not_before": later.until, "claimed_by": "", "lease_until": None}
    back |= {"reason": later.reason} if later.reason else {}
    for ids in batches(message_ids):
        tx.connection.execute(update(_message).where(_message.c.id.in_(ids), _claimed(worker)).values(**back))


def put_off(tx: Transaction, worker: str, until: Mapping[int, datetime], reason: str) -> None:
    """Give claimed messages back to the queue, each until its own time."""
    back = {"state": MessageState.QUEUED.value, "claimed_by": "", "lease_until": None, "reason": reason}
    change = update(_message).where(_message.c.id == bindparam("one"), _claimed(worker))
    if until:
        rows = [{"one": one, "at": at} for one, at in until.items()]
        tx.connection.execute(change.values(back | {"not_before": bindparam("at")}), rows)


def due_to(tx: Transaction, channel: Channel, domain: str, now: datetime, most: int) -> list[int]:
    """Queued messages that may go at `now` to recipients of a domain, the highest rung first, locked until the
    transaction ends. What another worker has in hand is left out: to wait for it, while it waits for us, would be a
    deadlock.
    """
    there = _address.c.value.endswith(f"@{domain}", autoescape=True)
    query = (
        select(_message.c.id)
        .join(_address, _address.c.id == _message.c.address_id)
        .where(_message.c.state == MessageState.QUEUED, _message.c.channel == channel, _message.c.not_before <= now)
        .where(there)
        .order_by(_message.c.rung, _message.c.not_before, _message.c.id)
        .limit(most)
    )
    locked = query.with_for_update(of=_message, skip_locked=True) if tx.postgresql else query
    return list(tx.connection.execute(locked).scalars())


def postpone(tx: Transaction, until: Mapping[int, datetime], reason: str) -> None:
    """Let queued messages be looked at later, each at its own time."""
    queued = (_message.c.id == bindparam("one")) & (_message.c.state == MessageState.QUEUED)
    change = update(_message).where(queued).values(not_before=bindparam("at"), reason=reason)
    if until:
        tx.connection.execute(change, [{"one": one, "at": at} for one, at in until.items()])


def put_back_paused(tx: Transaction, worker: str, message_ids: Sequence[int]) -> set[int]:
    """Give back those claimed messages that somebody has paused since, to go once it is resumed; returns them.

    The caller holds the pauses' lock.
    """
    back = {"state": MessageState.QUEUED.value, "claimed_by": "", "lease_until": None}
    found: set[int] = set()
    if not paused(tx):
        return found
    for ids in batches(message_ids):
        change = update(_message).where(_message.c.id.in_(ids), _claimed(worker), paused_messages(tx))
        found |= {*tx.connection.execute(change.values(**back).returning(_message.c.id)).scalars()}
    return found


def _claimed(worker: str = "") -> ColumnElement[bool]:
    """Claimed, by `worker` where one is named: within the claim's own transaction nobody else can have it."""
    mine: ColumnElement[bool] = _message.c.state == MessageState.CLAIMED
    return mine & (_message.c.claimed_by == worker) if worker else mine


def _close(
    tx: Transaction, which: ColumnElement[bool], reasons: Mapping[int, str], becomes: tuple[MessageState, datetime]
) -> None:
    if not reasons:
        return
    change = update(_message).where(_message.c.id == bindparam("one"), which)
    closed = change.values(state=becomes[0].value, reason=bindparam("why"), settled_at=becomes[1], lease_until=None)
    tx.connection.execute(closed, [{"one": one, "why": why} for one, why in reasons.items()])


def drop_lines(tx: Transaction, gone: Mapping[int, Sequence[int]]) -> None:
    """Take lines out of messages that still go for their other lines (message id → line ids)."""
    for message_id, line_ids in gone.items():
        theirs = (_line.c.message_id == message_id) & _line.c.line_id.in_(line_ids)
        tx.connection.execute(update(_line).where(theirs).values(live=None))


def retell(tx: Transaction, etas: Mapping[tuple[int, int], EtaRange | None]) -> None:
    """Write down the ETA that a message names in the end, by (message id, line id): facts may have moved since plan."""
    change = (
        update(_line)
        .where(_line.c.message_id == bindparam("message"), _line.c.line_id == bindparam("of_line"))
        .values(eta_from=bindparam("first"), eta_to=bindparam("last"))
    )
    rows = [
        {"message": one, "of_line": line, "first": eta.first if eta else None, "last": eta.last if eta else None}
        for (one, line), eta in etas.items()
    ]
    if rows:
        tx.connection.execute(change, rows)
