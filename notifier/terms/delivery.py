"""What crosses the wire and what comes back, as values. Colour: ground. Used by deliver, channels, outbox."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from notifier.terms.words import Channel, Outcome


def always() -> bool:
    """What is nobody else's at any time."""
    return True


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message ready for a channel. `recipient` is one bare address or E.164 number, the whole envelope.

    `body` is MIME bytes for email and UTF-8 text for a text. `uid` is stable over attempts (Message-ID without <>).
    `attempt_id` names this attempt in callbacks. `valid_seconds` bounds how long a provider may queue it (S11).
    `still_ours` is asked last before what cannot be taken back: after the lease, another worker may have it. `copy_to`
    is the journal's address, which gets the same email.
    """

    message_id: int
    attempt_id: int
    uid: str
    channel: Channel
    sender: str
    recipient: str
    body: bytes
    valid_seconds: int | None = None
    copy_to: str = ""
    still_ours: Callable[[], bool] = field(default=always, compare=False)


@dataclass(frozen=True, slots=True)
class SendResult:
    """What the provider said at hand-off. `code` is normalised, `raw` the provider's own words, no address.

    `retry_after` in seconds is the provider's wish for a DEFERRED one.
    """

    message_id: int
    attempt_id: int
    outcome: Outcome
    code: str
    raw: str
    provider_id: str = ""
    retry_after: float | None = None


class ChannelSender(Protocol):
    """What deliver needs of a channel: how much it takes at once, and the sending itself."""

    @property
    def connections(self) -> int:
        """How many parcels may be under way at the same time."""
        ...

    async def send(self, parcel: Parcel) -> SendResult:
        """Hand one parcel over and say what is certain about it; provider faults come back as a result, never raised.

        DEFERRED and REFUSED promise that nothing was sent; UNKNOWN says that nobody can tell.
        """
        ...

    async def close(self) -> None:
        """Give the connections back; the sender may be used again afterwards."""
        ...


IN_ALL = "all"
"""The region of the row that counts every text."""

ABROAD = 100
"""Texts a day to a country that is not the shop's own and has no limit by itself."""


RANGE_DIGITS = 3
"""A range of numbers: all that differ in so many last digits only."""

RANGE_SHARE = 10
"""To one range goes a tenth of all texts: fraud that earns by texts sends to many numbers of one (HOSTILE 55)."""


def range_of(phone: str) -> str:
    """The range of an E.164 number, like `+4915112345xxx`; "" of none."""
    return phone[:-RANGE_DIGITS] + "x" * RANGE_DIGITS if phone else ""


@dataclass(frozen=True, slots=True)
class TextLimits:
    """Most texts on one day of UTC: `in_all`, by ISO region, and to one range of numbers (0: a tenth of all).

    `home`, the shop's own region, has no limit of its own unless it is given.
    """

    in_all: int
    home: str = ""
    by_region: Mapping[str, int] = field(default_factory=dict)
    in_range: int = 0

    def of(self, spot: str) -> int:
        """The limit of a region, of a range, or of IN_ALL."""
        if spot == IN_ALL:
            return self.in_all
        if spot.startswith("+"):
            return self.in_range or max(self.in_all // RANGE_SHARE, 1)
        return self.by_region.get(spot, self.in_all if spot == self.home else ABROAD)
