"""Days, hours, orders, channels and occasions as a support person reads them aloud. Colour: root.

Used by pipeline.narration and the console.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from notifier.pipeline.reasons import purpose_words
from notifier.queries.stories import DecidedLine
from notifier.terms.decision import PROMISE, TOLD
from notifier.terms.time import local_day
from notifier.terms.words import Channel

MOST_NAMED = 5
"""So many orders or days are named one by one; the rest is counted."""

NO_DATE = "no date"

PROVIDER = {Channel.EMAIL.value: "the mail server", Channel.SMS.value: "the text message provider"}

_KINDS = {
    "half:": "half of the wait was over",
    "before:": "the expected day was near",
    "wait:": "it was time for news, although no date is known",
    "new": "the goods are on backorder and the customer had not been told",
    "reward": "the customer has had a long wait",
    "cancelled": "the order line was cancelled",
    "shipped": "the delayed goods have left",
    "reply:": "the customer had written",
}
_NEWS = {
    "eta_change": "the expected date is another one than the customer was last told",
    "ready": "the goods are in stock now",
}


@dataclass(frozen=True, slots=True)
class WallClock:
    """The shop's wall clock."""

    tz: ZoneInfo

    def day_of(self, moment: datetime) -> date:
        """The shop's day."""
        return local_day(moment, self.tz)

    def at(self, moment: datetime) -> str:
        """`12 June 1998 at 15:00`."""
        return f"{written(self.day_of(moment))} at {self.hour(moment)}"

    def hour(self, moment: datetime) -> str:
        """`15:00`."""
        return f"{moment.astimezone(self.tz):%H:%M}"

    def then(self, moment: datetime, before: datetime) -> str:
        """The hour alone where `moment` falls on the day of `before`, else the day with it."""
        same = self.day_of(moment) == self.day_of(before)
        return f"at {self.hour(moment)}" if same else f"on {self.at(moment)}"


def written(day: date, near: date | None = None) -> str:
    """`20 May 1998`; without the year where `near` is in the same one."""
    short = f"{day.day} {day:%B}"
    return short if near is not None and near.year == day.year else f"{short} {day.year}"


def span(first: date | None, last: date | None, near: date) -> str:
    """A range of ship dates; the word for none where both are None."""
    if last is None:
        return NO_DATE
    if first is None or first == last:
        return written(last, near)
    return f"{written(first, near)} to {written(last, near)}"


def listed(words: Sequence[str], rest: str = "more") -> str:
    """`a, b and c`; of many words the first ones, and how many are left."""
    named = list(words[:MOST_NAMED])
    if len(words) > MOST_NAMED:
        named.append(f"{len(words) - MOST_NAMED} {rest}")
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"


def way(channel: str) -> str:
    """How people call a channel: `email`, `text`."""
    return "text" if channel == Channel.SMS else channel


def kind_of_message(purpose: str, channel: str) -> str:
    """`a delay email`, `an order text`."""
    words = f"{purpose_words(purpose)} {way(channel)}"
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def orders_of(orders: Iterable[str]) -> str:
    """The orders with their counts of lines, one entry of `orders` a line: `order 11008 (3 lines)`."""
    counts = Counter(orders)
    named = [f"{order} ({count} line{'s' if count > 1 else ''})" for order, count in counts.items()]
    if not named:
        return "no order line any more"
    return f"order{'s' if len(named) > 1 else ''} {listed(named, 'more orders')}"


def why_due(lines: Sequence[DecidedLine], purpose: str, today: date) -> str:
    """What made the lines due on the shop's day `today`; "" for an occasion that has no words here."""
    clauses = []
    promised = {one.occasion.removeprefix(PROMISE) for one in lines if one.occasion.startswith(PROMISE)}
    days = sorted(date.fromisoformat(day) for day in promised)
    clauses += _promises([day for day in days if day < today], today, ("was over", "were over"))
    clauses += _promises([day for day in days if day >= today], today, ("cannot be kept", "cannot be kept"))
    for line in lines:
        words = _NEWS.get(purpose, "") if line.occasion.startswith(TOLD) else _kind(line.occasion)
        if words and words not in clauses:
            clauses.append(words)
    return "; ".join(clauses)


def _promises(days: Sequence[date], today: date, verbs: tuple[str, str]) -> list[str]:
    if not days:
        return []
    named = listed([written(day, today) for day in days])
    return [f"the promised day, {named}, {verbs[0]}" if len(days) == 1 else f"the promised days, {named}, {verbs[1]}"]


def _kind(occasion: str) -> str:
    return next((words for prefix, words in _KINDS.items() if occasion.startswith(prefix)), "")
