"""What a reply does, as values: consent, answers to the law, actions for the shop, freezes. Colour: ground.

Made by policy.answering, applied by pipeline.receive, told by the acknowledgement.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from notifier.terms.words import Channel, MessageClass, Scope


class Kind(StrEnum):
    """One effect. The first three change what may be said, the next what happens to an order line.

    REQUESTED asks the shop for an action. KEPT takes a cancellation back: that is fresh consent. FROZEN: nothing may
    rest on silence until a person has looked. The last ones change nothing: the customer is told something, or, with
    ASKED_CONSENT, asked for consent to marketing.
    """

    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"
    COMPLAINT = "complaint"
    ACCEPTED = "accepted"
    REQUESTED = "requested"
    KEPT = "kept"
    FROZEN = "frozen"
    TOLD_DATES = "told_dates"
    TOLD_HELP = "told_help"
    GAVE_LINK = "gave_link"
    ASKED_CONSENT = "asked_consent"
    TOO_LATE = "too_late"
    REFUSED = "refused"


CHANGES = frozenset({Kind.OPTED_OUT, Kind.OPTED_IN, Kind.COMPLAINT, Kind.ACCEPTED, Kind.REQUESTED, Kind.KEPT})
"""Effects that changed something: what is acknowledged however often it happens."""


class ActionKind(StrEnum):
    """What the shop's own system must do."""

    CANCEL = "cancel"
    REFUND = "refund"
    SWAP = "swap"
    CHANGE = "change"
    WITHDRAW = "withdraw"


class ActionState(StrEnum):
    """Where an action stands. WITHDRAWN: the customer took it back before it was done."""

    REQUESTED = "requested"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Asked(StrEnum):
    """What a customer has asked for a line. ENDING: an action of ENDS stands; UNCLEAR: one may be meant.

    ENDED: the shop says that it has cancelled the line, whatever its records show by now.
    """

    NOTHING = ""
    ENDING = "ending"
    UNCLEAR = "unclear"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Wished:
    """The customer's own wish that stands for a line: what, and when it was received (UTC)."""

    kind: ActionKind
    at: datetime


ENDS = frozenset({ActionKind.CANCEL, ActionKind.WITHDRAW, ActionKind.SWAP})
"""Actions after which the line does not ship as it is."""

CANCELS = (ActionKind.CANCEL, ActionKind.WITHDRAW)
"""Actions that are a cancellation before the law on delays, too (RULES.md F7, U6)."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect. `line_id` is the order line, None where it concerns the person.

    `action` goes with REQUESTED, `detail` is the SKU of a swap or the reason of what was refused, `channel` and `about`
    say what an opt-in or opt-out is about.
    """

    kind: Kind
    line_id: int | None = None
    action: ActionKind | None = None
    detail: str = ""
    channel: Channel | None = None
    about: MessageClass | Scope | None = None

    @property
    def word(self) -> str:
        """How it is written in logs and in JSON: no name and no address."""
        parts = (self.kind, self.action, self.channel, self.about, self.detail)
        return " ".join(str(one) for one in parts if one)

    def as_json(self) -> dict[str, Any]:
        """As it is stored with the reply."""
        found = {"kind": self.kind, "line": self.line_id, "action": self.action, "detail": self.detail}
        return {name: one for name, one in (found | {"channel": self.channel, "about": self.about}).items() if one}


def effect_from(said: dict[str, Any]) -> Effect:
    """The effect that `as_json` wrote. Raises ValueError for what is none."""
    about = said.get("about")
    return Effect(
        kind=Kind(said["kind"]),
        line_id=said.get("line"),
        action=ActionKind(said["action"]) if said.get("action") else None,
        detail=said.get("detail", ""),
        channel=Channel(said["channel"]) if said.get("channel") else None,
        about=(Scope(about) if about in tuple(Scope) else MessageClass(about)) if about else None,
    )
