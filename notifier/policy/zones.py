"""In whose clocks a recipient's day is read. Colour: pure. Called by rules, and by deliver for a text's validity.

RULES S10: the customer's own zone, else those of the phone number written to; with several, all of them must allow.
"""

from zoneinfo import ZoneInfo

from notifier.policy.figures import Policy
from notifier.terms.facts import Address, CustomerFacts
from notifier.terms.time import zone


def text_zones(customer: CustomerFacts, address: Address | None = None) -> tuple[ZoneInfo, ...]:
    """The zones in which a text to `address` must be allowed; empty where nobody knows: it waits (HOSTILE 42).

    Without an address, those of the customer's own phone.
    """
    own = _zones((customer.timezone,)) if customer.timezone else ()
    return own or _zones(address.timezones if address else customer.phone_timezones)


def email_zones(customer: CustomerFacts, policy: Policy) -> tuple[ZoneInfo, ...]:
    """The zones in which an email must be allowed; the brand's own where the customer's is unknown."""
    return text_zones(customer) or (policy.brand(customer.brand).timezone,)


def _zones(names: tuple[str, ...]) -> tuple[ZoneInfo, ...]:
    """All of `names` as zones; none at all where one of them is not known, for that one may be the stricter."""
    try:
        return tuple(zone(name) for name in names)
    except ValueError:
        return ()
