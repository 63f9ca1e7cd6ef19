"""Where each line stood before the law when plan last looked, and what the team was told of it. Colour: store.

Called by pipeline. The rows repeat what `policy.delay_rule` said, so that a warning costs one indexed query.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, bindparam, case, delete, literal_column, or_, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import batches, insert_new, table_of
from notifier.store.tables import Action, LegalStanding, Order, OrderLine

_standing, _line, _order = table_of(LegalStanding), table_of(OrderLine), table_of(Order)
_action = table_of(Action)

WARNINGS = (72, 24, 4)
"""Hours before a deadline at which the team is told."""

ASKED_TO_CANCEL = "asked_to_cancel"
"""The alarm that the customer cancelled: the shop must stop the order (F7)."""

_FACTS = ("state", "rule", "notice", "deadline_at", "refund_by", "alarm")


@dataclass(frozen=True, slots=True)
class Standing:
    """One line's standing as it is kept; `deadline_at` is the first instant (UTC) that is too late."""

    line_id: int
    state: str
    rule: str
    notice: str
    deadline_at: datetime | None
    refund_by: date | None
    alarm: str


@dataclass(frozen=True, slots=True)
class Told:
    """A standing that the team is told of. `hours` is the warning's (72, 24, 4), None for an alarm."""

    line_id: int
    order: str
    line: str
    state: str
    rule: str
    notice: str
    deadline_at: datetime | None
    refund_by: date | None
    alarm: str
    hours: int | None


def keep(tx: Transaction, standings: Sequence[Standing], now: datetime) -> None:
    """Write what is new or different at `now`; another deadline is warned of afresh, another alarm told afresh."""
    known = _known(tx, [one.line_id for one in standings])
    fresh: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for one in standings:
        row, facts = known.get(one.line_id), {name: getattr(one, name) for name in _FACTS}
        if row is None:
            unheard = {"warned_hours": None, "alarm_told_at": None, "since": now}
            fresh.append({"line_id": one.line_id, **facts, **unheard})
        elif any(getattr(row, name) != value for name, value in facts.items()):
            warned = row.warned_hours if row.deadline_at == one.deadline_at else None
            told = row.alarm_told_at if row.alarm == one.alarm else None
            same = (row.state, row.deadline_at) == (one.state, one.deadline_at)
            heard = {"warned_hours": warned, "alarm_told_at": told, "since": row.since if same else now}
            changed.append({"_line": one.line_id, **facts, **heard})
    for batch in batches(fresh, 1000):
        insert_new(tx, _standing, batch)
    for batch in batches(changed, 1000):
        tx.connection.execute(update(_standing).where(_standing.c.line_id == bindparam("_line")), batch)


def _known(tx: Transaction, line_ids: Sequence[int]) -> dict[int, Row[Any]]:
    found: dict[int, Row[Any]] = {}
    for ids in batches(sorted(line_ids)):
        rows = tx.connection.execute(select(_standing).where(_standing.c.line_id.in_(ids)))
        found.update((row.line_id, row) for row in rows)
    return found


def untold(tx: Transaction, now: datetime) -> list[Told]:
    """Alarms that the team has not heard of, then deadlines that came nearer than a warning, soonest first.

    That a customer cancelled is not told where it was told as an action.
    """
    requested = _action.c.state == literal_column("'requested'")
    asked = select(_action.c.line_id).where(requested, _action.c.told_at.is_not(None))
    twice = (_standing.c.alarm == ASKED_TO_CANCEL) & _standing.c.line_id.in_(asked)
    alarms = _with_keys().where(_standing.c.alarm != "", _standing.c.alarm_told_at.is_(None), ~twice)
    found = [_told(row, None) for row in tx.connection.execute(alarms.order_by(_standing.c.line_id))]
    near = _standing.c.deadline_at
    level = case(*((near <= now + timedelta(hours=hours), hours) for hours in reversed(WARNINGS)))
    query = (
        _with_keys()
        .add_columns(level.label("level"))
        .where(
            near > now,
            near <= now + timedelta(hours=WARNINGS[0]),
            or_(_standing.c.warned_hours.is_(None), _standing.c.warned_hours > level),
        )
        .order_by(near, _standing.c.line_id)
    )
    return found + [_told(row, row.level) for row in tx.connection.execute(query)]


def mark_told(tx: Transaction, told: Sequence[Told], now: datetime) -> None:
    """The team has heard of these; what has changed since they were read is still to be told."""
    alarms = [{"of": one.line_id, "of_alarm": one.alarm} for one in told if one.hours is None]
    heard = update(_standing).where(_standing.c.line_id == bindparam("of"), _standing.c.alarm == bindparam("of_alarm"))
    for batch in batches(alarms, 1000):
        tx.connection.execute(heard.values(alarm_told_at=now), batch)
    near = [{"of": one.line_id, "until": one.deadline_at, "level": one.hours} for one in told if one.hours is not None]
    warned = update(_standing).where(
        _standing.c.line_id == bindparam("of"), _standing.c.deadline_at == bindparam("until")
    )
    for some in batches(near, 1000):
        tx.connection.execute(warned.values(warned_hours=bindparam("level")), some)


def drop(tx: Transaction, line_ids: Sequence[int]) -> None:
    """Forget lines at which no law looks any more: nobody is to be warned of them."""
    for ids in batches(sorted(line_ids)):
        tx.connection.execute(delete(_standing).where(_standing.c.line_id.in_(ids)))


def _with_keys() -> Select[Any]:
    return (
        select(_standing, _order.c.key.label("order_key"), _line.c.key.label("line_key"))
        .join(_line, _line.c.id == _standing.c.line_id)
        .join(_order, _order.c.id == _line.c.order_id)
    )


def _told(row: Row[Any], hours: int | None) -> Told:
    facts = {name: getattr(row, name) for name in _FACTS}
    return Told(line_id=row.line_id, order=row.order_key, line=row.line_key, hours=hours, **facts)
