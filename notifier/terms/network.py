"""How a connection is protected, and what this very machine is. Colour: ground. Used by settings and the wire."""

from enum import StrEnum
from ipaddress import ip_address


class Security(StrEnum):
    """How the connection is protected: from the first byte, after STARTTLS (required, never optional), or not."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


def is_loopback(host: str) -> bool:
    """True for localhost and the loopback addresses; other names are not looked up."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"
