"""The last runs of plan, for people. Colour: store. Called by cli, web and pipeline."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.runs import held_back
from notifier.store.tables.messages import PlanRun
from notifier.terms.time import utc
from notifier.terms.words import RunState

_run = table_of(PlanRun)


@dataclass(frozen=True, slots=True)
class RunTold:
    """One run. `found` is what a stopped one would send: counts by purpose, samples, the first deadline, and why.

    `withheld` are customers whose news waits until somebody approves it; to `by_law` of them the law requires it.
    """

    run: int
    at: datetime
    mode: str
    state: str
    customers: int
    messaged: int
    sends: int
    holds: int
    skips: int
    decided_by: str
    decided_at: datetime | None
    required_only: bool
    found: dict[str, Any] = field(default_factory=dict)
    withheld: int = 0
    by_law: int = 0

    def as_json(self) -> dict[str, Any]:
        """The object in the list that `notifier runs --json` prints; what was found stands beside the counts."""
        told = asdict(self)
        found = told.pop("found")
        told["at"] = utc(self.at).isoformat()
        told["decided_at"] = utc(self.decided_at).isoformat() if self.decided_at else None
        return told | {"by_purpose": {}, "required": 0, "deadline": None, "samples": [], "why": ""} | _shown(found)


def _shown(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name != "messaged"}


@dataclass(frozen=True, slots=True)
class Withholds:
    """A run that holds news back until a person approves it: for so many customers, for `by_law` of them since the law
    requires it.
    """

    run: int
    customers: int
    by_law: int


def withholding(tx: Transaction, mode: str, now: datetime) -> tuple[Withholds, ...]:
    """What waits so in this mode of delivery at `now`, the oldest run first."""
    return tuple(Withholds(row.id, row.wait, row.by_law) for row in held_back(tx, now) if row.mode == mode)


LOOKED_THROUGH = 10_000
"""Plans of the last weeks, among which those that had anything to say are sought."""


def last_runs(tx: Transaction, most: int, now: datetime) -> list[RunTold]:
    """The last `most` runs that queued anything or were stopped, and the very last one, the newest first.

    They are sought among the last LOOKED_THROUGH. A run that waits for a person, or holds news back at `now`, is among
    them however old it is. A plan that found nothing to say is not: there is one each few minutes.
    """
    held = {row.id: row for row in held_back(tx, now)}
    last = select(func.max(_run.c.id)).scalar_subquery()
    said = (_run.c.id > last - LOOKED_THROUGH) & ((_run.c.sends > 0) | (_run.c.state != RunState.DONE))
    newest = select(_run.c.id).where(said).order_by(_run.c.id.desc()).limit(most)
    shown = _run.c.id.in_(newest) | (_run.c.id == last) | (_run.c.state == RunState.STOPPED) | _run.c.id.in_(list(held))
    rows = tx.connection.execute(select(_run).where(shown).order_by(_run.c.id.desc()))
    return [_told(row, held.get(row.id)) for row in rows]


def run_told(tx: Transaction, run_id: int, now: datetime) -> RunTold | None:
    """One run, with what it holds back at `now`."""
    row = tx.connection.execute(select(_run).where(_run.c.id == run_id)).first()
    return _told(row, next(iter(held_back(tx, now, run_id)), None)) if row is not None else None


def _told(row: Row[Any], held: Row[Any] | None) -> RunTold:
    return RunTold(
        run=row.id,
        at=row.at,
        mode=row.mode,
        state=row.state,
        customers=row.customers,
        messaged=row.messaged,
        sends=row.sends,
        holds=row.holds,
        skips=row.skips,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        required_only=row.required_only,
        found=json.loads(row.found) if row.found else {},
        withheld=held.wait if held else 0,
        by_law=held.by_law if held else 0,
    )
