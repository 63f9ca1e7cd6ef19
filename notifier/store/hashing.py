"""Keyed hashes that outlive what they were made of (RULES.md U4). Colour: store.

Called by records/, consent, persons and pipeline with the shop's own secret.
"""

import hmac
from hashlib import sha256


def address_hash(key: bytes, channel: str, value: str) -> str:
    """HMAC-SHA-256 in hex of a normalised address (lower-case email, E.164 number) on its channel."""
    return hmac.new(key, f"{channel}:{value}".encode(), sha256).hexdigest()


def is_address(customer: str) -> bool:
    """Whether a shop's id of a customer is itself an email address or a phone number, and so personal."""
    return "@" in customer or (customer.startswith("+") and customer[1:].isdigit())


def erased_key(key: bytes, brand: str, customer: str) -> str:
    """The key that an erased customer has from then on: the shop's id, or its hash where that is an address."""
    return f"erased:{_customer_hash(key, brand, customer)[:24]}" if is_address(customer) else customer


def evidence_hash(key: bytes, brand: str, customer: str) -> str:
    """The hash under which the evidence of a customer stands, before and after the erasure alike."""
    return _customer_hash(key, brand, erased_key(key, brand, customer))


def _customer_hash(key: bytes, brand: str, customer: str) -> str:
    return hmac.new(key, f"customer:{brand}/{customer}".encode(), sha256).hexdigest()
