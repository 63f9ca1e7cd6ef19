"""Proposed figures tried on past days: what would have been said more, less or later. Colour: root. Called by the web.

The days are lived through twice, by the figures in force and by the proposed ones, in a process apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from notifier.pipeline.apart import Progress
from notifier.pipeline.house import House
from notifier.pipeline.in_force import house_in_force
from notifier.pipeline.judged_by import judged_by
from notifier.pipeline.simulate import Comparison, Question, Rival, simulate
from notifier.pipeline.simulate.comparison import GAINED, LOST, MOVED
from notifier.pipeline.simulate.side import Side
from notifier.settings import Settings

DAYS = (7, 14, 30, 60, 90)
"""How far back one may look at the console; `notifier simulate` knows no such bound."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One number by the figures in force and by the proposed ones; None where nobody can tell."""

    before: int | None
    after: int | None

    @property
    def more(self) -> int:
        """How much more there would have been; less than 0: less."""
        return (self.after or 0) - (self.before or 0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a trial found, over the days `first` to `last` of the shop.

    `by_purpose` are messages by purpose and channel, `by_day` by day. `lost`, `gained`, `moved` are pieces of news that
    only the one side tells, only the other, or each on another day. `capped`: customers whom a cap held. `cost` of the
    texts, None: no price is set.
    """

    first: date
    last: date
    customers: int
    messages: Pair
    written_to: Pair
    by_purpose: Mapping[tuple[str, str], Pair]
    by_day: Sequence[tuple[date, Pair]]
    capped: Pair
    missed: Pair
    lost: int
    gained: int
    moved: int
    cost: tuple[Decimal, Decimal] | None
    notes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Trial:
    """The work: live through these days by the figures in force, and by those of `settings`."""

    settings: Settings
    first: date
    last: date

    def __call__(self, house: House, progress: Progress) -> Outcome:
        """Do it. Raises UsageError as `simulate` does."""
        price = self.settings.sms.price_per_segment
        rival = Rival(judged_by(house_in_force(house), self.settings), "proposed", price)
        return outcome_of(simulate(house, Question(self.first, self.last, price, rival), progress, alone=True))


def outcome_of(found: Comparison) -> Outcome:
    """The numbers of a comparison."""
    first, second = found.sides
    kinds = [_by_kind(side) for side in found.sides]
    days = [side.by_day() for side in found.sides]
    before, after = found.costs()
    sizes = {word: len(found.differences[word]) for word in (LOST, GAINED, MOVED)}
    return Outcome(
        first=found.window.first,
        last=found.window.last,
        customers=found.customers,
        messages=Pair(*(side.messages().total() for side in found.sides)),
        written_to=Pair(*(len({(one.brand, one.customer) for one in side.told}) for side in found.sides)),
        by_purpose={
            kind: Pair(kinds[0].get(kind, 0), kinds[1].get(kind, 0))
            for kind in sorted(kinds[0].keys() | kinds[1].keys())
        },
        by_day=[(day, Pair(days[0][day], days[1][day])) for day in found.window.days()],
        capped=Pair(*(len(set().union(*side.capped.values())) for side in found.sides)),
        missed=Pair(*(None if side.lapsed is None else len(side.lapsed) for side in (first, second))),
        lost=sizes[LOST],
        gained=sizes[GAINED],
        moved=sizes[MOVED],
        cost=None if before is None or after is None else (before, after),
        notes=list(found.notes),
    )


def _by_kind(side: Side) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for (_, purpose, channel), count in side.messages().items():
        found[purpose, channel] = found.get((purpose, channel), 0) + count
    return found
