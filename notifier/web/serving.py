"""Serves metrics and health on the loop of the process that works. Colour: door. Called by cli.run.

uvicorn takes no signal here: the process stops when its work is done, and then the server does.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from notifier import app
from notifier.errors import SettingsError
from notifier.pipeline.house import House
from notifier.settings import Settings
from notifier.terms.meter import SILENT, Meter

MOST_AT_ONCE = 20
"""Requests; more are refused, because each could wait for the database."""


@asynccontextmanager
async def serving(settings: Settings, house: House) -> AsyncIterator[Meter]:
    """Serve until the block ends, if `[metrics] listen` says where; gives what delivery is to tell its work to.

    Raises SettingsError where the port is taken or not ours.
    """
    place = settings.metrics.place
    if place is None:
        yield SILENT
        return
    # Loaded late: a process that serves nothing saves the memory.
    from notifier.web.health import health_app
    from notifier.web.metrics import Metrics

    watch = app.open_watch(settings, house)
    metrics = Metrics(watch.state, watch.not_ready)
    try:
        with _bound(place) as listener:
            async with _served(health_app(metrics.text, watch.not_ready), listener):
                yield metrics.meter
    finally:
        await asyncio.to_thread(watch.close)


@contextmanager
def _bound(place: tuple[str, int]) -> Iterator[socket.socket]:
    """A socket that listens at `place`."""
    host, port = place
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(place)
            listener.listen()
        except OSError as fault:
            why = f"{host}:{port} cannot be used: {fault.strerror}"
            remedy = "Each process needs a port of its own: set another one, or NOTIFIER_METRICS__LISTEN for this one"
            raise SettingsError([f"[metrics] listen: {why}. {remedy}"]) from None
        yield listener


@asynccontextmanager
async def _served(application: object, listener: socket.socket) -> AsyncIterator[None]:
    from uvicorn import Config, Server

    class Unsignalled(Server):
        """A server that leaves signals to the process around it."""

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    config = Config(
        application,  # type: ignore[arg-type]
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=MOST_AT_ONCE,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=2,
        ws="none",
    )
    server = Unsignalled(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await task
