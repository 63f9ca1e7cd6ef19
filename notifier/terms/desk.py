"""Where a reply that waits stands on the team's desk, and what a person does with it. Colour: ground."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

MOMENTS = ("snoozed_until", "call_at")


class StepKind(StrEnum):
    """One step of a person. ACTED did something for the customer, the others only move the reply on the desk."""

    TAKEN = "taken"
    GIVEN_BACK = "given_back"
    SNOOZED = "snoozed"
    CALL_PLANNED = "call_planned"
    CALLED = "called"
    ANSWERED = "answered"
    ACTED = "acted"
    ASSIGNED = "assigned"
    DONE = "done"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a reply stands: who has it (empty: nobody), until when it rests, when somebody phones."""

    taken_by: str = ""
    snoozed_until: datetime | None = None
    call_at: datetime | None = None
    call_note: str = ""

    def as_json(self) -> dict[str, str | None]:
        """What a step needs to bring it back; the note is the customer's, and is left out."""
        moments = {name: getattr(self, name) for name in MOMENTS}
        return {"taken_by": self.taken_by} | {name: one.isoformat() if one else None for name, one in moments.items()}


def desk_from(said: Mapping[str, Any], note: str) -> Desk:
    """The desk that `as_json` wrote; `note` is the one that stands now."""
    snoozed_until, call_at = (datetime.fromisoformat(said[one]) if said[one] else None for one in MOMENTS)
    return Desk(said["taken_by"], snoozed_until, call_at, note if call_at else "")
