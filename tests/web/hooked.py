"""Twilio as it asks our webhooks, and a book of what was taken in."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_network
from threading import Lock
from urllib.parse import urlencode

import httpx2
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from notifier.terms.evidence import Receipt
from notifier.terms.incoming import Incoming
from notifier.web.app import web_app
from notifier.web.buckets import Buckets
from notifier.web.gate import Application, Front
from notifier.web.threads import Threads
from notifier.web.twilio_hooks import Hooks, Taking, twilio_router
from notifier.web.twilio_signature import Tokens
from tests.standins.served import served
from tests.web import plain_http

TOKEN = "f00d" * 8
PUBLIC = "https://go.shop.example"
NOW = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)
SID = "SM" + "0123456789abcdef" * 2
TEXT, STATUS = "/webhooks/twilio/text", "/webhooks/twilio/status"
FORM = "application/x-www-form-urlencoded"

CAME: Mapping[str, str] = {
    "ToCountry": "US",
    "SmsMessageSid": SID,
    "NumMedia": "0",
    "SmsSid": SID,
    "SmsStatus": "received",
    "Body": "Where is my lamp?",
    "FromCountry": "US",
    "FromCity": "",
    "To": "+12025550100",
    "MessageSid": SID,
    "AccountSid": "AC" + "0" * 32,
    "From": "+12025550143",
    "ApiVersion": "2010-04-01",
}
"""A text as Twilio tells it."""


@dataclass
class Book:
    """Takes in, and remembers; what is in `faults` is raised first, once each."""

    texts: list[Incoming] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    turn: Lock = field(default_factory=Lock)

    def receive(self, one: Incoming) -> None:
        if self.faults:
            raise self.faults.pop()
        with self.turn:
            if one.key not in {known.key for known in self.texts}:
                self.texts.append(one)

    def take_receipt(self, one: Receipt) -> None:
        if self.faults:
            raise self.faults.pop()
        self.receipts.append(one)

    @property
    def empty(self) -> bool:
        return not self.texts and not self.receipts


@dataclass
class Twilio:
    """Asks the server at `address` as if it stood at `public`, signed by `token`."""

    address: str
    public: str = PUBLIC
    token: str = TOKEN
    book: Book = field(default_factory=Book)

    def signature(self, path: str, form: Mapping[str, str]) -> str:
        return str(RequestValidator(self.token).compute_signature(self.public + path, MultiDict(form)))

    def post(self, path: str, form: Mapping[str, str], signed: str | None = None, **headers: str) -> httpx2.Response:
        """Ask with Twilio's own signature, or with the one given; keyword arguments are headers, _ for -."""
        given = self.signature(path, form) if signed is None else signed
        return self.send(path, urlencode(form).encode(), {"X-Twilio-Signature": given} | dashed(headers))

    def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> httpx2.Response:
        """Ask with exactly this."""
        asked = {"Content-Type": FORM} | dict(headers)
        return plain_http.post(self.address + path, content=body, headers=asked)

    def text(self, **fields: str) -> httpx2.Response:
        """A text with other fields than CAME."""
        return self.post(TEXT, {**CAME, **fields})

    def status(self, query: str = "?attempt=17", **fields: str) -> httpx2.Response:
        return self.post(STATUS + query, {"MessageSid": SID, "MessageStatus": "delivered", **fields})


def dashed(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def hooked(book: Book, threads: Threads, public: str = PUBLIC, forgeries: Buckets | None = None) -> Application:
    """The app with the two webhooks alone, behind a proxy at loopback."""
    front = Front(public, [ip_network("127.0.0.0/8")])
    hooks = Hooks(
        front,
        Tokens((TOKEN, "older" * 6), ("shared" * 6,)),
        threads,
        Taking(book.receive, book.take_receipt, lambda: NOW),
        STATUS,
        forgeries or Buckets(at_once=20, per_minute=10),
    )
    return web_app(front, [twilio_router(hooks)])


@contextmanager
def twilio(public: str = PUBLIC, forgeries: Buckets | None = None) -> Iterator[Twilio]:
    """Twilio before a served app."""
    book, threads = Book(), Threads(2)
    try:
        with served(hooked(book, threads, public, forgeries)) as address:
            yield Twilio(address, public, book=book)
    finally:
        threads.close()
