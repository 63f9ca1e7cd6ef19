"""What a line's facts mean at a moment. Colour: pure. Used by occasions, waiting and decide.

A date beats the shop's label: a line whose shipped_at lies ahead is still open, a label without a date counts.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from notifier.policy.figures import Policy
from notifier.terms.facts import LineFacts, Telling
from notifier.terms.time import day_start, local_day
from notifier.terms.words import LineStatus

REWARDED = "reward"
"""The occasion of a telling that says nothing new about the line."""

HALF, BEFORE, WAIT = "half:", "before:", "wait:"
WAITING = (HALF, BEFORE, WAIT)
"""How the occasions of progress begin: words that nothing has changed."""


def shipped(line: LineFacts, now: datetime) -> bool:
    """Whether the line has left by `now`."""
    return line.shipped_at <= now if line.shipped_at else line.status is LineStatus.SHIPPED


def cancelled(line: LineFacts, now: datetime) -> bool:
    """Whether the line is cancelled at `now`; goods that have left cannot be."""
    if shipped(line, now):
        return False
    return line.cancelled_at <= now if line.cancelled_at else line.status is LineStatus.CANCELLED


def is_open(line: LineFacts, now: datetime) -> bool:
    """Whether the customer is still waiting for units of the line at `now`."""
    if line.status is LineStatus.CLOSED or line.open_quantity < 1 or line.ordered_at > now:
        return False
    return not shipped(line, now) and not cancelled(line, now)


def backordered(line: LineFacts) -> bool:
    """Whether an open line is a backorder: its label says so, or stock, where it has any, does not cover it."""
    return line.status is LineStatus.BACKORDERED or (line.stocked and not line.covered)


def last_news(line: LineFacts) -> Telling | None:
    """The newest telling that said something about dates: a reward that names none does not take a date back.

    A word that nothing has changed is none, else dates could creep by it, unless it names the first date of all.
    """
    news: Telling | None = None
    for telling in line.tellings:
        if telling.occasion.startswith(WAITING):
            if news is None or (news.eta is None and telling.eta is not None):
                news = telling
        elif telling.eta is not None or telling.occasion != REWARDED:
            news = telling
    return news


def times_told(line: LineFacts) -> int:
    """How often the line was told of; a text beside an email with the same occasion is one time."""
    return len({(telling.purpose, telling.occasion) for telling in line.tellings})


def today(policy: Policy, now: datetime) -> date:
    """The calendar day in the shop's zone."""
    return local_day(now, policy.timezone)


def start_of(day: date, policy: Policy) -> datetime:
    """The first instant (UTC) of `day` in the shop's zone."""
    return day_start(day, policy.timezone)


def day_over(day: date, policy: Policy) -> datetime | None:
    """The first instant (UTC) at which `day` is over in the shop's zone; None at the end of the calendar."""
    return start_of(day + timedelta(days=1), policy) if day < date.max - timedelta(days=2) else None


def turning_points(line: LineFacts, policy: Policy, now: datetime) -> Iterator[datetime]:
    """Future instants at which known facts begin to count, or the forecast's last day is over."""
    for moment in (line.ordered_at, line.shipped_at, line.cancelled_at, line.changes_at):
        if moment is not None and moment > now:
            yield moment
    if line.forecast.eta is not None and is_open(line, now):
        over = day_over(line.forecast.eta.last, policy)
        if over is not None and over > now:
            yield over
