"""The loop's time as a test sets it: what waits for an answer waits no longer, however quick or slow the machine is."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Found = TypeVar("Found")

LIMIT = 60.0
"""Seconds that a dialogue may take in these tests, before all of them pass at once."""


async def out_of_time(sends: Awaitable[Found], once: Callable[[], object]) -> Found:
    """What `sends` gives, where LIMIT has passed as soon as `once` is true."""
    sending, loop = asyncio.ensure_future(sends), asyncio.get_running_loop()
    while not (once() or sending.done()):
        await asyncio.sleep(0.01)
    real = loop.time
    loop.time = lambda: real() + LIMIT  # type: ignore[method-assign]
    return await sending
