"""Who writes next, where only one may. Colour: store. Used by engine for SQLite."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class Turns:
    """First come, first served, for the threads that share it.

    SQLite lets those who wait look again after pauses of up to a tenth of a second, and a plain lock goes mostly to
    the thread that has just given it back: either way one who writes much keeps out those who write little.
    """

    def __init__(self) -> None:
        self._guard = Lock()
        self._waiting: deque[Lock] = deque()

    def __len__(self) -> int:
        """How many wait or write."""
        return len(self._waiting)

    @contextmanager
    def mine(self) -> Iterator[None]:
        """A block that runs when all who came before are done."""
        gate = Lock()
        with self._guard:
            if self._waiting:
                gate.acquire()
            self._waiting.append(gate)
        try:
            with gate:
                yield
        finally:
            with self._guard:
                first = self._waiting[0] is gate  # not so for one that was interrupted while it waited
                self._waiting.remove(gate)
                if first and self._waiting:
                    self._waiting[0].release()
