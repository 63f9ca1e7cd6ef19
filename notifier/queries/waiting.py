"""What waits, and why; and which deadlines come. Colour: store. Called by pipeline.today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select, text

from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.tables import Decision, LegalStanding, Message
from notifier.store.tables.messages import HELD
from notifier.terms.law import OWED, TO_REFUND
from notifier.terms.words import MessageState

_decision, _message, _standing = table_of(Decision), table_of(Message), table_of(LegalStanding)

LOOKED_AT = 20_000
"""Decisions, messages or deadlines that are counted; `many` above it means as many at least."""


@dataclass(frozen=True, slots=True)
class Reason:
    """So many wait for this reason, the first of them until `until` (UTC)."""

    reason: str
    many: int
    until: datetime | None


def held_decisions(tx: Transaction, now: datetime) -> list[Reason]:
    """Decisions that hold until later than `now`, the last word on their customer each, by reason; from
    ix_decision_held.
    """
    newer = _decision.alias()
    overtaken = select(newer.c.id).where(
        newer.c.customer_id == _decision.c.customer_id, newer.c.last_at > _decision.c.last_at
    )
    some = (
        select(_decision.c.reason, _decision.c.hold_until)
        .where(HELD, _decision.c.hold_until > now, ~overtaken.exists())
        .limit(LOOKED_AT)
        .subquery()
    )
    return _by_reason(tx, some, some.c.hold_until)


def put_off_messages(tx: Transaction, mode: str, now: datetime) -> list[Reason]:
    """Messages in the queue that may not go before a time to come, by reason."""
    waits = (_message.c.state == MessageState.QUEUED) & (_message.c.mode == mode) & (_message.c.not_before > now)
    some = select(_message.c.reason, _message.c.not_before).where(waits).limit(LOOKED_AT).subquery()
    return _by_reason(tx, some, some.c.not_before)


def _by_reason(tx: Transaction, some: Any, until: Any) -> list[Reason]:
    query = select(some.c.reason, func.count().label("many"), func.min(until).label("until")).group_by(some.c.reason)
    rows = tx.connection.execute(query.order_by(text("many DESC"), some.c.reason))
    return [Reason(row.reason, row.many, row.until) for row in rows]


@dataclass(frozen=True, slots=True)
class Due:
    """So many lines of one day have a deadline by law; `owed` of them still want their notice, the first by `first`
    (UTC; None where all have it), and of `refunds` the money is to go back by then.
    """

    lines: int
    owed: int
    first: datetime | None
    refunds: int = 0


def deadlines_between(tx: Transaction, days: Sequence[tuple[datetime, datetime]]) -> list[Due | None]:
    """The deadlines of each day (UTC, its end left out), as plan last found them; None: none."""
    owed, refund = [state.value for state in OWED], [state.value for state in TO_REFUND]
    found: list[Due | None] = []
    for since, until in days:
        mine = (_standing.c.deadline_at >= since) & (_standing.c.deadline_at < until)
        some = select(_standing.c.deadline_at, _standing.c.state).where(mine).limit(LOOKED_AT).subquery()
        theirs = case((some.c.state.in_(owed), some.c.deadline_at))
        refunds = func.count(case((some.c.state.in_(refund), some.c.deadline_at)))
        counts = select(func.count(), func.count(theirs), func.min(theirs), refunds)
        due = Due(*tx.connection.execute(counts).one())
        found.append(due if due.lines else None)
    return found
