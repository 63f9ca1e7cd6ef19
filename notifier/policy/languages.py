"""Which locale a line is written in. Colour: pure. Called by decide and by what answers."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError

from notifier.policy.figures import Policy
from notifier.terms.facts import CustomerFacts, LineFacts


def locale_of(line: LineFacts, customer: CustomerFacts, policy: Policy) -> str:
    """A BCP 47 tag: the order's, else the customer's, else the country's main language, else the brand's."""
    said = line.locale or customer.locale
    if said:
        return said.replace("_", "-")
    return language_of(line.country or customer.country) or policy.brand(customer.brand).locale


def own_locale(customer: CustomerFacts | None, brand: str, policy: Policy) -> str:
    """As `locale_of`, for what hangs on no order; the brand's for somebody unknown."""
    said = customer.locale.replace("_", "-") if customer else ""
    return said or (language_of(customer.country) if customer else "") or policy.brand(brand).locale


@lru_cache(maxsize=512)
def language_of(country: str) -> str:
    """The language most likely read in an ISO country, with the country, by CLDR's likely subtags: US is en-US.

    "" for a country that is unknown.
    """
    if not country:
        return ""
    try:
        likely = Locale.parse(f"und_{country.upper()}")
    except (ValueError, UnknownLocaleError):
        return ""
    return f"{likely.language}-{likely.territory}"
