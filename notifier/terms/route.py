"""One way out, and where its circuit breaker stands, as values. Colour: ground. Used by policy, outbox, pipeline."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from notifier.terms.words import Channel


class Standing(StrEnum):
    """Where a breaker stands. TRYING: one message goes; RAMPING: it works again, and is fed faster and faster."""

    CLOSED = "closed"
    OPEN = "open"
    TRYING = "trying"
    RAMPING = "ramping"


@dataclass(frozen=True, slots=True)
class Route:
    """One way out. `free_at`: when the meter is empty; `failures` in a row; `rests_until`; `rests`: how many in a row;
    `tried_at`: when the one message went that tries it; `works_since`: when it began to work again.
    """

    name: str
    free_at: datetime | None = None
    failures: int = 0
    rests_until: datetime | None = None
    rests: int = 0
    tried_at: datetime | None = None
    works_since: datetime | None = None

    def standing(self, now: datetime) -> Standing:
        """Where its breaker stands at `now`."""
        if self.rests_until is not None:
            return Standing.OPEN if now < self.rests_until else Standing.TRYING
        return Standing.RAMPING if self.works_since is not None else Standing.CLOSED

    @property
    def is_clean(self) -> bool:
        """Whether nothing is to be remembered of its breaker."""
        return not (self.failures or self.rests_until or self.works_since)


def route_name(channel: Channel, domain: str = "") -> str:
    """`email`, or `email:mail.example`."""
    return f"{channel.value}:{domain.lower()}" if domain else channel.value


def domain_of(address: str) -> str:
    """The domain of an email address, "" of a phone number."""
    return address.rpartition("@")[2].lower() if "@" in address else ""
