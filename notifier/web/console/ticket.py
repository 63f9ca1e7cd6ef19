"""What ties the way to the identity provider to the way back, in a signed cookie of the same browser. Colour: door.

Used by console.outside. The cookie holds a random name, when it was made and where to go after. State, nonce and
verifier are derived from that name by our own key: whoever reads the cookie, the browser's owner too, knows neither.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from notifier.render.links import Keys, genuine, short_token
from notifier.terms.outside import Proof

PURPOSE = "console-oidc"
GOOD_FOR = timedelta(minutes=10)
MOST_USED = 10_000
"""Tickets that are remembered as used, for as long as they would be good: some 2 MB."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One way there and back, and the page that was wanted first."""

    proof: Proof
    wanted: str


@dataclass(frozen=True, slots=True)
class Tickets:
    """Makes tickets, and takes each once. Not for threads: the loop alone asks.

    Each process remembers what it took; at another one the provider refuses the code, which is good once.
    """

    keys: Keys
    used: OrderedDict[str, datetime] = field(default_factory=OrderedDict)

    def made(self, wanted: str, now: datetime) -> tuple[Ticket, str]:
        """A new ticket, and its cookie's value."""
        name = secrets.token_urlsafe(16)
        text = f"{name}.{int(now.timestamp())}.{urlsafe_b64encode(wanted.encode()).decode('ascii').rstrip('=')}"
        return Ticket(self._proof(name), wanted), f"{text}.{short_token(self.keys, PURPOSE, text)}"

    def taken(self, cookie: str, state: str, now: datetime) -> Ticket | None:
        """The ticket in a cookie, where the answer carries its `state`; None for any other, and the next time."""
        text, _, token = cookie.rpartition(".")
        if not text or not genuine(self.keys, PURPOSE, text, token):
            return None
        name, at, wanted = text.split(".")
        proof, until = self._proof(name), datetime.fromtimestamp(int(at), now.tzinfo) + GOOD_FOR
        same = secrets.compare_digest(proof.state.encode(), state.encode("utf-8", "replace"))
        if not same or now >= until or name in self.used:
            return None
        self._forget(now)
        self.used[name] = until
        return Ticket(proof, urlsafe_b64decode(wanted + "=" * (-len(wanted) % 4)).decode())

    def _proof(self, name: str) -> Proof:
        state, nonce, first, second = (
            short_token(self.keys, f"{PURPOSE}-{what}", name) for what in ("state", "nonce", "verifier", "verifier-2")
        )
        return Proof(state, nonce, first + second)

    def _forget(self, now: datetime) -> None:
        while self.used and (len(self.used) >= MOST_USED or next(iter(self.used.values())) <= now):
            self.used.popitem(last=False)
