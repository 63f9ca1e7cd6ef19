"""Contacts by day of the shop, for a plot. Colour: root. Called by the web's console.

A day that is over hardly changes: the answer to a message may come days later, and counts at its hand-off. So each day
is counted by itself and remembered, today for a minute, a day of last week for ten, an older one for a day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from notifier.errors import UsageError
from notifier.pipeline.house import House
from notifier.pipeline.remembered import Kept, Memory
from notifier.queries.contact_days import Counted, contacts_between, first_contact
from notifier.terms.time import day_start, local_day, typed_day

MOST_DAYS = 400
"""Of one plot."""

USUAL = 30
"""Days that are shown unless somebody asks for others."""

A_MINUTE, A_WHILE, A_DAY = timedelta(minutes=1), timedelta(minutes=10), timedelta(days=1)
_SETTLED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Span:
    """From the day `first` to the day `last` of the shop, both included."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        """Each of them."""
        return [self.first + timedelta(days=i) for i in range((self.last - self.first).days + 1)]


@dataclass(frozen=True, slots=True)
class DayCount:
    """What was said and heard on one day."""

    day: date
    counted: tuple[Counted, ...]


@dataclass(frozen=True, slots=True)
class ContactDays:
    """The days of a span, oldest first, counted at `at` or later."""

    span: Span
    days: tuple[DayCount, ...]
    at: datetime

    def series(self) -> list[tuple[str, str, list[int]]]:
        """What the bot and the team said, by purpose and channel: a number for each day; the largest first."""
        keys = {(one.purpose, one.channel) for day in self.days for one in day.counted if one.direction == "out"}
        found = [(*key, [self._count(day, key) for day in self.days]) for key in sorted(keys)]
        return sorted(found, key=lambda one: -sum(one[2]))

    def heard(self) -> list[int]:
        """What customers said on each day, calls among it."""
        return [sum(one.count for one in day.counted if one.direction == "in") for day in self.days]

    def _count(self, day: DayCount, key: tuple[str, str]) -> int:
        found = (one.count for one in day.counted if one.direction == "out" and (one.purpose, one.channel) == key)
        return sum(found)


def span_of(house: House, first: str, last: str, now: datetime) -> Span:
    """The span that is asked for (ISO days, empty: the usual one). Raises UsageError for none, and for a longer one."""
    tz = house.judging.policy.timezone
    today = local_day(now, tz)
    try:
        end = typed_day(last) if last else today
        begin = typed_day(first) if first else end - timedelta(days=USUAL - 1)
    except ValueError:
        raise UsageError("write the days like 2026-06-01") from None
    if begin > end:
        raise UsageError("the first day lies after the last one")
    if (end - begin).days >= MOST_DAYS:
        raise UsageError(f"that is more than {MOST_DAYS} days; ask for fewer")
    return Span(begin, end)


def contact_days(house: House, memory: Memory, span: Span, now: datetime) -> ContactDays:
    """The counts of each day, from memory where it has them."""
    kept = list(_counted(house, memory, span, now))
    return ContactDays(
        span,
        tuple(DayCount(day, one.value) for day, one in zip(span.days, kept, strict=True)),
        min((one.at for one in kept), default=now),
    )


def today_counted(house: House, memory: Memory, now: datetime) -> Kept[tuple[Counted, ...]]:
    """What was said and heard today, as of a minute ago at most."""
    today = local_day(now, house.judging.policy.timezone)
    return next(_counted(house, memory, Span(today, today), now))


def since_when(house: House) -> date | None:
    """The shop's day of the first contact; None: there was none yet."""
    with house.store.read() as tx:
        found = first_contact(tx)
    return None if found is None else local_day(found, house.judging.policy.timezone)


def _counted(house: House, memory: Memory, span: Span, now: datetime) -> Iterator[Kept[tuple[Counted, ...]]]:
    tz = house.judging.policy.timezone
    today = local_day(now, tz)
    for day in span.days:

        def count(day: date = day) -> tuple[Counted, ...]:
            with house.store.read() as tx:
                return contacts_between(tx, day_start(day, tz), day_start(day + timedelta(days=1), tz))

        fresh = A_MINUTE if day >= today else A_WHILE if today - day < _SETTLED else A_DAY
        yield memory.get(("contacts", day), count, now, fresh)
