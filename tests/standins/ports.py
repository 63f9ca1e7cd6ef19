"""Ports of loopback that nobody answers at, or somebody else than the test listens at, later or once more."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def kept_port() -> Iterator[int]:
    """A port that the system gives to nobody else meanwhile: it is bound, but nothing listens.

    Who asks for it by its number gets it all the same, with SO_REUSEADDR as servers do.
    """
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield int(held.getsockname()[1])
