"""A mail server that writes down every mail it takes, before it answers; it offers PIPELINING. It runs in a thread."""

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.standins.own_loop import own_loop

_MESSAGE_ID = re.compile(rb"^message-id:\s*<([^@>]+)@", re.IGNORECASE | re.MULTILINE)

TROUBLES = ("later", "never", "cut_at_data", "cut_within", "cut_after_dot", "treacle", "late_answer")


@dataclass(frozen=True, slots=True)
class Weather:
    """How often (0 to 1) a mail meets what; the rest goes well. `late` seconds is how long a late answer takes.

    `cut_within` cuts the connection within the content: a sender may have written the dot already, and cannot know.
    """

    later: float = 0.0
    never: float = 0.0
    cut_at_data: float = 0.0
    cut_within: float = 0.0
    cut_after_dot: float = 0.0
    treacle: float = 0.0
    late_answer: float = 0.0
    late: float = 2.0

    def at(self, dice: random.Random) -> str:
        """What one mail meets; "" for nothing."""
        thrown, so_far = dice.random(), 0.0
        for name in TROUBLES:
            so_far += getattr(self, name)
            if thrown < so_far:
                return name
        return ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One mail that the server took: the uid in its Message-ID, its recipient, when (seconds that never run back)."""

    uid: str
    to: str
    at: float


@dataclass(slots=True)
class Book:
    """What the server took, by the uid in the Message-ID, what it said, and to what it never said anything; `on_mail`
    hears of each mail before it is answered. `entries` are all mails taken, in their order.
    """

    weather: Weather = field(default_factory=Weather)
    dice: random.Random = field(default_factory=lambda: random.Random(1))
    port: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    unanswered: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    entries: list[Entry] = field(default_factory=list)
    on_mail: Callable[[], None] = lambda: None


class _Session(asyncio.Protocol):
    """One connection: command lines in, answers out; after DATA everything up to the dot is one mail."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._pending = bytearray()
        self._in_data = False
        self._trouble = self._to = ""
        self._out: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._out = transport
        self._say(b"220 book")

    def data_received(self, data: bytes) -> None:
        self._pending += data
        while self._out is not None and not self._out.is_closing() and self._step():
            pass

    def _step(self) -> bool:
        mark = b"\r\n.\r\n" if self._in_data else b"\r\n"
        end = self._pending.find(mark)
        if end < 0:
            if self._in_data and self._trouble == "cut_within" and len(self._pending) > 2000:
                self._leave(bytes(self._pending))
            return False
        whole = bytes(self._pending[: end + 2])
        del self._pending[: end + len(mark)]
        if self._in_data:
            self._in_data = False
            self._mail(whole)
        else:
            self._command(whole)
        return True

    def _command(self, line: bytes) -> None:
        word = line[:4].upper()
        if word == b"EHLO":
            self._say(b"250-book\r\n250-PIPELINING\r\n250 SIZE 1000000")
        elif word == b"MAIL":
            self._trouble = self._book.weather.at(self._book.dice)
            self._book.met[self._trouble] += 1
            self._say(b"250 ok")
        elif word == b"RCPT":
            self._to = line.partition(b"<")[2].partition(b">")[0].decode()
            self._say(b"250 ok")
        elif word == b"DATA" and self._trouble == "cut_at_data":
            self._cut()
        elif word == b"DATA":
            self._in_data = True
            self._say(b"354 go ahead")
        elif word == b"QUIT" and self._out is not None:
            self._say(b"221 bye")
            self._out.close()
        else:
            self._say(b"250 ok")

    def _mail(self, content: bytes) -> None:
        uid, book, trouble = _uid(content), self._book, self._trouble
        if trouble == "cut_within":
            self._leave(content)
        elif trouble == "later":
            self._say(b"451 4.3.0 try again later")
        elif trouble == "never":
            book.refused[uid] += 1
            self._say(b"554 5.7.1 not this one")
        elif trouble == "treacle":
            book.unanswered[uid] += 1
            self._drip()
        else:
            self._take(uid)

    def _take(self, uid: str) -> None:
        book = self._book
        book.taken[uid] += 1
        book.entries.append(Entry(uid, self._to, time.monotonic()))
        book.on_mail()
        if self._trouble == "cut_after_dot":
            self._cut()
        elif self._trouble == "late_answer":
            asyncio.get_running_loop().call_later(book.weather.late, self._say, b"250 ok at last")
        else:
            book.answered[uid] += 1
            self._say(b"250 queued as " + uid[:10].encode())

    def _leave(self, content: bytes) -> None:
        self._book.unanswered[_uid(content)] += 1
        self._cut()

    def _drip(self) -> None:
        if self._out is not None and not self._out.is_closing():
            self._out.write(b"2")
            asyncio.get_running_loop().call_later(0.3, self._drip)

    def _say(self, answer: bytes) -> None:
        if self._out is not None and not self._out.is_closing():
            self._out.write(answer + b"\r\n")

    def _cut(self) -> None:
        if self._out is not None:
            self._out.abort()


def _uid(content: bytes) -> str:
    found = _MESSAGE_ID.search(content)
    return found.group(1).decode() if found else ""


@contextmanager
def mail_book(weather: Weather | None = None, seed: int = 1, hosts: Sequence[str] = ("127.0.0.1",)) -> Iterator[Book]:
    """Run the server on one free port of these addresses of this machine."""
    book = Book(weather or Weather(), random.Random(seed))
    with own_loop() as loop:
        listening = [asyncio.run_coroutine_threadsafe(_listen(book, host), loop).result(10) for host in hosts]
        try:
            yield book
        finally:
            for server in listening:
                loop.call_soon_threadsafe(server.close)


async def _listen(book: Book, host: str) -> asyncio.Server:
    server = await asyncio.get_running_loop().create_server(lambda: _Session(book), host, book.port)
    book.port = server.sockets[0].getsockname()[1]
    return server
