"""The virtual clock: at which moments a replay looks. Colour: root. Used by replay."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from notifier.terms.time import day_start, local_day

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Window:
    """The days that are replayed, both included, in the shop's zone."""

    first: date
    last: date
    tz: ZoneInfo

    @property
    def since(self) -> datetime:
        """The first instant, UTC."""
        return day_start(self.first, self.tz)

    @property
    def until(self) -> datetime:
        """The first instant after the window, UTC."""
        return day_start(self.last + timedelta(days=1), self.tz)

    def days(self) -> Iterator[date]:
        """Each day of the window."""
        day = self.first
        while day <= self.last:
            yield day
            day += timedelta(days=1)


def moments(window: Window, recorded: Sequence[datetime]) -> Iterator[tuple[date, datetime]]:
    """Each day of the window with the instants (UTC) at which to plan, in order.

    Where plan ran on that day (`recorded`), it is the last run of each hour, so that a replay looks when the shop
    looked; on other days, every full hour. So a day has at most as many steps as hours.
    """
    by_day: dict[date, dict[datetime, datetime]] = defaultdict(dict)
    for at in sorted(recorded):
        by_day[local_day(at, window.tz)][at.replace(minute=0, second=0, microsecond=0)] = at
    for day in window.days():
        for at in sorted(by_day[day].values()) if day in by_day else _hours(day, window.tz):
            yield day, at


def _hours(day: date, tz: ZoneInfo) -> Iterator[datetime]:
    at, end = day_start(day, tz), day_start(day + timedelta(days=1), tz)
    while at < end:
        yield at.astimezone(UTC)
        at += HOUR
