"""One bare address in, one safe SMTP mailbox out. Colour: wire (pure functions). Used by channels.email.

The envelope never comes from a header: it is exactly one parsed address (HOSTILE.md 23, 24).
"""

import re
from functools import lru_cache

import idna

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f<>()\[\]\\,;:\"\u2028\u2029]")
_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")


class BadAddress(ValueError):
    """Not one bare mailbox. The text names the fault and never the address."""


def mailbox(address: str) -> str:
    """The address as it may stand in MAIL and RCPT: domain in ASCII (punycode), local part untouched.

    Raises BadAddress for two addresses, display names, quoted local parts, IP literals, controls, and lengths beyond
    RFC 5321 (local part 64 octets, all 254).
    """
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain or "@" in local:
        raise BadAddress("is not one address with one @")
    if _FORBIDDEN.search(address) or local.startswith(".") or local.endswith(".") or ".." in local:
        raise BadAddress("has characters that no bare address has")
    ascii_domain = _ascii_domain(domain)
    whole = f"{local}@{ascii_domain}"
    if len(local.encode()) > 64 or len(whole.encode()) > 254:
        raise BadAddress("is longer than mail allows")
    return whole


@lru_cache(maxsize=10_000)
def _ascii_domain(domain: str) -> str:
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode()
        except idna.IDNAError as fault:
            raise BadAddress("has a domain that cannot be written in ASCII") from fault
    if not all(_LABEL.fullmatch(label) for label in domain.split(".")):
        raise BadAddress("has no valid domain")
    return domain
