"""When sessions were last used, written down behind the pages' back. Colour: door. Held by console.desk.

A page must not wait to say that somebody looked: on SQLite the one writer may be a plan or an import for minutes.
"""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

import structlog

from notifier.pipeline.house import House
from notifier.pipeline.signing_in import used

log = structlog.get_logger(__name__)


class LastUse:
    """One thread of its own, one writing at a time; what comes meanwhile goes with the next one."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="last-use")
        self._unwritten: dict[int, datetime] = {}
        self._writing: Future[None] | None = None

    @property
    def unwritten(self) -> Mapping[int, datetime]:
        """When each session was last used, by its id, as far as no row says so yet."""
        return self._unwritten

    def note(self, session_id: int, now: datetime) -> None:
        """A session was used. Called by the loop alone; never waits, never fails."""
        self._unwritten[session_id] = now
        if self._writing is None or self._writing.done():
            self._writing = self._thread.submit(self._write, dict(self._unwritten))

    def _write(self, moments: Mapping[int, datetime]) -> None:
        try:
            used(self._house, moments)
        except Exception as fault:  # noqa: BLE001 - nobody waits for it; the next use tries again
            log.warning("when sessions were last used could not be written", fault=type(fault).__name__)
            return
        for session_id, at in moments.items():
            if self._unwritten.get(session_id) == at:
                self._unwritten.pop(session_id, None)

    def close(self) -> None:
        """Wait for what is being written."""
        self._thread.shutdown()
