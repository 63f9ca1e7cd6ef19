"""Several SMTP commands in one write, their replies matched one to one (RFC 2920). Colour: wire.

Used by channels.dialogue. aiosmtplib's own protocol knows one reply at a time and drops what comes beside it; this one
goes on top of it, on the same connection, and speaks through it wherever nothing is pipelined.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import cast

import aiosmtplib
from aiosmtplib.protocol import COMMAND_INJECTION_REGEX, MAX_RESPONSE_LENGTH, SMTPProtocol

_CRLF = b"\r\n"

Reply = aiosmtplib.SMTPResponse


class PipelinedProtocol(SMTPProtocol):
    """Answers commands that were written together, in their order. A reply that nobody asked for ends the connection:
    from then on no reply could be matched.
    """

    def __init__(self, plain: SMTPProtocol, transport: asyncio.Transport) -> None:
        super().__init__(loop=plain._loop, connection_lost_callback=plain._connection_lost_callback)  # noqa: SLF001
        self._awaited: deque[asyncio.Future[Reply]] = deque()
        self.connection_made(transport)
        # No greeting is awaited: it has been read by the protocol before.
        self._response_pending = False
        transport.set_protocol(self)

    def ask(self, commands: Sequence[bytes]) -> list[asyncio.Future[Reply]]:
        """Write the commands at once; a future for the reply to each.

        Raises ValueError for a command with a control character, SMTPServerDisconnected where the server has left.
        """
        if any(COMMAND_INJECTION_REGEX.search(command) for command in commands):
            raise ValueError("a command contains a control character")
        self.write(_CRLF.join([*commands, b""]))
        replies = [self._loop.create_future() for _ in commands]
        self._awaited.extend(replies)
        return replies

    def data_received(self, data: bytes) -> None:
        """Hand out whole replies in order."""
        if not self._awaited:
            super().data_received(data)
            return
        self._buffer.extend(data)
        try:
            while self._awaited and (reply := self._read_response_from_buffer()):
                self._settle(reply)
        except aiosmtplib.SMTPResponseException as fault:
            self._break(fault)
            return
        if len(self._buffer) > MAX_RESPONSE_LENGTH or (self._buffer and not self._awaited):
            self._break(aiosmtplib.SMTPServerDisconnected("the server said more than it was asked"))

    def connection_lost(self, exc: Exception | None) -> None:
        """No reply comes any more."""
        self._fail(aiosmtplib.SMTPServerDisconnected("Connection lost"))
        super().connection_lost(exc)

    def eof_received(self) -> bool:
        """As connection_lost."""
        self._fail(aiosmtplib.SMTPServerDisconnected("Unexpected EOF received"))
        return super().eof_received()

    def _settle(self, reply: Reply) -> None:
        waiter = self._awaited.popleft()
        if not waiter.done():
            waiter.set_result(reply)

    def _break(self, fault: Exception) -> None:
        self._fail(fault)
        if self.transport is not None:
            cast(asyncio.Transport, self.transport).abort()

    def _fail(self, fault: Exception) -> None:
        while self._awaited:
            waiter = self._awaited.popleft()
            if not waiter.done():
                waiter.set_exception(fault)
                # Nobody may come to fetch it: a mail ends with the first reply that refuses it.
                waiter.exception()


def pipelined(client: aiosmtplib.SMTP) -> PipelinedProtocol | None:
    """The connection's pipelining protocol, put there at the first call; None where the server does not offer it."""
    plain, transport = client.protocol, cast(asyncio.Transport | None, client.transport)
    if isinstance(plain, PipelinedProtocol):
        return plain
    if plain is None or transport is None or not client.supports_extension("pipelining"):
        return None
    protocol = PipelinedProtocol(plain, transport)
    client.protocol = protocol
    return protocol
