"""What the web of a shop consists of, and to whom it hands what comes in: the one place that says so. Colour: door.

Called by serving.
"""

from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_network

from fastapi import APIRouter

from notifier import app
from notifier.pipeline.house import House
from notifier.pipeline.intake import keep
from notifier.pipeline.page import look
from notifier.pipeline.receipts import take_receipt
from notifier.pipeline.receive import receive
from notifier.settings import Settings
from notifier.terms.incoming import Incoming
from notifier.web.app import web_app
from notifier.web.console.opening import open_console
from notifier.web.gate import Application, Front
from notifier.web.pages.paper import Paper
from notifier.web.pages.routes import Pages, Reading, pages_router
from notifier.web.signup.confirm import Confirm, confirm_router
from notifier.web.signup.form import Form, form_router
from notifier.web.threads import Threads
from notifier.web.twilio_hooks import Hooks, Taking, twilio_router
from notifier.web.twilio_signature import Tokens


def shop_app(settings: Settings, house: House, threads: Threads, wake: Callable[[], None]) -> Application:
    """The web of a shop; `wake` is called when a text was kept. The caller closes `threads` and the house."""
    front = Front(settings.web.public_url, [ip_network(one) for one in settings.web.proxies])
    routers = _routers(settings, front, taking(house, app.clock, wake), threads)
    if settings.web.public_url:
        routers.append(pages_router(pages_of(house, app.clock, threads)))
    console = open_console(settings, house, threads, app.clock)
    routers += [*_signing_up(settings, house, threads), *console.routers]
    return web_app(front, routers, rooms=console.rooms)


def taking(house: House, clock: Callable[[], datetime], wake: Callable[[], None]) -> Taking:
    """To whom the webhooks hand on what comes in: a text is kept, and taken in by whoever is woken."""

    def kept(one: Incoming) -> None:
        keep(house, one)
        wake()

    return Taking(kept, lambda one: take_receipt(house, one, clock()), clock)


def pages_of(house: House, clock: Callable[[], datetime], threads: Threads) -> Pages:
    """The customers' pages, in the words and colours of the shop."""
    reading = Reading(lambda link: look(house, link, clock()), lambda one: receive(house, one, clock()), clock)
    return Pages(threads, reading, house.web.keys, Paper(house.catalogue.phrases, house.brand("")))


def _routers(settings: Settings, front: Front, take: Taking, threads: Threads) -> list[APIRouter]:
    found = []
    tokens = Tokens(settings.sms.believed_tokens, settings.sms.believed_shared_keys)
    if tokens:
        found.append(twilio_router(Hooks(front, tokens, threads, take, settings.sms.status_callback_path)))
    return found


def _signing_up(settings: Settings, house: House, threads: Threads) -> list[APIRouter]:
    """The form, and the page that confirms: where links can lead there."""
    if not settings.web.public_url:
        return []
    form = Form(house, threads, app.clock, settings.signup.embed_origins)
    return [form_router(form), confirm_router(Confirm(house, threads, app.clock))]
