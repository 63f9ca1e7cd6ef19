"""Instants, plain dates and ETA ranges. Colour: ground. Instants are aware UTC;
dates are plain days in the shop's zone.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Earlier than any plan: a customer due at EPOCH is judged by whichever plan comes first."""

_ZONES = frozenset(available_timezones())


def utc(moment: datetime) -> datetime:
    """Return the aware `moment` in UTC. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(UTC)


def zone(name: str) -> ZoneInfo:
    """Return the IANA zone called `name`. Raises ValueError for a name that is none."""
    if name not in _ZONES:
        raise ValueError(f"{name!r} is no IANA time zone; write one like Europe/Berlin")
    return ZoneInfo(name)


def is_near(day: date) -> bool:
    """Whether every zone of the world can say what day it is, and the next one: the years 1900 to 2999."""
    return 1900 <= day.year < 3000


def typed_day(text: str) -> date:
    """Read a day that a person has typed, like 2026-06-01. Raises ValueError for none, and for one that is not near."""
    day = date.fromisoformat(text)
    if not is_near(day):
        raise ValueError(f"{text!r} lies outside the years 1900 to 2999")
    return day


_DAYS_KEPT = 8192
"""Answers remembered of each question below: a run asks for the same few days again and again, a dozen times a line."""


@lru_cache(_DAYS_KEPT)
def local_day(moment: datetime, tz: ZoneInfo) -> date:
    """Return the calendar day on which the aware `moment` falls in `tz`."""
    return moment.astimezone(tz).date()


@lru_cache(_DAYS_KEPT)
def day_start(day: date, tz: ZoneInfo) -> datetime:
    """Return the first instant of `day` in `tz`, in UTC; where midnight is skipped, the first that exists."""
    naive = datetime.combine(day, time(0), tzinfo=tz)
    return utc(naive)


def add_years(moment: datetime, years: int) -> datetime:
    """Return the same instant of the calendar `years` later (earlier, where negative); 29 February becomes the 28th."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, day=28)


_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))


def span(length: timedelta) -> str:
    """Return `length` as people say it, in the largest unit of which there are two or more, rounded down."""
    seconds = max(int(length.total_seconds()), 0)
    word, size = next((one for one in _UNITS if seconds >= 2 * one[1]), _UNITS[-1])
    return f"{seconds // size} {word}{'' if seconds // size == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class EtaRange:
    """The ship dates now expected, both days included. Raises ValueError when reversed."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError(f"an ETA range ends on {self.last} before it begins on {self.first}")

    def shifted(self, days: int) -> "EtaRange":
        """Return the range `days` calendar days later (delivery from shipping)."""
        return EtaRange(self.first + timedelta(days=days), self.last + timedelta(days=days))
