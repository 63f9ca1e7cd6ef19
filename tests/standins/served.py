"""An ASGI app on a port of loopback, served by uvicorn in a thread, as the product serves it."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from uvicorn import Config, Server

from tests.standins.own_loop import own_loop


class Prompt(Server):
    """A server that ends when its task is cancelled: uvicorn itself looks only ten times a second whether it shall."""

    async def main_loop(self) -> None:
        await asyncio.get_running_loop().create_future()

    def end(self) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()  # type: ignore[union-attr]


@contextmanager
def served(application: Any) -> Iterator[str]:
    """The address of the app, like http://127.0.0.1:40123; it listens before the block begins."""
    with socket.socket(proto=socket.IPPROTO_TCP) as listener, own_loop() as loop:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        config = Config(application, lifespan="off", log_config=None, access_log=False, proxy_headers=False, ws="none")
        server = Prompt(config)
        running = asyncio.run_coroutine_threadsafe(server.serve([listener]), loop)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            running.cancel()
            loop.call_soon_threadsafe(server.end)
