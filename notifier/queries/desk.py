"""What waits on the team's desk, in order, without anybody's words. Colour: store. Called by desk_view and cli."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select

from notifier.queries.inbox import WITHIN
from notifier.queries.windows import newest_first
from notifier.store.asked import waits_for_person
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow, table_of
from notifier.store.tables import LegalStanding, Reply, ReplyDesk, ReplyLine, ReplyStep
from notifier.terms.desk import Desk, StepKind
from notifier.terms.time import utc

_reply, _about, _standing = table_of(Reply), table_of(ReplyLine), table_of(LegalStanding)
_desk, _step = table_of(ReplyDesk), table_of(ReplyStep)

UNTOUCHED = Desk()
"""Where a reply stands that nobody has touched."""

MOST_DONE = 50
"""Replies that were seen to, the newest first: whoever looks for an older one looks at its customer."""


class Pile(StrEnum):
    """Which replies a list shows. OPEN: all that wait but those that rest."""

    OPEN = "open"
    MINE = "mine"
    NOBODY = "nobody"
    SNOOZED = "snoozed"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Place:
    """One reply that waits, and where it stands. `by_law` is the law's day of a line concerned."""

    id: int
    received_at: datetime
    by_law: datetime | None
    desk: Desk

    @property
    def order(self) -> tuple[datetime, int]:
        """The nearest deadline first."""
        return self.by_law or self.received_at + WITHIN, self.id

    def rests(self, now: datetime) -> bool:
        """Whether it sleeps at `now`: a day that the law has set since ends it."""
        until = self.desk.snoozed_until
        return until is not None and min(until, self.by_law or until) > now

    def piles(self, name: str, now: datetime) -> tuple[Pile, ...]:
        """Those that it is in, as the operator `name` sees it."""
        if self.rests(now):
            return (Pile.SNOOZED,)
        if not self.desk.taken_by:
            return (Pile.OPEN, Pile.NOBODY)
        return (Pile.OPEN, Pile.MINE) if self.desk.taken_by == name else (Pile.OPEN,)


def places(tx: Transaction) -> list[Place]:
    """All that waits for a person, the nearest deadline first."""
    return sorted(_places(tx, waits_for_person), key=lambda one: one.order)


def place_of(tx: Transaction, reply_id: int) -> Place | None:
    """One reply, whether or not it waits."""
    return next(iter(_places(tx, _reply.c.id == reply_id)), None)


def _places(tx: Transaction, which: ColumnElement[bool]) -> list[Place]:
    # By themselves: few replies that wait have been touched, and thousands may wait.
    touched = select(_desk).join(_reply, _reply.c.id == _desk.c.reply_id).where(which)
    desks = {
        row.reply_id: Desk(row.taken_by, row.snoozed_until, row.call_at, row.call_note)
        for row in tx.connection.execute(touched)
    }
    query = (
        select(_reply.c.id, _reply.c.received_at, func.min(_standing.c.deadline_at))
        .outerjoin(_about, _about.c.reply_id == _reply.c.id)
        .outerjoin(_standing, _standing.c.line_id == _about.c.line_id)
        .where(which)
        .group_by(_reply.c.id, _reply.c.received_at)
    )
    return [
        Place(reply_id, received_at, by_law, desks.get(reply_id, UNTOUCHED))
        for reply_id, received_at, by_law in tx.connection.execute(query)
    ]


def done_lately(tx: Transaction) -> list[int]:
    """Ids of the replies that people have seen to, the newest first."""
    later = _step.alias("later")
    followed = exists().where(later.c.reply_id == _step.c.reply_id, later.c.id > _step.c.id)
    query = select(_step.c.id, _step.c.reply_id).join(_reply, _reply.c.id == _step.c.reply_id)
    query = query.where(_reply.c.closed_at.is_not(None), ~followed)
    return [row.reply_id for row in newest_first(tx, query, _step.c.id, None, MOST_DONE).rows]


@dataclass(frozen=True, slots=True)
class StepTold:
    """One step with a reply. `what` is a word of terms.desk; `undone_by` says who took it back, if anybody did."""

    id: int
    at: datetime
    by: str
    what: str
    detail: str
    undone_by: str

    @property
    def act(self) -> str:
        """What was done for the customer, as `pipeline.inbox.Doing` calls it; empty for another step."""
        return str(json.loads(self.detail).get("what", "")) if self.what == StepKind.ACTED else ""

    def as_json(self) -> dict[str, Any]:
        """One object of `notifier inbox show --json`."""
        named = {name: getattr(self, name) for name in ("by", "what", "act", "undone_by")}
        return {"id": self.id, "at": utc(self.at).isoformat()} | named


def steps(tx: Transaction, reply_id: int) -> Sequence[StepTold]:
    """What people did with a reply, the newest first."""
    query = select(_step).where(_step.c.reply_id == reply_id).order_by(_step.c.id.desc())
    return [step_told(row) for row in tx.connection.execute(query)]


def step_told(row: AnyRow) -> StepTold:
    """A row of the steps."""
    return StepTold(row.id, row.at, row.by, row.what, row.detail, row.undone_by)
