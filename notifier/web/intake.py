"""A thread that takes in what the webhooks have kept. Colour: door. Run by serving beside the web."""

import threading
import time
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)

EVERY = 5.0
"""Seconds after which it looks without being woken: for what was put off, or left by a process that died."""

PATIENCE = 10.0
"""Seconds that it goes on at the end, while something waits."""


class Intake:
    """Calls `take`, which says how much it found, until it finds nothing; then it waits to be woken."""

    def __init__(self, take: Callable[[], int], every: float = EVERY) -> None:
        self._take, self._every = take, every
        self._woken, self._ending = threading.Event(), threading.Event()
        self._until = 0.0
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)

    def start(self) -> None:
        """Begin with what an earlier process left."""
        self._thread.start()

    def wake(self) -> None:
        """Something was kept."""
        self._woken.set()

    def close(self) -> None:
        """Take in what waits, within PATIENCE; the rest stays kept."""
        self._until = time.monotonic() + PATIENCE
        self._ending.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._ending.is_set():
            self._woken.clear()
            if not self._found() and not self._ending.is_set():
                self._woken.wait(self._every)
        # What was kept after its last look is looked for once more.
        while self._found() and time.monotonic() < self._until:
            continue

    def _found(self) -> int:
        try:
            return self._take()
        except Exception as fault:  # noqa: BLE001 the thread must not end: texts wait for it
            log.error("what came in cannot be taken in now", fault=type(fault).__name__)
            return 0
