"""Says again and again that this worker is alive, so that its claims stay its own. Colour: root.

Called by pipeline.deliver around its work. It beats on the event loop: a process that hangs loses its claims, as one
that is dead does.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager

import structlog

from notifier import outbox
from notifier.pipeline.house import House

log = structlog.get_logger(__name__)

BEATS = 3
"""Beats in one lease: one that fails costs nothing yet."""


Renewed = Callable[[Collection[int], float], None]
"""Who hears which messages were renewed, and at how many ticks their leases end now."""


@asynccontextmanager
async def beating(house: House, ticks: Callable[[], float], renewed: Renewed) -> AsyncIterator[None]:
    """Renew the leases of this worker while the block runs."""
    heart = asyncio.create_task(_beat(house, ticks, renewed))
    try:
        yield
    finally:
        heart.cancel()
        await asyncio.gather(heart, return_exceptions=True)


async def _beat(house: House, ticks: Callable[[], float], renewed: Renewed) -> None:
    lease = house.sending.lease
    while True:
        await asyncio.sleep(lease.seconds / BEATS)
        ends = ticks() + lease.seconds
        try:
            renewed(frozenset(await asyncio.to_thread(_renew, house)), ends)
        except Exception as fault:  # noqa: BLE001 - a heart that stops costs every claim
            log.warning("the lease could not be renewed", fault=type(fault).__name__)


def _renew(house: House) -> list[int]:
    with house.store.write() as tx:
        return outbox.extend(tx, house.sending.lease)
