"""Signed addresses that answers and bounces come back to (RULES.md E6, HOSTILE 69, 70). Colour: pure.

Used by pipeline when an email is built and when one comes in. `replies+r17-TOKEN@shop.example` proves that who writes
to it has message 17: a From header proves nothing. Letters are small ones, because mail systems fold them.
"""

import hashlib
import hmac
import re
from base64 import b32encode

from notifier.render.links import Keys

REPLY, BOUNCE, HELPDESK = "r", "b", "h"
"""What the address is for: the customer's answer, a mail server's report, the team's answer to a reply.

The number of the last one is that of the reply, not of a message.
"""

_MARKED = re.compile(r"([rbh])([1-9][0-9]{0,17})-([a-z2-7]{26})")


def signed_address(base: str, keys: Keys, kind: str, message_id: int) -> str:
    """`base` (one bare address) with what proves `message_id` after a plus sign."""
    local, _, domain = base.rpartition("@")
    return f"{local}+{kind}{message_id}-{_token(keys.current, kind, message_id)}@{domain}"


def message_behind(address: str, base: str, keys: Keys, kind: str) -> int | None:
    """The message that a signed address proves; None for any other one. It takes the same time whatever is wrong."""
    own, _, domain = base.lower().rpartition("@")
    local, _, there = address.lower().rpartition("@")
    found = _MARKED.fullmatch(local.removeprefix(f"{own}+")) if there == domain else None
    if found is None or found[1] != kind:
        return None
    message_id, given = int(found[2]), found[3].encode()
    answers = [
        hmac.compare_digest(_token(key, kind, message_id).encode(), given) for key in (keys.current, *keys.older)
    ]
    return message_id if any(answers) else None


def _token(key: bytes, kind: str, message_id: int) -> str:
    salted = f"notifier.address\x00{kind}\x00{message_id}".encode()
    return b32encode(hmac.digest(key, salted, hashlib.sha256)[:16]).decode("ascii").rstrip("=").lower()
