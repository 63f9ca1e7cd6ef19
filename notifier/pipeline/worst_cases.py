"""The open backorders that are hardest on a template, found by looking at all of them. Colour: root.

Called by the console's editor, and by pipeline.backorder_check, which tries them first.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from notifier.pipeline.customer_facts import with_every_line
from notifier.pipeline.house import House
from notifier.store.backlog import OpenLine, open_lines
from notifier.store.engine import Transaction

LOOKED_AT = 50_000
"""Open lines that are looked at, the newest: about a second of work."""

TRIED = 20
"""Lines for which the shop names no date, until one is found for which supply names none either."""


class Hardship(StrEnum):
    """What makes an order hard on a template."""

    LONGEST_NAME = "longest_name"
    LONGEST_PRODUCT = "longest_product"
    MOST_LINES = "most_lines"
    NO_DATE = "no_date"
    RIGHT_TO_LEFT = "right_to_left"
    NO_PHONE = "no_phone"
    DEAREST_TEXT = "dearest_text"

    @property
    def words(self) -> str:
        """For a person, like `the longest product name`."""
        return _WORDS[self]


_WORDS: Mapping[Hardship, str] = MappingProxyType(
    {
        Hardship.LONGEST_NAME: "the longest customer's name",
        Hardship.LONGEST_PRODUCT: "the longest product name",
        Hardship.MOST_LINES: "the most lines",
        Hardship.NO_DATE: "no date at all",
        Hardship.RIGHT_TO_LEFT: "a name written from right to left",
        Hardship.NO_PHONE: "no phone number",
        Hardship.DEAREST_TEXT: "a product name that makes a text dear",
    }
)


@dataclass(frozen=True, slots=True)
class HardCase:
    """One order, by the shop's number and its brand, and why it is hard. `detail` is that in figures, or empty."""

    why: Hardship
    order: str
    brand: str
    customer_id: int
    detail: str = ""


def worst_cases(house: House, now: datetime, most: int = LOOKED_AT) -> list[HardCase]:
    """The hardest open order of each kind that there is, among the newest `most` open lines at `now` (UTC)."""
    found = Hardest()
    with house.store.read() as tx:
        for line in open_lines(tx, now, most):
            found.see(line)
        undated = next(iter(_undated(tx, house, found.without_date, now)), None)
    cases = found.cases()
    return [*cases, HardCase(Hardship.NO_DATE, *_named(undated))] if undated else cases


def _right_to_left(text: str) -> bool:
    return not text.isascii() and any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in text)


_SCORES: Mapping[Hardship, Callable[[OpenLine], int]] = MappingProxyType(
    {
        Hardship.LONGEST_NAME: lambda line: len(line.name),
        Hardship.LONGEST_PRODUCT: lambda line: len(line.product),
        Hardship.RIGHT_TO_LEFT: lambda line: _right_to_left(f"{line.name}{line.product}"),
        Hardship.NO_PHONE: lambda line: not line.has_phone,
        Hardship.DEAREST_TEXT: lambda line: 0 if line.product.isascii() else len(line.product) * line.has_phone,
    }
)
"""How hard a line is; 0: not at all."""

_LENGTHS = (Hardship.LONGEST_NAME, Hardship.LONGEST_PRODUCT, Hardship.DEAREST_TEXT)


@dataclass(slots=True)
class Hardest:
    """The hardest of the lines seen so far, and the first TRIED of those for which the shop names no date."""

    best: dict[Hardship, tuple[int, OpenLine]] = field(default_factory=dict)
    without_date: list[OpenLine] = field(default_factory=list)
    _lines: Counter[tuple[int, str, str]] = field(default_factory=Counter)

    def see(self, line: OpenLine) -> None:
        """Take a line into account."""
        for why, score in _SCORES.items():
            hard = score(line)
            if hard and hard > self.best.get(why, (0, line))[0]:
                self.best[why] = (hard, line)
        self._lines[line.customer_id, line.order, line.brand] += 1
        if not line.has_date and len(self.without_date) < TRIED:
            self.without_date.append(line)

    def cases(self) -> list[HardCase]:
        """All that were found, in the order of Hardship; dates are for whoever can read facts."""
        found = {
            why: HardCase(why, *_named(line), f"{hard} characters" if why in _LENGTHS else "")
            for why, (hard, line) in self.best.items()
        }
        for (customer_id, order, brand), count in self._lines.most_common(1):
            found[Hardship.MOST_LINES] = HardCase(Hardship.MOST_LINES, order, brand, customer_id, f"{count} lines")
        return [found[why] for why in Hardship if why in found]


def _named(line: OpenLine) -> tuple[str, str, int]:
    return line.order, line.brand, line.customer_id


def _undated(tx: Transaction, house: House, lines: Sequence[OpenLine], now: datetime) -> Iterable[OpenLine]:
    """Those whose orders have an open line without any forecast."""
    ids = sorted({line.customer_id for line in lines})
    customers = with_every_line(tx, house, ids, now) if ids else []
    dateless = {
        (customer.id, line.order) for customer in customers for line in customer.lines if line.forecast.eta is None
    }
    return [line for line in lines if (line.customer_id, line.order) in dateless]
