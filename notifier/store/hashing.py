"""The keyed hash of an address, under which it is found and stays suppressed (RULES.md U4). Colour: store.

Called by records/, consent and app with the shop's own secret.
"""

import hmac
from hashlib import sha256


def address_hash(key: bytes, channel: str, value: str) -> str:
    """HMAC-SHA-256 in hex of a normalised address (lower-case email, E.164 number) on its channel."""
    return hmac.new(key, f"{channel}:{value}".encode(), sha256).hexdigest()
