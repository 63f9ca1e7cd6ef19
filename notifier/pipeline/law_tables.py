"""The law's own tables as rows for people: what no setting of a shop loosens. Colour: root. Used by policy_table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from types import MappingProxyType

from notifier.policy import consent_by_country, text_hours
from notifier.policy.caps import STATE_CAPS
from notifier.policy.consent_by_country import ALWAYS, ELSEWHERE, REGIMES, Regime
from notifier.policy.delay_rule import RULE_SETS
from notifier.policy.figures import Week
from notifier.terms.law import Jurisdiction

_DELAYS: Mapping[Jurisdiction, tuple[str, str]] = MappingProxyType(
    {
        Jurisdiction.US_435: (
            "F1 to F14",
            "an option notice by the promised day; its kind says what silence means",
        ),
        Jurisdiction.EU: ("U1", "a new date needs agreement, silence is none; the right to cancel and be refunded"),
        Jurisdiction.NONE: ("U7", "a broken promise is told once, plainly; silence neither agrees nor cancels"),
    }
)
_CAPS: Mapping[str, str] = MappingProxyType({"FL": "Fla. Stat. 501.616(6)(b)", "OK": "15 Okla. Stat. 775C.4"})
"""The source of each state's cap."""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class LawRow:
    """What one row of a table says. `where` is a jurisdiction, an area or countries; `rule` the id in RULES.md."""

    about: str
    where: str
    says: str
    rule: str
    version: str
    source: str


def law_rows() -> Iterator[LawRow]:
    """Delays, then the hours of texts, then how many, then consent."""
    for law, told in RULE_SETS.items():
        rule, says = _DELAYS[law]
        yield LawRow("delays", law.value, says, rule, told.version, told.source)
    for row in text_hours.ROWS:
        version = text_hours.VERSION
        yield LawRow("hours of texts", row.area or "everywhere", _week(row.week), row.rule, version, row.source)
    for state, cap in STATE_CAPS.items():
        says = f"at most {cap.count} in {cap.period // timedelta(hours=1)} hours about one order"
        yield LawRow("number of texts", f"US-{state}", says, cap.law, text_hours.VERSION, _CAPS[state])
    for regime in dict.fromkeys([*REGIMES.values(), ELSEWHERE]):
        countries = " ".join(sorted(country for country, one in REGIMES.items() if one is regime)) or "elsewhere"
        says, version = _consent(regime), consent_by_country.VERSION
        yield LawRow("marketing", countries, says, regime.rule, version, regime.source)


def _week(week: Week) -> str:
    """`Mon to Fri 09:00 to 18:00, Sat to Sun 10:00 to 17:00`."""
    parts = []
    for window, days in groupby(range(7), key=lambda day: week[day]):
        first, *rest = list(days)
        named = _DAYS[first] + (f" to {_DAYS[rest[-1]]}" if rest else "")
        hours = f"{window.opens:%H:%M} to {window.closes:%H:%M}" if window else "never"
        parts.append(f"{named} {hours}")
    return ", ".join(parts)


def _consent(regime: Regime) -> str:
    words = "a consent, for a text with its wording and source" if regime.written_texts else "a consent"
    if regime.after_sale is None:
        return words
    limit = "" if regime.after_sale == ALWAYS else f" within {regime.after_sale.days} days"
    return f"{words}; with soft_opt_in, email{limit} after a sale until the customer objects"
