"""Which text of the law each rule set follows. Colour: pure. Called by pipeline's check."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from notifier.terms.law import Jurisdiction


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
