"""Arithmetic on plain days that never leaves the calendar. Colour: pure. Called by all of delay_rule."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from notifier.terms.time import day_start

_FIRST, _LAST = date(2, 1, 1), date(9998, 12, 31)
"""A day and a zone away from the ends, where a conversion to UTC would fall off the calendar."""


def plus(day: date, days: int) -> date:
    """`day` and `days` more calendar days (fewer where negative); the calendar's end where there are none."""
    moved = min(max(day.toordinal() + days, _FIRST.toordinal()), _LAST.toordinal())
    return date.fromordinal(moved)


def begins(day: date, tz: ZoneInfo) -> datetime:
    """The first UTC instant of `day` in `tz`."""
    return day_start(plus(day, 0), tz)


def ends(day: date, tz: ZoneInfo) -> datetime:
    """The first UTC instant after `day` in `tz`: what happens before it happened on that day, or earlier."""
    return begins(plus(day, 1), tz)


def soonest(now: datetime, *moments: datetime | None) -> datetime | None:
    """The earliest of `moments` that lies after `now`; None where none does."""
    return min((one for one in moments if one is not None and one > now), default=None)
