"""Looks at a shop from beside its work, no oftener than that costs little. Colour: root. Built by app for web.

It has connections of its own, which give up soon: who looks keeps no worker waiting, and is not kept waiting.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Generic, TypeVar

import structlog

from notifier.pipeline.house import House
from notifier.pipeline.readiness import PATIENCE, not_ready
from notifier.queries.outbox_state import OutboxState, outbox_state
from notifier.store.engine import DATABASE_FAULTS
from notifier.terms.readiness import NotReady

log = structlog.get_logger(__name__)

Found = TypeVar("Found")

Steady = Callable[[], float]
"""Gives seconds that never run back."""

KEPT = 5.0
"""Seconds for which what was seen is told again: any number of scrapers costs as much as one."""

SHARE = 20
"""A look that took long is told again for so many times as long: watching takes a twentieth of a core at most."""

MOST_KEPT = 30.0
"""Seconds after which somebody looks again, whatever it costs: a database that was down may be back."""

READY_KEPT = 2.0
"""Seconds for which readiness is told again."""


@dataclass(frozen=True, slots=True)
class _Kept(Generic[Found]):
    found: Found
    until: float


class Remembered(Generic[Found]):
    """What `look` found, told again for `kept` seconds, or `share` times as long as the look took, up to MOST_KEPT."""

    def __init__(self, look: Callable[[], Found], kept: float, share: float, steady: Steady) -> None:
        self._look, self._for, self._share, self._steady = look, kept, share, steady
        self._turn = Lock()
        self._kept: _Kept[Found] | None = None

    def get(self) -> Found:
        """What is known; who comes while somebody looks waits for what they find. What `look` raises is not kept."""
        with self._turn:
            began = self._steady()
            if self._kept is None or self._kept.until <= began:
                found, ended = self._look(), self._steady()
                again = min(max(self._for, (ended - began) * self._share), MOST_KEPT)
                self._kept = _Kept(found, ended + again)
            return self._kept.found


class Watch:
    """One shop, looked at. `house` has a store of its own, `clock` gives business time."""

    def __init__(self, house: House, clock: Callable[[], datetime], steady: Steady = time.monotonic) -> None:
        self._house, self._clock = house, clock
        self._state = Remembered(self._look, KEPT, SHARE, steady)
        self._ready = Remembered(lambda: not_ready(house), READY_KEPT, 0, steady)

    def state(self) -> OutboxState | None:
        """How the outbox stands, at most some seconds old; None where the database does not say."""
        return self._state.get()

    def not_ready(self) -> tuple[NotReady, ...]:
        """Why no work can be done; empty where it can."""
        return self._ready.get()

    def close(self) -> None:
        """Give back the connections."""
        self._house.store.close()

    def _look(self) -> OutboxState | None:
        house = self._house
        try:
            with house.store.snapshot() as tx:
                tx.hurry(PATIENCE)
                return outbox_state(tx, house.sending.mode, house.stale_after, self._clock())
        except DATABASE_FAULTS as fault:
            log.warning("the outbox cannot be looked at", fault=type(fault).__name__)
            return None
