"""Says again and again that this worker is alive, so that its claims stay its own. Colour: root.

Called by pipeline.deliver around its work. It beats on the event loop: a process that hangs loses its claims, as one
that is dead does.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from notifier import outbox
from notifier.pipeline.house import House
from notifier.store.engine import DATABASE_FAULTS

log = structlog.get_logger(__name__)

BEATS = 3
"""Beats in one lease: one that fails costs nothing yet."""


@asynccontextmanager
async def beating(house: House) -> AsyncIterator[None]:
    """Renew the leases of this worker while the block runs."""
    heart = asyncio.create_task(_beat(house))
    try:
        yield
    finally:
        heart.cancel()
        await asyncio.gather(heart, return_exceptions=True)


async def _beat(house: House) -> None:
    while True:
        await asyncio.sleep(house.sending.lease.seconds / BEATS)
        try:
            await asyncio.to_thread(_renew, house)
        except DATABASE_FAULTS as fault:
            log.warning("the lease could not be renewed", fault=type(fault).__name__)


def _renew(house: House) -> None:
    with house.store.write() as tx:
        outbox.extend(tx, house.sending.lease)
