"""Where one line stands at a moment, from its label and dates. Colour: pure. Called by pipeline while it gathers facts.

Facts dated after `now` do not count yet and a date beats the label, so that a past moment can be planned from a later
export. A date or a label that comes with its count of units is about those units alone; one without is about all the
rest. The same rule in SQL is `store.openness`.
"""

from dataclasses import dataclass
from datetime import datetime

from notifier.terms.words import LineStatus


@dataclass(frozen=True, slots=True)
class Dates:
    """The dated facts of a line, aware UTC."""

    shipped_at: datetime | None
    cancelled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Units:
    """Units of a line: ordered, and those of them already shipped or cancelled."""

    ordered: int
    shipped: int
    cancelled: int

    @property
    def open(self) -> int:
        """Units still owed."""
        return self.ordered - self.shipped - self.cancelled

    def at(self, dates: Dates, now: datetime) -> "Units":
        """The units as they count at the UTC instant `now`: what leaves later is still owed."""
        shipped = 0 if dates.shipped_at and dates.shipped_at > now else self.shipped
        cancelled = 0 if dates.cancelled_at and dates.cancelled_at > now else self.cancelled
        return Units(self.ordered, shipped, cancelled)

    def gone(self, by: LineStatus) -> int:
        """Units that a closed line is about: shipped ones, or cancelled ones; 0 for any other line."""
        if by is LineStatus.SHIPPED:
            left = self.ordered - self.cancelled
        elif by is LineStatus.CANCELLED:
            left = self.cancelled or self.ordered - self.shipped
        else:
            return 0
        # A count that contradicts the label says nothing; a customer never reads of no pieces at all.
        return left if left > 0 else self.ordered


@dataclass(frozen=True, slots=True)
class Standing:
    """A line at `now`. `changes_at` is the next instant at which a dated fact begins to count."""

    status: LineStatus
    shipped_at: datetime | None
    cancelled_at: datetime | None
    changes_at: datetime | None


def standing(label: LineStatus, dates: Dates, units: Units, now: datetime) -> Standing:
    """Judge one line at the UTC instant `now`. Cancelled wins over shipped, because it is the later word of a shop."""
    units = units.at(dates, now)
    shipped = dates.shipped_at if dates.shipped_at and dates.shipped_at <= now else None
    cancelled = dates.cancelled_at if dates.cancelled_at and dates.cancelled_at <= now else None
    ahead = [at for at in (dates.shipped_at, dates.cancelled_at) if at and at > now]
    changes_at = min(ahead, default=None)
    if units.cancelled < 1 and (cancelled or (label is LineStatus.CANCELLED and not dates.cancelled_at)):
        return Standing(LineStatus.CANCELLED, None, cancelled, changes_at)
    if units.shipped < 1 and (shipped or (label is LineStatus.SHIPPED and not dates.shipped_at)):
        return Standing(LineStatus.SHIPPED, shipped, None, changes_at)
    if label is LineStatus.CLOSED:
        return Standing(LineStatus.CLOSED, None, None, changes_at)
    if units.open <= 0 and units.shipped > 0:
        return Standing(LineStatus.SHIPPED, shipped, None, changes_at)
    if units.open <= 0:
        return Standing(LineStatus.CANCELLED, None, cancelled, changes_at)
    open_label = LineStatus.BACKORDERED if label is LineStatus.BACKORDERED else LineStatus.OPEN
    return Standing(open_label, None, None, changes_at)
