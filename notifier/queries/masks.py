"""Addresses as a person may see them in lists and errors: recognisable, never whole. Colour: store.

Used by queries, and by pipeline and cli for what somebody typed.
"""

import re

_NUMBER = re.compile(r"(tel)?\d{7}")
"""How a phone number begins, once all but letters and digits is left out."""


def masked(address: str | None) -> str:
    """`a***@example.com` for an email address, `+44***23` for an E.164 number; "" for an erased one (None)."""
    if not address:
        return ""
    local, at, domain = address.rpartition("@")
    if at:
        return f"{local[:1]}***@{domain}"
    return f"{address[:3]}***{address[-2:]}"


def masked_if_address(typed: str) -> str:
    """What was typed as a shop's id of a customer, as an error may repeat it: masked where it could be an address.

    Seven digits and more could be a phone number, and are masked although some shops count their customers so far.
    """
    bare = "".join(letter for letter in typed.casefold() if letter.isalnum())
    return masked(typed) if "@" in typed or _NUMBER.match(bare) else typed


def shown(customer: str) -> str:
    """A shop's id of a customer as lists and emails to the team show it: some shops take the address for one."""
    return masked(customer) if "@" in customer or customer.startswith("+") else customer
