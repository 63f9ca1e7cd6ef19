"""The last runs of plan, for people. Colour: store. Called by cli, web and pipeline."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.tables.messages import PlanRun
from notifier.terms.time import utc

_run = table_of(PlanRun)


@dataclass(frozen=True, slots=True)
class RunTold:
    """One run. `found` is what a stopped one would send: counts by purpose, samples, the first deadline, and why."""

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

    def as_json(self) -> dict[str, Any]:
        """The object in the list that `notifier runs --json` prints; what was found stands beside the counts."""
        told = asdict(self)
        found = told.pop("found")
        told["at"] = utc(self.at).isoformat()
        told["decided_at"] = utc(self.decided_at).isoformat() if self.decided_at else None
        return told | {"by_purpose": {}, "required": 0, "deadline": None, "samples": [], "why": ""} | _shown(found)


def _shown(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name != "messaged"}


def last_runs(tx: Transaction, most: int) -> list[RunTold]:
    """The last `most` runs, the newest first; a run that waits for a person is among them however old it is."""
    newest = select(_run.c.id).order_by(_run.c.id.desc()).limit(most)
    query = select(_run).where(_run.c.id.in_(newest) | (_run.c.state == "stopped")).order_by(_run.c.id.desc())
    return [_told(row) for row in tx.connection.execute(query)]


def run_told(tx: Transaction, run_id: int) -> RunTold | None:
    """One run."""
    row = tx.connection.execute(select(_run).where(_run.c.id == run_id)).first()
    return _told(row) if row is not None else None


def _told(row: Row[Any]) -> RunTold:
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
    )
