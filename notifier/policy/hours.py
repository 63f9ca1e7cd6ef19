"""Windows of the day in the recipient's wall time. Colour: pure. Called by rules and pipeline's claims.

Every answer comes from reading a wall clock at a UTC instant, never from adding hours: a night with a DST gap is
shorter (HOSTILE 39), one with a fold has an hour twice (HOSTILE 40). With several clocks all must allow (RULES S10).
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from notifier.policy.figures import Week, Window
from notifier.terms.time import utc

LOOKAHEAD_DAYS = 8
"""Days searched for an open hour: more than a week holds nothing new."""

_INSTANT = timedelta(seconds=1)


class WallClock(NamedTuple):
    """A wall clock that a recipient may read, and the hours in which it allows a message: states differ in both."""

    tz: ZoneInfo
    week: Week


def is_allowed(moment: datetime, clocks: Sequence[WallClock]) -> bool:
    """Whether every clock at the aware `moment` is inside its day's window."""
    return all(_inside(moment.astimezone(clock.tz), clock.week) for clock in clocks)


def allowed_from(now: datetime, clocks: Sequence[WallClock]) -> datetime | None:
    """The first UTC instant, `now` or later, at which every clock is inside its window; None when no hour suits all."""
    moment, limit = utc(now), utc(now) + timedelta(days=LOOKAHEAD_DAYS)
    while moment <= limit:
        opening = [_opens(moment, clock) for clock in clocks]
        later = [one for one in opening if one is not None]
        if len(later) < len(opening):
            return None
        latest = max(later, default=moment)
        if latest == moment:
            return moment
        moment = latest
    return None


def closes(now: datetime, clocks: Sequence[WallClock]) -> datetime | None:
    """The UTC instant by which a message allowed at `now` must have left (RULES S11); None when it is not allowed."""
    if not clocks or not is_allowed(now, clocks):
        return None
    return min(_closes(utc(now), clock) for clock in clocks)


def _inside(wall: datetime, week: Week) -> bool:
    window = week[wall.weekday()]
    return window is not None and window.opens <= wall.time() < window.closes


def _opens(moment: datetime, clock: WallClock) -> datetime | None:
    tz, week = clock
    wall = moment.astimezone(tz)
    if _inside(wall, week):
        return moment
    for ahead in range(LOOKAHEAD_DAYS):
        day = wall.date() + timedelta(days=ahead)
        window = week[day.weekday()]
        if window is None:
            continue
        for opening in _instants(day, window.opens, tz):
            if opening >= moment and _inside(opening.astimezone(tz), week):
                return opening
    return None


def _closes(moment: datetime, clock: WallClock) -> datetime:
    wall = moment.astimezone(clock.tz)
    window = clock.week[wall.weekday()] or Window(time.min, time.max)
    return next((one for one in _instants(wall.date(), window.closes, clock.tz) if one > moment), moment)


def _instants(day: date, at: time, tz: ZoneInfo) -> Iterator[datetime]:
    """The UTC instants at which a wall clock reaches `at` on `day`: one, two in a fold; in a gap, the gap's end."""
    early, late = (utc(datetime.combine(day, at, tzinfo=tz).replace(fold=fold)) for fold in (0, 1))
    if early <= late:
        yield from (early,) if early == late else (early, late)
        return
    before, after = late, early
    while after - before > _INSTANT:
        middle = (before + (after - before) // 2).replace(microsecond=0)
        reached = middle.astimezone(tz).replace(tzinfo=None) >= datetime.combine(day, at)
        before, after = (before, middle) if reached else (middle, after)
    yield after.astimezone(UTC)
