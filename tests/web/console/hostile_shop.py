"""A shop whose records, replies and team are full of hostile strings, all taken in by the product's own roads."""

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from structlog.testing import capture_logs

from notifier import app
from notifier.pipeline import configured
from notifier.pipeline.house import House
from notifier.pipeline.imports import ImportRequest, import_records
from notifier.pipeline.intake import keep, take_in
from notifier.pipeline.mailroom import Mailroom
from notifier.replies.mail import read_mail
from notifier.web.app import web_app
from notifier.web.gate import Front
from notifier.web.threads import Threads
from notifier.web.twilio_hooks import Hooks, Taking, twilio_router
from notifier.web.twilio_signature import Tokens
from tests.shop import NOON, Shop, order
from tests.standins.served import served
from tests.standins.smtp_sink import Mail, Sink
from tests.web.console.hostile_strings import STRINGS
from tests.web.console.rich import HOUR, LATE, deliver_apart, live_shop
from tests.web.hooked import PUBLIC, STATUS, TOKEN, Twilio

SAFETY = "[safety]\nmax_per_run = 5000\nsurge_factor = 0\n"
NUMBERS = ("+12125552368", "+14155552671")


@dataclass
class Hostile:
    """The shop, its mail server, and what was logged meanwhile."""

    shop: Shop
    sink: Sink
    logged: list[Any] = field(default_factory=list)

    @property
    def mails(self) -> Sequence[Mail]:
        """Those that arrived."""
        return self.sink.book.mails


@contextmanager
def hostile(folder: Path, url: str, strings: Sequence[str] = STRINGS) -> Iterator[Hostile]:
    """Each string is a customer's name, a product, a reason for a delay, an order's number, a SKU, and a reply."""
    with live_shop(folder, url, SAFETY) as (shop, sink):
        found = Hostile(shop, sink)
        with capture_logs() as found.logged:
            bring(shop, "backorders", [order("honest", **LATE), *as_words(strings), *as_keys(strings)])
            bring(shop, "products", list(as_products(strings)))
            bring(shop, "supply", list(as_supply(strings)))
            shop.plan()
            deliver_apart(shop)
            hear(shop, strings)
            deliver_apart(shop, NOON + HOUR)
        yield found


def bring(shop: Shop, kind: str, rows: Sequence[dict[str, Any]]) -> None:
    """Import rows as JSON, which can carry what no CSV can: NUL and halves of a pair."""
    path = shop.folder / f"hostile-{kind}.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    with shop.house() as house:
        request = ImportRequest(kind, path, configured.profile(shop.settings, "", kind))
        import_records(house, app.shop_context(shop.settings), request, NOON, lambda done, whole: None)


def as_words(strings: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Rows in which a string is free text."""
    for number, one in enumerate(strings):
        words = dict.fromkeys(("customer_name", "product", "category", "delay_reason"), one)
        yield order(f"w{number}", **LATE) | words


def as_keys(strings: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Rows in which a string is what the shop calls an order, a line, a SKU and a customer."""
    for number, one in enumerate(strings):
        keys = dict.fromkeys(("order_id", "customer_id", "line_id", "sku", "sales_channel"), one)
        yield order(f"k{number}", **LATE) | keys


def as_products(strings: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Rows in which a string is all that can be said of a product, its links among them."""
    for number, one in enumerate(strings):
        yield {"sku": f"P{number}", "stock": 1} | dict.fromkeys(("name", "category", "supplier"), one)
        yield {"sku": f"Q{number}", "stock": 1, "name": "Shade"} | dict.fromkeys(("url", "image_url"), one)


def as_supply(strings: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Rows in which a string is a purchase order and who delivers it."""
    for one in strings:
        yield {"po_id": one, "supplier": one, "sku": one, "quantity": 1, "promised_on": "2026-06-10"}


def hear(shop: Shop, strings: Sequence[str] = STRINGS) -> None:
    """Each string comes as an email and its subject, and as a text by the provider's webhook."""
    at = NOON + HOUR / 2
    with shop.house() as house:
        room = Mailroom(house, lambda raw: read_mail(raw, frozenset({"oak.example"})), lambda: at)
        for number, one in enumerate(strings):
            room.open(a_mail(number, one), at, f"INBOX/1/{number}")
        text_by_text(house, strings, at)


def a_mail(number: int, words: str) -> bytes:
    """A mail that says `words`, in its subject, its sender's name and its text, as no proper program would write it."""
    said = words.encode("utf-8", "surrogatepass")
    packed = b"=?utf-8?b?" + b64encode(said) + b"?="
    return b"\r\n".join(
        [
            b"From: " + packed + f" <w{number}@shop.example.com>".encode(),
            b"To: help@oak.example",
            b"Subject: " + packed,
            f"Message-ID: <{number}@mail.example>".encode(),
            b"Content-Type: text/plain; charset=utf-8",
            b"Content-Transfer-Encoding: base64",
            b"",
            b64encode(said),
            b"",
        ]
    )


def text_by_text(house: House, strings: Sequence[str], at: datetime) -> None:
    """Over HTTP, signed as the provider does."""
    front, threads = Front(PUBLIC), Threads(2)
    taking = Taking(lambda one: keep(house, one), lambda one: None, lambda: at)
    hooks = Hooks(front, Tokens((TOKEN,), ()), threads, taking, STATUS)
    try:
        with served(web_app(front, [twilio_router(hooks)])) as address:
            twilio = Twilio(address)
            for number, one in enumerate(strings):
                body = one.encode("utf-8", "replace").decode()
                twilio.text(Body=body, MessageSid=f"SM{number:032x}", From=NUMBERS[number % 2])
        while take_in(house, at):
            pass
    finally:
        threads.close()
