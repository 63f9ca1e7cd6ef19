"""A scripted SMTP server on an ephemeral loopback port that keeps a book of what it took. Built on aiosmtpd."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.standins.own_loop import own_loop

CLOSE = "close"
"""In place of an answer: the connection is cut without a word."""

SILENCE = "silence"
"""In place of an answer: nothing comes, the connection stays open."""

GATE_SECONDS = 60.0
"""After that a gate opens by itself, so that a test that failed does not hang."""


@dataclass(frozen=True)
class Mail:
    """One mail the server took: the envelope, the content, and the connection it came by."""

    sender: str
    recipient: str
    content: bytes
    options: list[str]
    connection: int


@dataclass
class Script:
    """What the server does. Each of the answers may be CLOSE or SILENCE; an empty one lets things go well.

    `at_rcpt` answers by recipient. `before_dot` and `after_dot` act once per entry, in order; `after_dot` with CLOSE or
    SILENCE still takes the mail. `close_after` mails, the server answers the next MAIL with 421 and closes. While
    `gate` is not set, a mail that has come whole waits for its answer.
    """

    at_rcpt: dict[str, str] = field(default_factory=dict)
    at_data: list[str] = field(default_factory=list)
    before_dot: list[str] = field(default_factory=list)
    after_dot: list[str] = field(default_factory=list)
    close_after: int | None = None
    size_limit: int = 33_554_432
    smtputf8: bool = True
    login: tuple[str, str] | None = None
    greet: str = ""
    gate: threading.Event | None = None


@dataclass
class Book:
    """What happened: mails taken, connections opened, commands by connection, mails that came to the gate."""

    mails: list[Mail] = field(default_factory=list)
    connections: int = 0
    resets: int = 0
    open_at_once: int = 0
    most_at_once: int = 0
    logins: list[str] = field(default_factory=list)
    at_gate: int = 0


class _Server(SMTP):
    def __init__(self, script: Script, book: Book, **options: Any) -> None:
        super().__init__(
            _Handler(script, book),
            hostname="sink.example",
            data_size_limit=script.size_limit,
            enable_SMTPUTF8=script.smtputf8,
            decode_data=False,
            authenticator=_authenticator(script, book),
            auth_required=script.login is not None,
            auth_require_tls=False,
            **options,
        )
        self.script, self.book, self.number, self.taken = script, book, 0, 0
        if script.greet:
            self.__ident__ = script.greet

    def connection_made(self, transport: Any) -> None:
        if self.number == 0:
            self.book.connections += 1
            self.number = self.book.connections
            self.book.open_at_once += 1
            self.book.most_at_once = max(self.book.most_at_once, self.book.open_at_once)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.book.open_at_once -= 1
        super().connection_lost(error)

    def _line(self) -> Any:
        return self.transport

    async def push(self, status: str | bytes) -> None:
        words = status.decode() if isinstance(status, bytes) else status
        if self.script.greet and words.startswith("220 "):
            words = self.script.greet
        if CLOSE in words.split():
            self._line().abort()
        elif SILENCE in words.split():
            await asyncio.sleep(3600)
        else:
            await super().push(words)

    async def smtp_MAIL(self, arg: str) -> None:
        if self.script.close_after is not None and self.taken >= self.script.close_after:
            await self.push("421 4.7.0 enough for this connection")
            self._line().close()
            return
        await super().smtp_MAIL(arg)

    async def smtp_RSET(self, arg: str) -> None:
        self.book.resets += 1
        await super().smtp_RSET(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if self.script.at_data:
            await self.push(self.script.at_data.pop(0))
        elif self.script.before_dot:
            how = self.script.before_dot.pop(0)
            self._line().pause_reading()
            await self.push("354 go on")
            await self.push(how)
        else:
            await super().smtp_DATA(arg)


class _Handler:
    def __init__(self, script: Script, book: Book) -> None:
        self._script, self._book = script, book

    async def handle_RCPT(self, server: Any, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if answer := self._script.at_rcpt.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: _Server, session: Session, envelope: Envelope) -> str:
        if self._script.gate:
            self._book.at_gate += 1
            await asyncio.get_running_loop().run_in_executor(None, self._script.gate.wait, GATE_SECONDS)
        answer = self._script.after_dot.pop(0) if self._script.after_dot else ""
        if answer[:1] not in ("4", "5"):
            content = envelope.original_content or b""
            for recipient in envelope.rcpt_tos:
                mail = Mail(str(envelope.mail_from), recipient, content, list(envelope.mail_options), server.number)
                self._book.mails.append(mail)
            server.taken += 1
        return answer or f"250 2.0.0 OK: queued as Q{len(self._book.mails)}"


def _authenticator(script: Script, book: Book) -> Callable[..., AuthResult]:
    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: Any) -> AuthResult:
        if isinstance(login, LoginPassword):
            given = (login.login.decode(), login.password.decode())
            book.logins.append(given[0])
            return AuthResult(success=given == script.login, handled=False)
        return AuthResult(success=False, handled=False)

    return check


@dataclass(frozen=True)
class Sink:
    """A running server."""

    host: str
    port: int
    script: Script
    book: Book


@contextmanager
def smtp_sink(
    script: Script | None = None, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
) -> Iterator[Sink]:
    """Run the server in a thread of its own. `tls` wraps from the first byte, `starttls` offers the upgrade."""
    script, book = script or Script(), Book()
    listening = socket.create_server(("127.0.0.1", 0))
    options = {"tls_context": starttls, "require_starttls": True} if starttls else {}
    with own_loop() as loop:
        started = loop.create_server(lambda: _Server(script, book, loop=loop, **options), sock=listening, ssl=tls)
        server = asyncio.run_coroutine_threadsafe(started, loop).result(10)
        try:
            yield Sink("localhost", listening.getsockname()[1], script, book)
        finally:
            loop.call_soon_threadsafe(server.close)
