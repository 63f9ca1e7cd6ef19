"""What the law of each country asks before advertising is sent, as data. Colour: pure. Read by consents.

Facts of November 2026; RULES.md names the sources. A shop may ask for more, never for less.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from notifier.terms.facts import CustomerFacts
from notifier.terms.law import EU_AND_UK

VERSION = "2026-11"


@dataclass(frozen=True, slots=True)
class Regime:
    """What advertising needs in a country.

    `written_texts`: a marketing text needs a consent with its wording and its source kept (RULES S1). `after_sale`:
    for how long after a purchase marketing email may go without one, where the shop has chosen so (`soft_opt_in`) and
    the customer has not objected; None: never. `confirmed`: consent must be proven to be the address's owner's own, as
    by its confirmation (double opt-in). `rule` is the RULES id, `source` the law behind it.
    """

    rule: str
    source: str
    written_texts: bool = False
    after_sale: timedelta | None = None
    confirmed: bool = False


ALWAYS = timedelta(days=36_500)
TWO_YEARS = timedelta(days=730)
"""The shorter reading of "two years": without a leap day."""

UNITED_STATES = Regime("E2", "15 U.S.C. 7704 (CAN-SPAM); for texts 47 CFR 64.1200", True, ALWAYS)
UNITED_KINGDOM = Regime("U3", "PECR 2003 reg. 22(3)", after_sale=ALWAYS)
EUROPEAN_UNION = Regime("U3", "Directive 2002/58/EC art. 13(2)", after_sale=ALWAYS)
CANADA = Regime("U5", "CASL, S.C. 2010 c. 23, s. 10(9) and (10)", after_sale=TWO_YEARS)
BY_CONFIRMATION = Regime(
    "U3", "Directive 2002/58/EC art. 13(2); BGH, 10 February 2011, I ZR 164/09", after_sale=ALWAYS, confirmed=True
)
"""Where courts hold a consent for proven only that was confirmed from the address: Germany, and Austria after it."""
ELSEWHERE = Regime("U3", "the strictest of the above: only with a word of consent", written_texts=True, confirmed=True)
"""Of a country that is not listed, or not known, the strictest is expected."""

REGIMES: Mapping[str, Regime] = MappingProxyType(
    dict.fromkeys(sorted(EU_AND_UK), EUROPEAN_UNION)
    | dict.fromkeys(("AT", "DE"), BY_CONFIRMATION)
    | {"US": UNITED_STATES, "GB": UNITED_KINGDOM, "CA": CANADA}
)
"""By ISO country."""


def strictest(regimes: Iterable[Regime]) -> Regime:
    """One regime that keeps all of `regimes`; with none, that of an unknown country."""
    found = list(regimes)
    if not found:
        return ELSEWHERE
    tight = min(found, key=lambda one: one.after_sale or timedelta(0))
    written = any(one.written_texts for one in found)
    return Regime(tight.rule, tight.source, written, tight.after_sale, any(one.confirmed for one in found))


def regime_of(customer: CustomerFacts, countries: Iterable[str]) -> Regime:
    """The regime for a message to `customer`; `countries` (ISO) are those of the orders, and of the number of a text.

    Where they are several, all must allow it; "" stands for nothing known.
    """
    named = {one.upper() for one in (customer.country, *countries) if one}
    return strictest(REGIMES.get(one, ELSEWHERE) for one in sorted(named))
