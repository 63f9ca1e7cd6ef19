"""In which US state with a law of its own on texts a recipient is known to be. Colour: pure. Called by caps.

Known by the customer's region or by the postal code; where both are silent, no state is guessed (RULES S9).
"""

import re

from notifier.terms.facts import Address, CustomerFacts

_NAMES = {"FLORIDA": "FL", "OKLAHOMA": "OK"}
_ZIPS = {
    "FL": re.compile(r"(32\d|33\d|34[1-9])\d\d(-?\d{4})?"),
    "OK": re.compile(r"(73[0-24-9]|74\d)\d\d(-?\d{4})?"),
}
"""Three-digit ZIP prefixes of the US Postal Service; 733 is Austin, Texas, and 340 the armed forces."""


def known_states(customer: CustomerFacts, address: Address | None) -> frozenset[str]:
    """FL or OK where the customer is known to be there; both where region and postal code disagree; else nothing.

    A customer without a country is taken for one of the United States where the number is.
    """
    country = customer.country.upper() or (address.region if address else "")
    if country != "US":
        return frozenset()
    said = customer.region.strip().upper().removeprefix("US-")
    code = customer.postal_code.strip()
    by_code = {state for state, zips in _ZIPS.items() if zips.fullmatch(code)}
    return frozenset(by_code | ({_NAMES.get(said, said)} & _ZIPS.keys()))
