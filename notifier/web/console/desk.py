"""What all pages of the console share. Colour: door. Built by console.opening, handed to every route."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from notifier.pipeline.house import House
from notifier.settings import Settings
from notifier.terms.operator import Turn
from notifier.web.buckets import Buckets
from notifier.web.console.paper import Paper
from notifier.web.threads import Threads


@dataclass(frozen=True, slots=True)
class Desk:
    """One shop's console. `origin` is its scheme and host; `signing` bounds the tries of one neighbourhood."""

    settings: Settings
    house: House
    threads: Threads
    clock: Callable[[], datetime]
    paper: Paper
    origin: str
    signing: Buckets = field(default_factory=lambda: Buckets(at_once=20, per_minute=10))

    @property
    def turn(self) -> Turn:
        """How long a session lives."""
        said = self.settings.console
        return Turn(said.idle_minutes * 60, said.session_hours * 3600)

    @property
    def secure(self) -> bool:
        """Whether cookies may go by https alone."""
        return self.origin.startswith("https://")

    def cookie(self, name: str) -> str:
        """A cookie's name: under https one that no other host, and no other path, can set."""
        return f"__Host-{name}" if self.secure else name
