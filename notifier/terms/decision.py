"""A decision: send, hold or skip, with its reason and the trace of rules. Colour: ground.

Made by policy, stored by store.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from notifier.terms.purpose import Purpose
from notifier.terms.words import Channel, NoticeKind, Verdict

PROMISE = "promise:"
"""How the occasion of news that answers a promised day begins."""

TOLD = "told:"
"""How the occasion of news that follows what was told before begins."""

WAITS_FOR = "waits_for_"
"""How the reason of a hold for a higher purpose begins; its name follows."""


class ToTell(NamedTuple):
    """What a message would tell whom; `notice` is its kind, or empty."""

    customer_id: int
    purpose: str
    notice: str


@dataclass(frozen=True, slots=True)
class LineOccasion:
    """Why one line is due: the occasion is part of the message's key and of the line's unique telling."""

    line_id: int
    order: str
    line: str
    occasion: str
    answers: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One rule that was asked: its name, `pass`, `hold` or `skip`, and the values it saw (no name, no address)."""

    rule: str
    result: str
    saw: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided for one customer, channel, purpose and notice kind at one address, over its lines."""

    customer_id: int
    brand: str
    locale: str
    channel: Channel
    purpose: Purpose
    notice: NoticeKind
    address_id: int | None
    lines: tuple[LineOccasion, ...]
    verdict: Verdict
    reason: str
    trace: tuple[Step, ...]
    hold_until: datetime | None = None
    about: str = ""

    @property
    def occasion(self) -> str:
        """The occasions of all lines as one text; with customer, channel and purpose it is the idempotency key.

        `about` is the occasion of a message that hangs on no line: the reply that it acknowledges.
        """
        if self.about:
            return self.about
        return "+".join(f"{line.line_id}:{line.occasion}" for line in self.lines)


@dataclass(frozen=True, slots=True)
class Judgement:
    """All decisions for one customer, and the UTC instant at which to look again (None: only when facts change)."""

    decisions: tuple[Decision, ...]
    due_at: datetime | None
