"""The threads in which a server works, so that its loop never waits. Colour: door. Used by health and by routers."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TypeVar

import structlog
from fastapi import HTTPException

from notifier.app import DATABASE_FAULTS
from notifier.errors import Transient

log = structlog.get_logger(__name__)

Found = TypeVar("Found")

THREADS = 8
"""Each may wait for the database; more of them would only wait for each other."""

ANSWER_WITHIN = 12.0
"""Seconds; Twilio gives up after 15. SQLite's one writer may be a plan, which takes some seconds."""


_TROUBLE: tuple[type[Exception], ...] = (*DATABASE_FAULTS, Transient)


async def within(seconds: float, threads: Executor, act: Callable[[], Found]) -> Found:
    """What `act` gives. Raises TimeoutError where it takes longer; one that has not begun by then never does."""
    async with asyncio.timeout(seconds):
        return await asyncio.get_running_loop().run_in_executor(threads, act)


class Threads:
    """So many threads for what reads and writes the database."""

    def __init__(self, count: int = THREADS, answer_within: float = ANSWER_WITHIN) -> None:
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="web")
        self._within = answer_within
        self.at_close: list[Callable[[], None]] = []
        """What else ends with the server, in order; called once nothing is under way."""

    async def run(self, act: Callable[[], Found]) -> Found:
        """What `act` gives. Raises HTTPException 503 where it takes too long, or the database is in trouble.

        What was begun goes on to its end all the same: whoever asks again must find that done.
        """
        return await self.guarded(within(self._within, self._threads, act))

    async def guarded(self, work: Awaitable[Found]) -> Found:
        """What `work` gives, wherever it is done. Raises HTTPException as `run` does."""
        try:
            return await work
        except TimeoutError:
            log.warning("an answer took too long")
        except _TROUBLE as fault:
            # Its words could quote a row.
            log.error("the database does not take what came in", fault=type(fault).__name__)
        raise HTTPException(503, headers={"Retry-After": "5"})

    def close(self) -> None:
        """Wait for what is under way, then end what ends with the server."""
        self._threads.shutdown(cancel_futures=True)
        for end in self.at_close:
            end()
