"""Values become HTML, with headers that allow our own files and no more. Colour: door. Called by asked and sign_in.

The templates lie in the package, are escaped throughout and strict: a name that is not given is a fault of ours.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from notifier.pipeline.wording import way
from notifier.terms.money import Money
from notifier.web.console.message_words import STATE_WORDS

LANGUAGE = "en"
"""The console speaks English; the messages speak the customers' languages."""

ALONE = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"
"""An email, sent or drafted, is a stranger's text: it may only be looked at. No script, nothing from another host, and
no origin of ours (HOSTILE 78).
"""


TO_OURSELVES = {"referrer-policy": "same-origin"}
"""Where a browser names no page at all, it says with a form that nobody asked, and its deeds would be refused."""


def content_policy(nonce: str) -> str:
    """Our own files alone; a style with this nonce, which the editor's library needs."""
    return (
        "default-src 'none'; script-src 'self'; connect-src 'self'; font-src 'self'; frame-src 'self';"
        f" style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; base-uri 'none'; form-action 'self';"
        " frame-ancestors 'none'"
    )


class Paper:
    """The templates, with days and hours in the shop's zone. `version` is that of the assets."""

    def __init__(self, shop: str, tz: ZoneInfo, version: str) -> None:
        self._jinja = _compiled(shop, tz, version)

    def page(self, template: str, status: int, values: Mapping[str, Any]) -> Response:
        """A whole page."""
        nonce = secrets.token_urlsafe(16)
        text = self._jinja.get_template(template).render(**values, nonce=nonce)
        return HTMLResponse(text, status, {"content-security-policy": content_policy(nonce)} | TO_OURSELVES)

    def part(self, template: str, status: int, values: Mapping[str, Any]) -> Response:
        """A piece, put into a page that is there already."""
        text = self._jinja.get_template(template).render(**values, nonce="")
        return HTMLResponse(text, status)


@lru_cache(maxsize=8)
def _compiled(shop: str, tz: ZoneInfo, version: str) -> Environment:
    """The templates for the pages of one shop, each compiled once: to compile one takes longer than to fill it in."""
    jinja = Environment(
        loader=PackageLoader("notifier.web.console", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.globals = {"shop": shop, "asset": _assets(version), "plural": _plural}
    jinja.filters |= {
        "when": lambda moment: _when(moment, tz),
        "hour": lambda moment: format_datetime(moment.astimezone(tz), "HH:mm", locale=LANGUAGE),
        "day": _day,
        "count": lambda number: format_decimal(number, locale=LANGUAGE),
        "money": _money,
        "way": way,
        "stands": lambda state: STATE_WORDS[state],
    }
    return jinja


def _assets(version: str) -> Callable[[str], str]:
    return lambda name: f"/console/assets/{version}/{name}"


def _plural(number: int, one: str, many: str = "") -> str:
    """`1 reply`, `3 replies`."""
    return f"{format_decimal(number, locale=LANGUAGE)} {one if number == 1 else many or one + 's'}"


def _when(moment: datetime, tz: ZoneInfo) -> Markup:
    """A moment in the shop's zone, as an element that a script and a screen reader understand."""
    local = moment.astimezone(tz)
    words = format_datetime(local, "d MMM y, HH:mm", locale=LANGUAGE)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(local.isoformat(), str(tz), words)


def _day(day: date) -> Markup:
    words = format_date(day, "d MMM y", locale=LANGUAGE)
    return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), words)


def _money(amount: Money | Decimal, currency: str = "") -> str:
    found = amount if isinstance(amount, Money) else Money(amount, currency)
    return format_currency(found.amount, found.currency, locale=LANGUAGE)
