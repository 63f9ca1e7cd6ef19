"""A shop in which every page of the console has something to show, made by the product's own functions."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from notifier.errors import Stopped
from notifier.pipeline import holds, pauses, slip
from notifier.pipeline.people import Asked
from notifier.pipeline.receive import receive
from notifier.settings import load_settings
from notifier.terms.incoming import Choice, Incoming, Road
from notifier.terms.pause import Pause
from notifier.terms.reply import Intent
from notifier.terms.slip import Slip
from tests.shop import NOON, Shop, open_shop, order
from tests.standins.smtp_sink import CLOSE, Script, Sink, smtp_sink
from tests.standins.twilio_api import ACCOUNT, TOKEN, twilio_api
from tests.web.console.desk import SETTINGS
from tests.wordshop import PLACED, PLACED_GERMAN, email, put_out, save

LIVE = """
[delivery]
mode = "live"
render_workers = 1
[email]
host = "{host}"
port = {port}
security = "none"
"""
TEXTS = """
[sms]
enabled = true
account_sid = "{account}"
api_base = "{url}"
timeout_seconds = 5
allowed_countries = ["US", "DE"]
messaging_service_sid = "MG00000000000000000000000000000000"
"""
BRAKE = "\n[safety]\nsurge_factor = 0\n"
HOUR = timedelta(hours=1)
MORNING = NOON - 2 * HOUR
EAST = {"timezone": "America/New_York", "region": "NY", "currency": "USD", "unit_price": "49.00"}
NEW = EAST | {"ordered_at": "2026-06-01T10:00:00Z", "promised_ship_by": "2026-07-01"}
"""Ordered today, for a day that still holds: news, but nothing that the law requires."""

LATE = EAST | {"promised_ship_by": "2026-06-10", "eta_from": "2026-06-20", "eta_to": "2026-06-20"}
REFUSED = "ref@shop.example.com"
GERMAN = {"country": "DE", "region": "", "locale": "de", "timezone": "Europe/Berlin", "currency": "EUR"}
LONG = "Maximiliana von Hohenstein-Wartenberg-Oberkirch"
TYPO = "{{ greting }},\n\nYour order {{ orders }} is with us.\n"


@contextmanager
def live_shop(folder: Path, url: str, more: str = "", script: Script | None = None) -> Iterator[tuple[Shop, Sink]]:
    """An empty shop with a console, in mode live, and the servers on this machine that it sends by."""
    with smtp_sink(script) as sink, twilio_api() as api:
        toml = SETTINGS + LIVE.format(host=sink.host, port=sink.port) + TEXTS.format(account=ACCOUNT, url=api.url)
        yield open_shop(folder, url, toml + more, NOTIFIER_SMS__AUTH_TOKEN=TOKEN), sink


def with_more(shop: Shop, before: str, after: str) -> Shop:
    """The same shop, with something else in its settings."""
    path = shop.folder / "settings.toml"
    path.write_text(path.read_text("utf-8").replace(before, after), "utf-8")
    return replace(
        shop, settings=load_settings(path, {"NOTIFIER_DATABASE__URL": shop.settings.database_url} | shop.secrets)
    )


def deliver_apart(shop: Shop, now: datetime = NOON) -> None:
    """Deliver in a thread of its own: the library that drives a browser keeps a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(shop.deliver, now).result()


@contextmanager
def rich(folder: Path, url: str) -> Iterator[Shop]:
    """Messages in every state, replies that wait, a stopped run, a pause, drafts and versions, slips."""
    script = Script(at_rcpt={REFUSED: "550 5.1.1 nobody here"})
    with live_shop(folder, url, BRAKE, script) as (shop, _):
        _sent(shop, script)
        _worded(shop)
        _heard(shop)
        _said(shop)
        yield _stopped(shop)


def _sent(shop: Shop, script: Script) -> None:
    """Messages that went, by email and by text, one that was refused, and one of which nobody knows."""
    stock: dict[str, Any] = {
        "name": "Reading lamp",
        "category": "lamps",
        "stock": "0",
        "price": "49.00",
        "currency": "USD",
    }
    shop.take_in("products", [stock | {"sku": sku} for sku in ("LAMP", "SHADE")], MORNING)
    shop.take_in(
        "supply",
        [
            {"po_id": "PO-7", "sku": "SHADE", "supplier": "Halden", "quantity": 9, "promised_on": "2026-07-20"},
            {"po_id": "PO-8", "sku": "DESK", "supplier": "Oak Mill", "quantity": 9, "promised_on": "2026-06-10"},
        ],
        MORNING,
    )
    rows = [
        order("ann", **LATE, phone="+12125552368"),
        order(
            "max", **LATE, customer_name=LONG, line_id="1", product="Reading lamp, brass, with a very long name " * 3
        ),
        order("ref", **LATE),
        order("tex", **NEW, email="", phone="+14155552671"),
        order("ger", **LATE | GERMAN),
        order("shy", **NEW | {"sku": "SHADE", "product": "Linen shade"}),
        order("dee", **NEW | {"sku": "DESK", "product": "Oak desk"}),
    ]
    shop.take_in("backorders", rows, MORNING)
    shop.plan(MORNING)
    shop.deliver(MORNING)
    script.after_dot.append(CLOSE)
    shop.take_in("backorders", [order("lost", **LATE)], MORNING + HOUR)
    shop.plan(MORNING + HOUR)
    shop.deliver(MORNING + HOUR)


def _worded(shop: Shop) -> None:
    """Versions and drafts of templates; one is mistyped in its file, so its message is held."""
    with shop.house() as house:
        put_out(house, PLACED_GERMAN, email("Wir haben Ihre Bestellung."), "Ada", MORNING)
        put_out(house, PLACED_GERMAN, email("Wir haben Ihre Bestellung. Danke!"), "Ben", NOON - HOUR)
        save(house, PLACED, email("We have your order.") | {"email.md": TYPO}, "Ada", NOON - HOUR)
    broken = shop.folder / "templates" / "placed"
    broken.mkdir(parents=True)
    (broken / "email.md").write_text(TYPO, "utf-8")
    shop.take_in("backorders", [order("held", **NEW), order("hal", **NEW)], NOON - HOUR)
    shop.plan(NOON - HOUR)
    shop.deliver(NOON - HOUR)


def _heard(shop: Shop) -> None:
    """Replies, some of which need a person; who called; who asked for a cancellation by the page."""
    said = [
        Incoming(
            Road.SMS, "r1", NOON - 3 * HOUR / 2, "Is it here before the 20th? Or should I just cancel?", "+12125552368"
        ),
        Incoming(
            Road.EMAIL, "r2", NOON - HOUR, "Please call me tomorrow.", "max@shop.example.com", subject="Re: your order"
        ),
        Incoming(Road.EMAIL, "r3", NOON - HOUR, "Who are you?", "stranger@else.example", subject="Hello"),
        Incoming(Road.SMS, "r4", NOON - HOUR, "thank you", "+14155552671"),
    ]
    with shop.house() as house:
        for one in said:
            receive(house, one, one.received_at)
        cancel = Choice(Intent.CANCEL_ORDER)
        receive(house, Incoming(Road.PAGE, "n1", NOON - HOUR, message_id=1, choice=cancel), NOON - HOUR)
        holds.call(house, Asked("max"), holds.Said("Ada", "Wants to be called back."), NOON - HOUR, complaint=True)


def _said(shop: Shop) -> None:
    """A slip, and a pause."""
    with shop.house() as house:
        said = Slip("PO-8", "", date(2026, 7, 3), "The ship was held in port.")
        found, _ = slip.look(house, said, NOON - HOUR)
        slip.approve(house, said, found.shown, "Ada", NOON - HOUR)
        pauses.pause(house, Pause("thank_you"), "Ada", "until the wording is better", NOON - HOUR)


def _stopped(shop: Shop) -> Shop:
    """Some wait to be sent, and a run of more customers than the brake lets go by itself waits for a person."""
    shop.take_in("backorders", [order(name, **LATE) for name in ("que", "quy")], NOON)
    shop.plan(NOON)
    shop = with_more(shop, BRAKE, f"{BRAKE}max_per_run = 1\n")
    shop.take_in("backorders", [order(f"stop{number}", **LATE) for number in range(4)], NOON)
    try:
        shop.plan(NOON)
    except Stopped:
        return shop
    raise AssertionError("the brake let it go")
