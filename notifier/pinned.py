"""Resolves a name of the internet once, judges where it leads, and connects there by number. Colour: wire.

Used by source_fetch and action_post. So a name cannot point elsewhere between the look and the connection, and nothing
inside of a private network is reached (HOSTILE.md 79).
"""

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass

import httpx2

from notifier.errors import Permanent, Transient

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect: the url by number, the host for TLS, and the Host header."""

    url: httpx2.URL
    host: str
    host_header: str


def resolve(host: str, port: int) -> list[str]:
    """All addresses of `host`. Raises Transient when it has none now."""
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except OSError as error:
        raise Transient(f"{host}: no such host now ({error}); check the url") from error


def pinned(url: str, resolver: Resolve) -> Target:
    """The one address that `url` leads to. Raises Permanent for one that will not do, Transient where it has none now.

    Only https, and only to public addresses; http to this very machine.
    """
    parsed = httpx2.URL(url)
    host = parsed.host
    if parsed.scheme not in ("https", "http") or not host:
        raise Permanent(f"{url!r}: only https is used; write https://…")
    port = parsed.port or (443 if parsed.scheme == "https" else 80)
    found = [_plain(one) for one in resolver(host, port)]
    if not found:
        raise Transient(f"{host}: has no address now; check the url")
    if parsed.scheme == "http" and not all(one.is_loopback for one in found):
        raise Permanent(f"{host}: http is only for this very machine; use https")
    outside = [one for one in found if not one.is_global or one.is_multicast]
    if parsed.scheme == "https" and outside:
        raise Permanent(f"{host} points to {outside[0]}, inside of a private network; it must be a public address")
    header = host if parsed.port is None else f"{host}:{parsed.port}"
    return Target(parsed.copy_with(host=str(found[0])), host, header)


def _plain(text: str) -> Address:
    """The address, unwrapped where IPv6 carries an IPv4 one."""
    found = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        return inner or found
    return found
