"""Serves on the loop of the process around it: metrics and health, and the web. Colour: door. Called by cli.

uvicorn takes no signal here: the process stops when its work is done, and then the servers do.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

from notifier import app
from notifier.errors import SettingsError
from notifier.pipeline.house import House
from notifier.settings import Settings
from notifier.terms.meter import SILENT, Meter


@dataclass(frozen=True, slots=True)
class _Place:
    """Where to listen, the setting that says so, what to do where that is taken; and what the server may hold.

    `most` connections; more are refused. `patience`: seconds for what is being answered when it stops.
    """

    at: tuple[str, int]
    setting: str
    remedy: str
    most: int
    patience: int


@asynccontextmanager
async def serving(settings: Settings, house: House) -> AsyncIterator[Meter]:
    """Serve metrics until the block ends, if `[metrics] listen` says where; gives what delivery tells its work to.

    Raises SettingsError where the port is taken or not ours.
    """
    if settings.metrics.place is None:
        yield SILENT
        return
    # Loaded late: a process that serves nothing saves the memory.
    from notifier.web.health import health_app
    from notifier.web.metrics import Metrics

    remedy = "Each process needs a port of its own: set another one, or NOTIFIER_METRICS__LISTEN for this one"
    place = _Place(settings.metrics.place, "[metrics] listen", remedy, most=20, patience=2)
    watch = app.open_watch(settings, house)
    metrics = Metrics(watch.state, watch.not_ready)
    try:
        with _bound(place) as listener:
            async with _served(health_app(metrics.text, watch.not_ready), listener, place):
                yield metrics.meter
    finally:
        await asyncio.to_thread(watch.close)


@asynccontextmanager
async def web_serving(settings: Settings, house: House) -> AsyncIterator[None]:
    """Serve the web until the block ends, if `[web] listen` says where; what is being answered then is finished.

    Raises SettingsError where the port is taken or not ours.
    """
    if settings.web.place is None:
        yield
        return
    from notifier.pipeline.intake import take_in
    from notifier.web.intake import Intake
    from notifier.web.opening import shop_app
    from notifier.web.threads import Threads

    remedy = "One process serves the web: set another port, or an empty NOTIFIER_WEB__LISTEN for this one"
    place = _Place(settings.web.place, "[web] listen", remedy, most=768, patience=15)
    beside, threads = app.beside(settings, house), Threads()
    intake = Intake(lambda: take_in(beside, app.clock()))
    try:
        with _bound(place) as listener:
            intake.start()
            async with _served(shop_app(settings, beside, threads, intake.wake), listener, place):
                yield
    finally:
        await asyncio.to_thread(threads.close)
        await asyncio.to_thread(intake.close)
        await asyncio.to_thread(beside.store.close)


@contextmanager
def _bound(place: _Place) -> Iterator[socket.socket]:
    """A socket that listens at `place`."""
    host, port = place.at
    # Where the protocol is not named, asyncio lets TCP wait 40 ms before the second part of an answer.
    tcp = (socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    with socket.socket(*tcp) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(place.at)
            listener.listen()
        except OSError as fault:
            why = f"{host}:{port} cannot be used: {fault.strerror}"
            raise SettingsError([f"{place.setting}: {why}. {place.remedy}"]) from None
        yield listener


@asynccontextmanager
async def _served(application: object, listener: socket.socket, place: _Place) -> AsyncIterator[None]:
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
        proxy_headers=False,
        limit_concurrency=place.most,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=place.patience,
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
