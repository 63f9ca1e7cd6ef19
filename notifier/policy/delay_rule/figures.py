"""The numbers of the delay rule, and which text of the law each rule set follows. Colour: pure. Built by app."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from notifier.terms.law import Jurisdiction


@dataclass(frozen=True, slots=True)
class DelayFigures:
    """What a shop may set. Days are calendar days; `country` is the shop's ISO country, for its working days (F8).

    A line without a date counts as unable `decide_days` before its limit, never later than `lead_days` before it; an
    owed notice waits `settle` after the dates last moved, but not beyond `lead_days` before its deadline. Raises
    ValueError for a negative figure.
    """

    timezone: ZoneInfo
    country: str
    decide_days: int = 7
    lead_days: int = 3
    settle: timedelta = timedelta(0)
    handling_days: int = 1
    transit_days: int = 3

    def __post_init__(self) -> None:
        for name in ("decide_days", "lead_days", "handling_days", "transit_days"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} is {getattr(self, name)}; use 0 or more")
        if self.settle < timedelta(0):
            raise ValueError(f"settle is {self.settle}; use 0 or more")


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One law as this package knows it: `version` is the month in which the text was read, `source` its name."""

    version: str
    source: str


RULE_SETS: Mapping[Jurisdiction, RuleSet] = MappingProxyType(
    {
        Jurisdiction.US_435: RuleSet(
            "2026-11", "16 CFR part 435 (Mail, Internet, or Telephone Order Merchandise), and the FTC's Business Guide"
        ),
        Jurisdiction.EU: RuleSet(
            "2026-11", "Directive 2011/83/EU art. 18; United Kingdom: Consumer Rights Act 2015 s. 28"
        ),
        Jurisdiction.NONE: RuleSet("2026-11", "no law on delays: RULES U7"),
    }
)
