"""An ASGI app on a port of loopback, served by uvicorn in a thread, as the product serves it."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from uvicorn import Config, Server

from tests.standins.own_loop import own_loop


@contextmanager
def served(application: Any) -> Iterator[str]:
    """The address of the app, like http://127.0.0.1:40123; it listens before the block begins."""
    with socket.socket(proto=socket.IPPROTO_TCP) as listener, own_loop() as loop:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        config = Config(application, lifespan="off", log_config=None, access_log=False, proxy_headers=False, ws="none")
        server = Server(config)
        running = asyncio.run_coroutine_threadsafe(server.serve([listener]), loop)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            running.result(20)
