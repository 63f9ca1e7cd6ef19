"""What a person does with a reply that waits: words of the history beside it. Colour: ground."""

from enum import StrEnum


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
