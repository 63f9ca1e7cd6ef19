"""When the law lets a text arrive, by state and country, as a table (RULES S8). Colour: pure. Called by clocks.

A shop can tighten these hours by [policy] text_from and its like, never loosen them. An area is an ISO 3166-2 code like
US-FL, a country, or nothing at all where nobody knows.
"""

from dataclasses import dataclass
from datetime import time
from functools import lru_cache

from notifier.policy.figures import TEXT_WEEK, Week, Window, every_day
from notifier.policy.subdivisions import US

VERSION = "2026-11"
"""When the rows were last gathered."""


@dataclass(frozen=True, slots=True)
class TextHours:
    """The hours of one area, with the rule behind them; `area` is empty for the window that holds everywhere."""

    area: str
    week: Week
    source: str
    rule: str = "S8"


def _hours(opens: int, closes: int) -> Window:
    return Window(time(opens), time(closes))


_EIGHT_TO_EIGHT = every_day(_hours(8, 20))
_STATE = "state law"

ROWS: tuple[TextHours, ...] = (
    TextHours("", TEXT_WEEK, "our own default"),
    TextHours("US", every_day(_hours(8, 21)), "47 CFR 64.1200(c)(1)"),
    TextHours("US-CT", every_day(_hours(9, 20)), _STATE),
    TextHours("US-FL", _EIGHT_TO_EIGHT, _STATE),
    TextHours("US-MD", _EIGHT_TO_EIGHT, _STATE),
    TextHours("US-MS", _EIGHT_TO_EIGHT, _STATE),
    TextHours("US-NJ", _EIGHT_TO_EIGHT, _STATE),
    TextHours("US-OK", _EIGHT_TO_EIGHT, _STATE),
    TextHours("US-RI", (_hours(9, 18),) * 5 + (_hours(10, 17),) * 2, _STATE),
    TextHours("US-TX", (_hours(9, 21),) * 6 + (_hours(12, 21),), _STATE),
    TextHours("US-WA", _EIGHT_TO_EIGHT, _STATE),
)
"""Every row that holds for a recipient is kept at once: the narrowest wins. Federal hours hold in all states."""


def holds_for(row: TextHours, area: str) -> bool:
    """Whether `row` binds a text into `area`. An unknown state of the United States, or an unknown area: every row.

    That costs such a customer the evening after 18:00, and all but 10 to 17 of Saturday and 12 to 17 of Sunday, because
    she may be in Rhode Island; a region or a postal code in the shop's records buys them back.
    """
    if row.area in ("", area) or area == "":
        return True
    if area == US:
        return row.area.startswith(f"{US}-")
    return row.area == US and area.startswith(f"{US}-")


@lru_cache(maxsize=1024)
def text_week(area: str, shop: Week) -> Week:
    """The hours in which a text may reach `area`: the shop's own `shop`, narrowed by every row that holds there."""
    week = shop
    for row in ROWS:
        if holds_for(row, area):
            week = both(week, row.week)
    return week


def both(one: Week, other: Week) -> Week:
    """The hours that lie in both weeks; a day on which they have none in common is closed."""
    return tuple(_common(a, b) for a, b in zip(one, other, strict=True))


def _common(one: Window | None, other: Window | None) -> Window | None:
    if one is None or other is None:
        return None
    opens, closes = max(one.opens, other.opens), min(one.closes, other.closes)
    return Window(opens, closes) if opens < closes else None
