"""How often somebody may do something: a bucket for each, so many of them at most. Colour: door. Used by routers."""

import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

MOST_NAMES = 10_000
"""Buckets that are kept; the one that was not asked for longest makes room. Some 2 MB."""


class Buckets:
    """`at_once` times, then `per_minute`, for each name. Not for threads: the loop alone asks."""

    def __init__(
        self,
        at_once: int,
        per_minute: float,
        most_names: int = MOST_NAMES,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._full, self._rate = float(at_once), per_minute / 60
        self._most, self.steady = most_names, steady
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> bool:
        """Whether it may do it once more, which then counts."""
        left, now = self._standing(name), self.steady()
        may = left >= 1
        self._left.pop(name, None)
        self._left[name] = (left - 1 if may else left, now)
        if len(self._left) > self._most:
            self._left.popitem(last=False)
        return may

    def _standing(self, name: str) -> float:
        now = self.steady()
        left, since = self._left.get(name, (self._full, now))
        return min(left + (now - since) * self._rate, self._full)

    @property
    def names(self) -> int:
        """How many buckets are kept."""
        return len(self._left)


def neighbourhood(address: str) -> str:
    """Whose bucket an address shares: an IPv6 network of 64 bits is one household, which has all of its addresses."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    return str(found.ipv4_mapped or int(found) >> 64)
