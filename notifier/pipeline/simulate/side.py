"""One side of a comparison: what was, or would be, said on each day. Colour: root. Made by replay and record."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from notifier.queries.sent import LineTold
from notifier.terms.time import local_day

Telling = tuple[str, str, str, str, str, str, str]
"""Brand, customer, order, line, purpose, channel, occasion: what a customer is told of a line at most once."""


def _by_day() -> dict[date, set[int]]:
    return defaultdict(set)


@dataclass(slots=True)
class Side:
    """What one policy, or the shop's own log, says to whom.

    `capped`: customers whom a cap held, by the shop's day. `lapsed`: lines whose legal deadline passed, None where
    nobody can tell; `lapsed_before`: those that were late before the first look. `segments` are billed parts of texts;
    `unmeasured` texts could not be measured.
    """

    name: str
    tz: ZoneInfo
    told: Sequence[LineTold] = ()
    capped: dict[date, set[int]] = field(default_factory=_by_day)
    lapsed: set[int] | None = None
    lapsed_before: frozenset[int] = frozenset()
    segments: int = 0
    unmeasured: int = 0
    withdrawn: int = 0
    held: int = 0

    def note_lapsed(self, lines: set[int]) -> None:
        """Take in the lines whose time is found to be up at a look; those of the first look were late before."""
        if self.lapsed is None:
            self.lapsed, self.lapsed_before = set(), frozenset(lines)
        self.lapsed |= lines - self.lapsed_before

    def messages(self) -> Counter[tuple[date, str, str]]:
        """Messages by the shop's day, purpose and channel."""
        seen = {one.message: (local_day(one.at, self.tz), one.purpose, one.channel.value) for one in self.told}
        return Counter(seen.values())

    def by_day(self) -> Counter[date]:
        """Messages by the shop's day."""
        days: Counter[date] = Counter()
        for (day, _, _), count in self.messages().items():
            days[day] += count
        return days

    def tellings(self) -> dict[Telling, date]:
        """The day on which each customer first hears each thing."""
        found: dict[Telling, date] = {}
        for one in self.told:
            key = one.brand, one.customer, one.order, one.line, one.purpose, one.channel.value, one.occasion
            found.setdefault(key, local_day(one.at, self.tz))
        return found

    def as_json(self) -> dict[str, Any]:
        """Everything that is counted; days are plain, in the shop's zone."""
        messages = self.messages()
        purposes: dict[str, Counter[str]] = defaultdict(Counter)
        for (_, purpose, channel), count in messages.items():
            purposes[purpose][channel] += count
        return {
            "name": self.name,
            "messages": messages.total(),
            "customers": len({(one.brand, one.customer) for one in self.told}),
            "by_purpose": {name: dict(sorted(purposes[name].items())) for name in sorted(purposes)},
            "by_day": [
                {"day": day.isoformat(), "purpose": purpose, "channel": channel, "messages": count}
                for (day, purpose, channel), count in sorted(messages.items())
            ],
            "capped_customers": len(set().union(*self.capped.values())),
            "capped_by_day": {day.isoformat(): len(who) for day, who in sorted(self.capped.items())},
            "deadlines_missed": None if self.lapsed is None else len(self.lapsed),
            "text_segments": self.segments,
            "texts_not_measured": self.unmeasured,
            "withdrawn": self.withdrawn,
            "held": self.held,
        }


def merged(parts: Sequence[Side]) -> Side:
    """One side of the parts of it that were replayed apart; no customer is in two of them."""
    whole = Side(parts[0].name, parts[0].tz, lapsed=set())
    told: list[LineTold] = []
    for number, part in enumerate(parts):
        # each part counts its messages from one
        told += [replace(one, message=one.message * len(parts) + number) for one in part.told]
        for day, customers in part.capped.items():
            whole.capped[day] |= customers
        whole.lapsed = (whole.lapsed or set()) | (part.lapsed or set())
        for name in ("segments", "unmeasured", "withdrawn", "held"):
            setattr(whole, name, getattr(whole, name) + getattr(part, name))
    whole.told = sorted(told, key=lambda one: (one.at, one.message))
    return whole
