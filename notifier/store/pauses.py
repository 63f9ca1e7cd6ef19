"""Pauses: what a person has stopped. Colour: store. Called by pipeline.pauses and the outbox.

Who hands off shares the lock LOCK, who pauses holds it: once a pause is committed, nothing that it covers goes out.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, false, func, insert, or_, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.tables import Customer, Decision, Message
from notifier.store.tables import Pause as PauseRow
from notifier.terms.pause import Pause
from notifier.terms.words import Channel, MessageClass, Verdict

_pause, _message = table_of(PauseRow), table_of(Message)
_customer, _decision = table_of(Customer), table_of(Decision)

LOCK = "pause"

_in_force = _pause.c.resumed_at.is_(None)


def pauses(tx: Transaction) -> list[Row[Any]]:
    """The pauses in force, oldest first."""
    return list(tx.connection.execute(select(_pause).where(_in_force).order_by(_pause.c.id)))


def paused(tx: Transaction) -> tuple[Pause, ...]:
    """The same as policy judges them."""
    return tuple(pause_of(row) for row in pauses(tx))


def pause_of(row: Row[Any]) -> Pause:
    """One of `pauses` as a value."""
    return Pause(row.purpose, Channel(row.channel) if row.channel else None, row.required)


def paused_messages(tx: Transaction) -> ColumnElement[bool]:
    """Which messages of the outbox the pauses in force cover, as a condition."""
    return or_(false(), *(_covered(one) for one in paused(tx)))


def _covered(one: Pause) -> ColumnElement[bool]:
    covered: ColumnElement[bool] = _message.c.message_class.is_not(None)
    if not one.required:
        covered &= _message.c.message_class != MessageClass.REQUIRED
    if one.purpose:
        covered &= _message.c.purpose == one.purpose
    if one.channel:
        covered &= _message.c.channel == one.channel
    return covered


def keep_pause(tx: Transaction, pause: Pause, by: str, reason: str, now: datetime) -> None:
    """Pause from now on; one that is in force already is left as it is."""
    if pause in paused(tx):
        return
    row = PauseRow(
        purpose=pause.purpose, channel=pause.channel or "", required=pause.required, by=by, reason=reason, at=now
    )
    tx.connection.execute(insert(_pause), row.model_dump(exclude={"id"}))


def resumed_at(tx: Transaction, pause: Pause) -> datetime | None:
    """When the last pause of exactly this was ended."""
    same = (_pause.c.purpose == pause.purpose) & (_pause.c.channel == (pause.channel or ""))
    found: datetime | None = tx.connection.execute(select(func.max(_pause.c.resumed_at)).where(same)).scalar_one()
    return found


def end_pauses(tx: Transaction, ids: Sequence[int], by: str, now: datetime) -> None:
    """Resume these, and let plan look at once at whom they held."""
    ended = update(_pause).where(_pause.c.id.in_(ids), _in_force).values(resumed_at=now, resumed_by=by)
    tx.connection.execute(ended)
    held = select(_decision.c.customer_id).where(
        _decision.c.verdict == Verdict.HOLD, _decision.c.reason == "paused", _decision.c.hold_until > now
    )
    later = _customer.c.id.in_(held) & (_customer.c.due_at > now)
    tx.connection.execute(update(_customer).where(later).values(due_at=now))
