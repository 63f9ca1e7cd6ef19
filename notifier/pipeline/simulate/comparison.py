"""Two sides held against each other: who would gain or lose which message. Colour: root. Called by simulate and cli."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from notifier.pipeline.simulate.clock import Window
from notifier.pipeline.simulate.side import Side, Telling

LOST, GAINED, MOVED = "lost", "gained", "moved"


@dataclass(frozen=True, slots=True)
class Difference:
    """One customer's news of one order that only one side tells, or each on another day.

    `before` is the day on the first side (None: not told there), `after` on the second. `lines` are line keys.
    """

    brand: str
    customer: str
    order: str
    purpose: str
    channel: str
    before: date | None
    after: date | None
    lines: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The object in the lists of `notifier simulate --json`."""
        return {
            "brand": self.brand,
            "customer": self.customer,
            "order": self.order,
            "purpose": self.purpose,
            "channel": self.channel,
            "lines": list(self.lines),
            "day": str(self.before or self.after),
        } | ({"new_day": str(self.after)} if self.before and self.after else {})


@dataclass(frozen=True)
class Comparison:
    """What a replay found. `price` is what a segment costs on each side, 0 where it is unknown."""

    window: Window
    sides: tuple[Side, Side]
    price: tuple[Decimal, Decimal]
    customers: int
    notes: Sequence[str] = field(default_factory=list)

    @cached_property
    def differences(self) -> dict[str, list[Difference]]:
        """Lost, gained and moved ones, by day, customer and order."""
        first, second = (side.tellings() for side in self.sides)
        found: dict[str, dict[Any, list[Telling]]] = {word: defaultdict(list) for word in (LOST, GAINED, MOVED)}
        for told in first.keys() | second.keys():
            before, after = first.get(told), second.get(told)
            if before != after:
                word = LOST if after is None else GAINED if before is None else MOVED
                found[word][(told[:3], told[4:6], before, after)].append(told)
        return {word: sorted(map(_difference, groups.values(), groups), key=_order) for word, groups in found.items()}

    def costs(self) -> tuple[Decimal | None, Decimal | None]:
        """What the texts of each side cost; None where the price of a segment is unknown."""
        first, second = (
            price * side.segments if price else None for side, price in zip(self.sides, self.price, strict=True)
        )
        return first, second

    def as_json(self) -> dict[str, Any]:
        """The object that `notifier simulate --json` prints."""
        told = [
            side.as_json() | {"text_cost": None if cost is None else format(cost, "f")}
            for side, cost in zip(self.sides, self.costs(), strict=True)
        ]
        return {
            "from": self.window.first.isoformat(),
            "to": self.window.last.isoformat(),
            "customers_replayed": self.customers,
            "before": told[0],
            "after": told[1],
            **{word: [one.as_json() for one in self.differences[word]] for word in (LOST, GAINED, MOVED)},
            "notes": list(self.notes),
        }


def _difference(told: list[Telling], group: Any) -> Difference:
    (brand, customer, order), (purpose, channel), before, after = group
    lines = tuple(sorted({one[3] for one in told}))
    return Difference(brand, customer, order, purpose, channel, before, after, lines)


def _order(one: Difference) -> tuple[Any, ...]:
    return (one.before or one.after, one.customer, one.order, one.purpose, one.channel, str(one.after))
