"""`notifier worker`: delivery alone, as often as wanted on any number of machines; and a crew of them. Colour: door."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Annotated

import structlog
import typer

from notifier.cli.session import Session
from notifier.cli.ticks import at_work, deliver_tick
from notifier.schedule import keep_time
from notifier.settings import Settings

log = structlog.get_logger(__name__)

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds before a worker that ended by itself is started again; doubled each time, from anew after a long life."""


WithInput = Annotated[bool, typer.Option("--with-input", hidden=True, help="Stop when the standard input ends.")]


def worker(ctx: typer.Context, with_input: WithInput = False) -> None:
    """Deliver what is queued until stopped; any number of them may share one PostgreSQL."""
    asyncio.run(_work(ctx.obj, with_input))


async def _work(session: Session, with_input: bool) -> None:
    async with at_work(session) as work:
        if with_input:
            await asyncio.get_running_loop().connect_read_pipe(lambda: _UntilTheEnd(work.stop), sys.stdin)
        await keep_time([deliver_tick(work)], work.stop)


class _UntilTheEnd(asyncio.Protocol):
    """Stops when the input ends: the process that started this one is gone, however it went."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop

    def eof_received(self) -> None:
        self._stop.set()

    def connection_lost(self, _fault: Exception | None) -> None:
        self._stop.set()


@asynccontextmanager
async def crew(session: Session, count: int, stop: asyncio.Event) -> AsyncIterator[None]:
    """`count` workers, each a process of its own, started again if they end; with the block they finish what flies."""
    keepers = [asyncio.create_task(_keep(session, number, count, stop)) for number in range(count)]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*keepers)


async def _keep(session: Session, number: int, count: int, stop: asyncio.Event) -> None:
    command = [sys.executable, "-m", "notifier", *(["--settings", str(session.path)] if session.path else [])]
    wait = FIRST_WAIT
    while not stop.is_set():
        environ = environ_of(session.settings(), session.environ, number, count)
        begun = asyncio.get_running_loop().time()
        code: int | str | None
        try:
            child = await asyncio.create_subprocess_exec(
                *command, "worker", "--with-input", stdin=asyncio.subprocess.PIPE, env=environ
            )
            await _ended(child, stop)
            code = child.returncode
        except OSError as fault:
            code = type(fault).__name__
        if stop.is_set():
            return
        lived = asyncio.get_running_loop().time() - begun
        wait = FIRST_WAIT if lived > LONGEST_WAIT else min(2 * wait, LONGEST_WAIT)
        log.error("a worker ended; it is started again", worker=number, code=code, again_in=wait)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), wait)


async def _ended(child: asyncio.subprocess.Process, stop: asyncio.Event) -> None:
    """Wait for its end; ask for it once a stop is wanted."""
    ending, stopping = asyncio.ensure_future(child.wait()), asyncio.ensure_future(stop.wait())
    await asyncio.wait([ending, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not ending.done():
        child.send_signal(signal.SIGTERM)
        await ending


def environ_of(settings: Settings, environ: Mapping[str, str], number: int, count: int) -> dict[str, str]:
    """The environment of worker `number` of `count`: a port of its own, and its share of the processors."""
    mine = dict(environ)
    if settings.metrics.place:
        host, port = settings.metrics.place
        mine["NOTIFIER_METRICS__LISTEN"] = (
            f"[{host}]:{port + 1 + number}" if ":" in host else f"{host}:{port + 1 + number}"
        )
    if not settings.delivery.render_workers:
        mine["NOTIFIER_DELIVERY__RENDER_WORKERS"] = str(max((os.cpu_count() or 1) // count, 1))
    return mine
