"""Which locale a line is written in. Colour: pure. Called by decide and by what answers."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError

from notifier.policy.figures import Policy
from notifier.terms.facts import CustomerFacts, LineFacts


def locale_of(line: LineFacts, customer: CustomerFacts, policy: Policy) -> str:
    """A BCP 47 tag: the order's, else the customer's, else the country's main language, else the brand's."""
    said, country = line.locale or customer.locale, line.country or customer.country
    return locale_said(said, country, customer.brand, policy)


def locale_said(said: str, country: str, brand: str, policy: Policy) -> str:
    """As `locale_of`, of a locale and a country as they were stored; "" for what nobody said."""
    return said.replace("_", "-") or language_of(country) or policy.brand(brand).locale


def own_locale(customer: CustomerFacts | None, brand: str, policy: Policy) -> str:
    """As `locale_of`, for what hangs on no order; the brand's for somebody unknown."""
    said, country = (customer.locale, customer.country) if customer else ("", "")
    return locale_said(said, country, brand, policy)


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
