"""Who of the team has which reply, until when it rests, and the steps that people took with it. Colour: store.

Called by pipeline.desk, pipeline.inbox and pipeline.undo. A step is kept for good; to take one back is a step, too.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow, insert_new, table_of
from notifier.store.tables import ReplyDesk, ReplyStep
from notifier.terms.desk import MOMENTS, Desk, StepKind

_desk, _step = table_of(ReplyDesk), table_of(ReplyStep)

_COLUMNS = ("taken_by", *MOMENTS, "call_note")


def lock(tx: Transaction, reply_id: int) -> None:
    """Wait until nobody else takes a step with a reply, and keep them waiting until this transaction ends."""
    tx.lock(f"reply {reply_id}")


def desk_of(tx: Transaction, reply_id: int) -> Desk:
    """Where a reply stands."""
    row = tx.connection.execute(select(_desk).where(_desk.c.reply_id == reply_id)).first()
    return Desk(*(getattr(row, name) for name in _COLUMNS)) if row is not None else Desk()


def put(tx: Transaction, reply_id: int, desk: Desk) -> None:
    """Let a reply stand like this."""
    row = {"reply_id": reply_id} | {name: getattr(desk, name) for name in _COLUMNS}
    insert_new(tx, _desk, [row], replace=_COLUMNS)


def wake(tx: Transaction, reply_id: int) -> None:
    """It rests no longer: something has happened that a person must see."""
    tx.connection.execute(update(_desk).where(_desk.c.reply_id == reply_id).values(snoozed_until=None))


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a person (`by`) with a reply; `detail` is what is needed to take it back."""

    reply_id: int
    by: str
    what: StepKind
    detail: Mapping[str, Any]


def note(tx: Transaction, step: Step, now: datetime) -> int:
    """Keep a step; returns its id."""
    row = {"reply_id": step.reply_id, "at": now, "by": step.by, "what": step.what.value}
    row |= {"detail": json.dumps(dict(step.detail), separators=(",", ":")), "undone_at": None, "undone_by": ""}
    made: int = tx.connection.execute(insert(_step).returning(_step.c.id), row).scalar_one()
    return made


def last_step(tx: Transaction, reply_id: int) -> AnyRow | None:
    """The newest step with a reply that nobody has taken back."""
    stands = (_step.c.reply_id == reply_id) & _step.c.undone_at.is_(None) & (_step.c.what != StepKind.UNDONE.value)
    return tx.connection.execute(select(_step).where(stands).order_by(_step.c.id.desc()).limit(1)).first()


def take_back(tx: Transaction, step: AnyRow, by: str, now: datetime) -> bool:
    """Say that this step was taken back; False where somebody else has done so meanwhile."""
    mine = (_step.c.id == step.id) & _step.c.undone_at.is_(None)
    if not tx.connection.execute(update(_step).where(mine).values(undone_at=now, undone_by=by)).rowcount:
        return False
    note(tx, Step(step.reply_id, by, StepKind.UNDONE, {"step": step.id, "what": step.what}), now)
    return True


def last_undone(tx: Transaction, reply_id: int, acts: Collection[str]) -> tuple[int, datetime | None]:
    """How many acts for the customer were taken back, and when the last one of `acts` (`Doing`) was."""
    taken_back = (_step.c.what == StepKind.ACTED.value) & _step.c.undone_at.is_not(None)
    query = select(_step.c.detail, _step.c.undone_at).where(_step.c.reply_id == reply_id, taken_back)
    rows = tx.connection.execute(query).all()
    return len(rows), max((row.undone_at for row in rows if json.loads(row.detail)["what"] in acts), default=None)
