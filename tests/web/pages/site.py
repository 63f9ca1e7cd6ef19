"""A shop whose pages are served, and a customer who opens the links of its messages and sends their forms."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import httpx2
from sqlalchemy import text

from notifier.pipeline.content import links_of
from notifier.store.tables import Message
from notifier.web.app import web_app
from notifier.web.buckets import Buckets
from notifier.web.gate import Front
from notifier.web.opening import pages_of
from notifier.web.pages.routes import pages_router
from notifier.web.signup.confirm import Confirm, confirm_router
from notifier.web.signup.form import Form as SignUpForm
from notifier.web.signup.form import form_router
from notifier.web.threads import Threads
from tests.shop import NOON, Shop, open_shop, order
from tests.standins.served import served
from tests.web import plain_http
from tests.web.lumen import LUMEN

PUBLIC = "https://go.shop.example"
SETTINGS = f"""{LUMEN}[web]
public_url = "{PUBLIC}"
[delay_rule]
jurisdiction = "auto"
[sms]
enabled = true
account_sid = "AC00000000000000000000000000000000"
allowed_countries = ["DE", "US"]
messaging_service_sid = "MG00000000000000000000000000000000"
"""
HOUR = timedelta(hours=1)


@dataclass
class Form:
    """A form as it stands in a page: its fields, and what its button says."""

    fields: list[tuple[str, str]] = field(default_factory=list)
    button: str = ""
    action: str = ""


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._in_button = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self.found.append(Form(action=said.get("action") or ""))
        elif tag == "input" and (said.get("type") != "checkbox" or "checked" in said):
            self.found[-1].fields.append((said["name"] or "", said["value"] or ""))
        elif tag == "button":
            self._in_button = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "button":
            self._in_button = False

    def handle_data(self, data: str) -> None:
        if self._in_button:
            self.found[-1].button += data


def forms(page: str) -> list[Form]:
    reader = _Forms()
    reader.feed(page)
    return reader.found


@dataclass
class Site:
    """The served pages at `address`, by a clock that the test sets."""

    shop: Shop
    address: str
    clock: list[datetime]

    def link(self, kind: str = "page", message: int = -1) -> str:
        """The path of a link in one of the messages, the last one unless another is named."""
        rows = self.shop.rows(Message)
        with self.shop.house() as house:
            return urlsplit(getattr(links_of(house, rows[message]), kind)).path

    def get(self, path: str, **headers: str) -> httpx2.Response:
        return plain_http.get(self.address + path, headers=headers)

    def send(self, path: str, fields: Any, **headers: str) -> httpx2.Response:
        """Post a form, and follow where it leads."""
        return plain_http.post(self.address + path, data=fields, headers=headers, follow_redirects=True)

    def summary(self, path: str, button: str) -> Form:
        """Press a button of the page: the form that asks once more."""
        found = next((one for one in forms(self.get(path).text) if one.button.startswith(button)), None)
        assert found is not None, f"there is no button {button!r}"
        return forms(self.send(path, pairs(found)).text)[0]

    def choose(self, path: str, button: str, **more: str) -> httpx2.Response:
        """Press a button, confirm, and get the page that shows it back."""
        asked = self.summary(path, button)
        return self.send(path, pairs(asked) | more)

    def later(self, length: timedelta) -> datetime:
        self.clock[0] += length
        return self.clock[0]

    @property
    def now(self) -> datetime:
        return self.clock[0]

    def digest(self) -> str:
        """Of every row of every table."""
        with self.shop.house() as house, house.store.read() as tx:
            listed = sha256()
            for name in sorted(_tables(tx.connection)):
                rows = sorted(repr(tuple(row)) for row in tx.connection.execute(text(f'SELECT * FROM "{name}"')))
                listed.update(repr((name, rows)).encode())
        return listed.hexdigest()


def pairs(form: Form) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in form.fields:
        found.setdefault(name, []).append(value)
    return found


def _tables(connection: Any) -> list[str]:
    from sqlalchemy import inspect

    return list(inspect(connection).get_table_names())


@contextmanager
def site(
    folder: Path,
    database_url: str,
    settings: str = SETTINGS,
    secrets: Mapping[str, str] = MappingProxyType({}),
    presses: int | None = None,
) -> Iterator[Site]:
    """A shop with nothing in it yet, and its pages."""
    with served_pages(opened(folder, database_url, settings, secrets), presses) as found:
        yield found


def opened(
    folder: Path, database_url: str, settings: str = SETTINGS, secrets: Mapping[str, str] = MappingProxyType({})
) -> Shop:
    return open_shop(folder, database_url, settings, NOTIFIER_SMS__AUTH_TOKEN="0" * 32, **secrets)


@contextmanager
def served_pages(shop: Shop, presses: int | None = None) -> Iterator[Site]:
    """Its pages; so many buttons may be pressed behind one link, where the product's own number is too few."""
    clock, threads = [NOON], Threads(2, answer_within=120)

    def seconds() -> float:
        return clock[0].timestamp()

    try:
        with shop.house() as house:
            pages = pages_of(house, lambda: clock[0], threads)
            signing_up = form_router(SignUpForm(house, threads, lambda: clock[0], ()))
            confirming = confirm_router(Confirm(house, threads, lambda: clock[0]))
            if presses is not None:
                pages = replace(pages, choices=Buckets(presses, per_minute=10))
            for bucket in (pages.wrong, pages.looks, pages.choices):
                bucket.steady = seconds
        with served(
            web_app(Front(shop.settings.web.public_url), [pages_router(pages), signing_up, confirming])
        ) as address:
            yield Site(shop, address, clock)
    finally:
        threads.close()


def tell(site: Site, *orders: dict[str, Any], now: datetime | None = None) -> None:
    """Take backorders in, judge, and send."""
    tell_in(site.shop, *orders, now=now or site.now)


def tell_in(shop: Shop, *orders: dict[str, Any], now: datetime = NOON) -> None:
    """As `tell`, of a shop whose pages nobody serves yet."""
    shop.take_in("backorders", list(orders), now)
    shop.plan(now)
    # In a thread of its own: the library that drives a browser keeps a loop in this one.
    with ThreadPoolExecutor(1) as apart:
        apart.submit(shop.deliver, now).result()


def ann_was_told(folder: Path, database_url: str) -> Shop:
    """Ann has a notice F3: her lamp was promised for 10 June, and now ships on 20 June."""
    shop = opened(folder, database_url)
    tell_in(shop, late())
    return shop


def late(name: str = "ann", **more: Any) -> dict[str, Any]:
    """Promised for 10 June, now expected on 20 June: a notice F3 goes on 1 June."""
    said = {"promised_ship_by": "2026-06-10", "eta_from": "2026-06-20", "eta_to": "2026-06-20", "unit_price": "49.00"}
    return order(name, **(said | {"locale": "en", "currency": "USD"} | more))
