"""The clockwork: a few static APScheduler ticks that only call pipeline. Colour: door. Called by cli.run.

There is no job store and correctness never rests on it: a missed tick is made up for by the next one.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from notifier.errors import NotifierError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tick:
    """One piece of work, every `seconds`; `first` runs it at the start too."""

    name: str
    seconds: float
    work: Callable[[], Awaitable[None]]
    first: bool = True


async def keep_time(ticks: list[Tick], stop: asyncio.Event) -> None:
    """Run all ticks until `stop` is set, then wait for those at work. A tick that fails is logged and comes again."""
    at_work: dict[str, asyncio.Lock] = {tick.name: asyncio.Lock() for tick in ticks}
    clockwork = AsyncIOScheduler(timezone=UTC)
    for tick in ticks:
        clockwork.add_job(
            _run,
            "interval",
            args=(tick, at_work[tick.name], stop),
            seconds=tick.seconds,
            coalesce=True,
            # Each finds the first at work and ends at once; a bound would be a warning wherever the loop is late.
            max_instances=sys.maxsize,
            misfire_grace_time=None,
        )
    clockwork.start()
    try:
        for tick in ticks:
            if tick.first:
                await _run(tick, at_work[tick.name], stop)
        await stop.wait()
    finally:
        clockwork.pause()
        for lock in at_work.values():
            async with lock:
                pass
        clockwork.shutdown(wait=False)


async def _run(tick: Tick, lock: asyncio.Lock, stop: asyncio.Event) -> None:
    if stop.is_set() or lock.locked():
        return
    async with lock:
        try:
            await tick.work()
        except Exception as fault:  # noqa: BLE001
            log.error("tick failed; it will come again", tick=tick.name, fault=type(fault).__name__, text=_words(fault))


def _words(fault: Exception) -> str:
    """What our own faults say; of others only the kind is told, because a database quotes values."""
    return str(fault).splitlines()[0][:200] if isinstance(fault, NotifierError) and str(fault) else ""
