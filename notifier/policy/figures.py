"""Every number and list of the policy, as values. Colour: pure. Built by app from settings, read by all of policy.

A figure of an occasion is looked up in three places: the shop's word for the purpose, purpose.toml, the default here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from notifier.policy.delay_figures import DelayFigures
from notifier.terms.facts import CustomerFacts, LineFacts
from notifier.terms.law import EU_AND_UK
from notifier.terms.pause import Pause
from notifier.terms.purpose import Purpose
from notifier.terms.words import Channel, MessageClass


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `count` messages in any `period`, for each customer and for each address, within one brand.

    `channel`, `message_class` and `brand` narrow what is counted and what is stopped (None, "": all of them; each
    brand counts for itself). `law` is the RULES id of a cap that no shop may loosen: it counts texts on one order.
    Raises ValueError for a cap that would stop everything.
    """

    count: int
    period: timedelta
    channel: Channel | None = None
    message_class: MessageClass | None = None
    brand: str = ""
    law: str = ""

    def __post_init__(self) -> None:
        if self.count < 1 or self.period <= timedelta(0):
            raise ValueError(
                f"a cap of {self.count} in {self.period} would stop every message; use 1 or more in a period"
            )


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of one day in which writing is allowed, in wall time; `closes` is the first moment no longer allowed."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError(f"a window must open before it closes, not {self.opens} to {self.closes}")


Week = tuple[Window | None, ...]
"""One window for each day, Monday first; None is a day on which nothing may be sent."""


def every_day(window: Window) -> Week:
    """The same window on all seven days."""
    return (window,) * 7


EMAIL_WEEK = every_day(Window(time(8), time(20)))
TEXT_DAY, TEXT_SUNDAY = Window(time(9), time(20)), Window(time(12), time(20))
TEXT_WEEK: Week = (*(TEXT_DAY,) * 6, TEXT_SUNDAY)
"""RULES S8, the default window; text_hours has the narrower rows of single states."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Default numbers of the occasions, in days and counts; the names are those of `[figures]` in a purpose.toml."""

    max_age_days: int = 3
    min_days: int = 3
    every_days: int = 14
    days_before: int = 5
    most_without_news: int = 3
    after_days: int = 21


@dataclass(frozen=True, slots=True)
class Texting:
    """Whether texts go out at all, to which ISO countries, and in which hours."""

    on: bool = False
    countries: frozenset[str] = frozenset()
    week: Week = TEXT_WEEK


@dataclass(frozen=True, slots=True)
class Rewards:
    """`on` once the shop has set an amount; `per_year` is the limit of codes for one customer in a calendar year."""

    on: bool = False
    per_year: int = 1


@dataclass(frozen=True, slots=True)
class BrandFigures:
    """Where a brand is at home: its zone (for email to somebody whose zone is unknown) and its locale."""

    timezone: ZoneInfo
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class Policy:
    """All that a shop may set about when and how it writes.

    `timezone` is the shop's: promises and ETAs are days in it. `set_by_shop` holds, by purpose name, the figures that
    settings.toml sets; they win over purpose.toml. `marketplaces` are sales channels (any case) that own their
    customers; only those also in `marketplaces_enabled` are written to, never with marketing (RULES E7). `delay`
    are the figures of the law on delays; None: no such law.
    `soft_opt_in`: marketing email without a word of consent, where the law of the country allows it after a sale.
    `paused` is what a person has stopped, read from the database for each run.
    """

    timezone: ZoneInfo
    locale: str = "en"
    country: str = ""
    brands: Mapping[str, BrandFigures] = field(default_factory=dict)
    figures: Figures = Figures()
    set_by_shop: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    caps: tuple[Cap, ...] = ()
    email_week: Week = EMAIL_WEEK
    offers_on_holidays: bool = False
    texting: Texting = Texting()
    rewards: Rewards = Rewards()
    marketplaces: frozenset[str] = frozenset()
    marketplaces_enabled: frozenset[str] = frozenset()
    no_alternatives: frozenset[str] = EU_AND_UK
    delay: DelayFigures | None = None
    soft_opt_in: bool = False
    paused: tuple[Pause, ...] = ()

    def brand(self, key: str) -> BrandFigures:
        """The figures of the brand `key`, else the shop's own."""
        return self.brands.get(key) or BrandFigures(self.timezone, self.locale)


def figure(name: str, purpose: Purpose, policy: Policy) -> int:
    """The number `name` (a field of Figures) for `purpose`: the shop's, else purpose.toml's, else the default."""
    for said in (policy.set_by_shop.get(purpose.name, {}), purpose.figures):
        if name in said:
            return said[name]
    default: int = getattr(policy.figures, name)
    return default


def alternatives_allowed(line: LineFacts, customer: CustomerFacts, purpose: Purpose, policy: Policy) -> bool:
    """Whether the message may name stand-ins; where not, a neutral line leads to the page (RULES U2, F12).

    An unknown country is treated like the strictest one.
    """
    country = line.country or customer.country or policy.country
    neutral = purpose.message_class is MessageClass.REQUIRED or not country or country.upper() in policy.no_alternatives
    return purpose.offers_alternatives and not neutral
