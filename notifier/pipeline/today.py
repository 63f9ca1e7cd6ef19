"""The first page of the console: what needs somebody, what went out, what waits and why, what comes. Colour: root.

Called by the web's console. It is glance with what stands behind its numbers. What is true for the whole shop and costs
more, the backlog above all, for which all order lines are read, is remembered, and says as of when it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from notifier.pipeline.glance import Glance, Terms, glance
from notifier.pipeline.house import House
from notifier.pipeline.reasons import because
from notifier.pipeline.remembered import Kept, Memory
from notifier.pipeline.trouble import About, troubles, withheld_words
from notifier.queries.backlog import Backlog, backlog
from notifier.queries.message_list import held_reasons
from notifier.queries.waiting import LOOKED_AT, Due, Reason, deadlines_between, held_decisions, put_off_messages
from notifier.terms.time import day_start, local_day, span
from notifier.terms.words import MessageState

DAYS_AHEAD = 7
"""Deadlines of so many days are shown."""

SKUS = 20
"""Of the backlog."""

TREND_DAYS, TREND_POINTS = 28, 8

BACKLOG, COMING = "backlog", "coming"
FRESH, OLD = timedelta(minutes=1), timedelta(minutes=15)
"""What is older than FRESH is looked at again in the background; what is older than OLD is waited for."""


@dataclass(frozen=True, slots=True)
class Need:
    """Something that needs a person, in a sentence. `number` says how many things; 0: nothing that is counted.

    `grave` is trouble as `notifier status` tells it, `remedy` the command that shows or mends it.
    """

    about: About | str
    number: int
    words: str
    grave: bool = False
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Waits:
    """So many messages or decisions wait, and why; `least`: so many at least. `until` is when the first may go."""

    number: int
    why: str
    until: datetime | None
    least: bool = False


@dataclass(frozen=True, slots=True)
class DueDay:
    """The deadlines of one day of the shop."""

    day: date
    due: Due


@dataclass(frozen=True, slots=True)
class Coming:
    """What waits and why, and the deadlines of the next days."""

    waits: tuple[Waits, ...]
    deadlines: tuple[DueDay, ...]


@dataclass(frozen=True, slots=True)
class Today:
    """What needs somebody now. `held` says why messages are held, each with its number."""

    needs: tuple[Need, ...]
    held: tuple[tuple[int, str], ...]


def today(house: House, terms: Terms, coming: Coming, now: datetime) -> Today:
    """Look at the shop at the UTC instant `now`; the next deadline is that of `coming`."""
    seen = glance(house.store, terms)
    held: list[tuple[str, int]] = []
    if seen.outbox.count(MessageState.HELD):
        with house.store.read() as tx:
            held = held_reasons(tx, terms.mode)
    return Today(tuple(_needs(seen, coming.deadlines, now)), tuple((many, because(reason)) for reason, many in held))


def remembered_coming(house: House, memory: Memory, now: datetime, fresh: timedelta) -> Kept[Coming]:
    """What waits and what comes, no older than `fresh`."""
    tz, mode = house.judging.policy.timezone, house.sending.mode.value

    def look() -> Coming:
        first = local_day(now, tz)
        days = [first + timedelta(days=i) for i in range(DAYS_AHEAD)]
        bounds = [(max(day_start(one, tz), now), day_start(one + timedelta(days=1), tz)) for one in days]
        with house.store.read() as tx:
            reasons = [*put_off_messages(tx, mode, now), *held_decisions(tx, now)]
            due = deadlines_between(tx, bounds)
        return Coming(
            tuple(_waits(reasons)),
            tuple(DueDay(day, found) for day, found in zip(days, due, strict=True) if found is not None),
        )

    return memory.get(COMING, look, now, fresh)


def remembered_backlog(house: House, memory: Memory, now: datetime, fresh: timedelta) -> Kept[Backlog]:
    """What is owed by SKU, no older than `fresh`."""

    def look() -> Backlog:
        step = timedelta(days=TREND_DAYS / (TREND_POINTS - 1))
        moments = [now - step * i for i in reversed(range(TREND_POINTS))]
        with house.store.read() as tx:
            tx.spread_out()
            return backlog(tx, moments, local_day(now, house.judging.policy.timezone), now, SKUS)

    return memory.get(BACKLOG, look, now, fresh)


def _waits(reasons: list[Reason]) -> Iterator[Waits]:
    by_words: dict[str, Waits] = {}
    for one in reasons:
        why = because(one.reason) if one.reason else "its time has not come"
        known = by_words.get(why, Waits(0, why, None))
        until = min((at for at in (known.until, one.until) if at is not None), default=None)
        least = known.least or one.many >= LOOKED_AT
        by_words[why] = Waits(known.number + one.many, why, until, least)
    yield from sorted(by_words.values(), key=lambda one: -one.number)


def _needs(seen: Glance, due: Sequence[DueDay], now: datetime) -> Iterator[Need]:
    """What is wrong first, then what merely waits for somebody."""
    told = set()
    for one in troubles(seen):
        told.add(one.about)
        yield Need(one.about, one.number, f"{one.what}.", grave=True, remedy=one.remedy)
    found = seen.outbox
    quiet = {
        About.REPLY: (
            found.replies.count,
            "customer's reply waits for a person",
            "customers' replies wait for a person",
        ),
        About.ACTION: (found.actions.count, "action is asked for and not done", "actions are asked for and not done"),
        About.UNKNOWN: (
            found.count(MessageState.UNKNOWN),
            "message may have gone, nobody knows",
            "messages may have gone, nobody knows",
        ),
    }
    for about, (number, one_word, many) in quiet.items():
        if number and about not in told:
            yield Need(about, number, f"{one_word if number == 1 else many}.")
    for held in found.withholding:
        if not held.by_law:
            yield Need(About.RUN, held.customers, f"{withheld_words(held.run, held.customers, held.by_law)}.")
    nearest = pressing(due)
    if nearest is not None and nearest.due.first is not None:
        yield Need("deadline", nearest.due.owed, _deadline(nearest.due.owed, nearest.due.first - now))
    for words in seen.paused:
        yield Need("pause", 0, f"Paused: {words}.")


def _deadline(owed: int, ahead: timedelta) -> str:
    one = "order line is still to be told of its delay by law"
    many = "order lines are still to be told of their delay by law, the first"
    return f"{one if owed == 1 else many} within {span(ahead)}."


def pressing(due: Sequence[DueDay]) -> DueDay | None:
    """The first day on which a line is still to be told; None where all are told."""
    return next((one for one in due if one.due.owed), None)
