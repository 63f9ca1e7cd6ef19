"""What all pages of the console share. Colour: door. Built by console.opening, handed to every route."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeVar

import structlog
from fastapi.responses import Response

from notifier.pipeline.house import House
from notifier.pipeline.previews import Previews
from notifier.pipeline.signing_in import Here, here
from notifier.settings import Settings
from notifier.terms.operator import Turn
from notifier.terms.outside import IdentityProvider
from notifier.web.buckets import Buckets
from notifier.web.console.last_use import LastUse
from notifier.web.console.paper import Paper
from notifier.web.threads import Threads

log = structlog.get_logger(__name__)

Found = TypeVar("Found")

HASHING, WAITING = 2, 6
"""Passwords that are looked at together, 64 MB each, and how many more may wait: they take threads from nobody else."""


@dataclass(slots=True)
class Places:
    """So many at work, and so many more who wait for them. Not for threads: the loop alone asks."""

    at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(HASHING))
    taken: int = 0

    @property
    def full(self) -> bool:
        """Whether nobody else may even wait."""
        return self.taken >= HASHING + WAITING

    async def run(self, act: Callable[[], Awaitable[Found]]) -> Found:
        """What `act` gives, when its turn has come."""
        self.taken += 1
        try:
            async with self.at_once:
                return await act()
        finally:
            self.taken -= 1


@dataclass(frozen=True, slots=True)
class Desk:
    """One shop's console. `origin` is its scheme and host; `signing` bounds the tries of one neighbourhood, `places`
    all of them together. `last_use` keeps when sessions were used. `provider` vouches for people; None: all sign in by
    password.
    """

    settings: Settings
    house: House
    threads: Threads
    clock: Callable[[], datetime]
    paper: Paper
    origin: str
    previews: Previews
    last_use: LastUse
    provider: IdentityProvider | None = None
    signing: Buckets = field(default_factory=lambda: Buckets(at_once=20, per_minute=10))
    places: Places = field(default_factory=Places)
    failures: Counter[str] = field(default_factory=Counter)

    @property
    def turn(self) -> Turn:
        """How long a session lives."""
        said = self.settings.console
        return Turn(said.idle_minutes * 60, said.session_hours * 3600)

    @property
    def secure(self) -> bool:
        """Whether cookies may go by https alone."""
        return self.origin.startswith("https://")

    async def who(self, token: str, now: datetime) -> Here | None:
        """Who has the session with this secret; None where there is none, or it is over."""
        if not token:
            return None
        return await self.threads.run(partial(here, self.house, token, self.turn, now, self.last_use.unwritten))

    def cookie(self, name: str) -> str:
        """A cookie's name: under https one that no other host, and no other path, can set."""
        return f"__Host-{name}" if self.secure else name

    def set_cookie(self, answer: Response, name: str, value: str, seconds: int | None = None) -> None:
        """A cookie that no script reads and no other site's form brings; without `seconds`, until the browser ends."""
        answer.set_cookie(
            self.cookie(name), value, max_age=seconds, path="/", secure=self.secure, httponly=True, samesite="lax"
        )

    def drop_cookie(self, answer: Response, name: str) -> None:
        """Take it away again."""
        answer.delete_cookie(self.cookie(name), path="/", secure=self.secure, httponly=True, samesite="lax")

    def count_failure(self, way: str, why: str) -> None:
        """A line in the log for a sign-in that failed: how many there were, and never who."""
        self.failures[way] += 1
        log.warning("a sign-in failed", way=way, why=why, since_start=self.failures[way])
