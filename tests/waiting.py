"""A shop whose reading lamp is out of stock, and people who want to be told when it is back."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from notifier.pipeline.receive import Received, receive
from notifier.pipeline.restock import RestockReport, restock
from notifier.pipeline.signup import SignedUp, contact_of, sign_up
from notifier.store.tables import ConsentRequest, Message, WaitlistEntry
from notifier.terms.incoming import Choice, Incoming, Road
from notifier.terms.reply import Intent
from notifier.terms.signup import SignUp
from notifier.terms.words import MessageClass
from tests.shop import NOON, Shop, open_shop

START = NOON + timedelta(hours=2)
"""17:00 UTC: within the day from California to central Europe."""

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANN, BEA, CAT = "ann@shop.example.com", "bea@shop.example.com", "cat@shop.example.com"
NUMBER = "+14155552671"
SETTINGS = """
[shop]
country = "US"
timezone = "America/New_York"
[web]
public_url = "https://go.shop.example"
[sms]
enabled = true
account_sid = "AC00000000000000000000000000000000"
allowed_countries = ["US"]
messaging_service_sid = "MG00000000000000000000000000000000"
"""


def open_lamp_shop(folder: Path, url: str, more: str = "", stock: int | str = 0, country: str = "US") -> Shop:
    toml = SETTINGS.replace('country = "US"', f'country = "{country}"') + more
    shop = open_shop(folder, url, toml, NOTIFIER_SMS__AUTH_TOKEN="0" * 32)
    put_stock(shop, stock, NOON)
    return shop


def put_stock(shop: Shop, stock: int | str, now: datetime, **more: Any) -> None:
    """The shop's count of the lamp, as an import tells it."""
    row = {"sku": "LAMP", "name": "Reading lamp", "url": "https://shop.example/lamp", "stock": stock}
    shop.take_in("products", [row | more], now)


def wants(shop: Shop, email: str = "", now: datetime = START, **more: Any) -> SignedUp:
    """Somebody signs up by the form."""
    asked = SignUp(
        brand=more.pop("brand", "default"),
        sku=more.pop("sku", "LAMP"),
        locale="en",
        wording="I agree to this.",
        email=email,
        evidence="from 192.0.2.7 by Browser/1",
        **more,
    )
    with shop.house() as house:
        return sign_up(house, asked, contact_of(house, asked), now)


def agrees(shop: Shop, request: int, now: datetime) -> Received:
    """Whoever has the address presses the button of the page."""
    row = next(one for one in shop.rows(ConsentRequest) if one.id == request)
    choice = Choice(Intent.OPT_IN, about=MessageClass.MARKETING, channel=row.channel)
    clicked = Incoming(
        Road.PAGE, f"consent:{request}", now, message_id=row.message_id, choice=choice, evidence="from 192.0.2.8"
    )
    with shop.house() as house:
        return receive(house, clicked, now)


def joins(shop: Shop, now: datetime, words: str = "JOIN", number: str = NUMBER) -> Received:
    """A text comes from the number."""
    with shop.house() as house:
        return receive(house, Incoming(Road.SMS, f"SM{now.timestamp()}{words}", now, words, number), now)


def waiting(shop: Shop, *emails: str, now: datetime = START) -> None:
    """They sign up one after the other, a minute apart, and confirm at once."""
    for place, one in enumerate(emails):
        at = now + timedelta(minutes=place)
        wants(shop, one, at)
        agrees(shop, shop.rows(ConsentRequest)[-1].id, at)


def looked(shop: Shop, now: datetime) -> RestockReport:
    """The tick."""
    with shop.house() as house:
        return restock(house, now)


def states(shop: Shop) -> list[str]:
    """Where the entries stand, in the order of signing up."""
    return [row.state for row in shop.rows(WaitlistEntry)]


def messages(shop: Shop, purpose: str) -> list[tuple[str, str]]:
    """State and reason of all messages of a purpose."""
    return [(row.state, row.reason) for row in shop.rows(Message) if row.purpose == purpose]
