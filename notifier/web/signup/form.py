"""The sign-up form, and what is sent with it. Colour: door. Put together by web.opening.

A product, a brand or an address that nobody knows is answered as every other one. What bounds the texts that a stranger
can make us send (HOSTILE.md 55): a few a minute for each neighbourhood, a few a day for each address, a few an hour for
each block of numbers, so many a day in all, and only to countries on the list.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from urllib.parse import parse_qsl

import structlog
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from notifier.pipeline.asking import words_of
from notifier.pipeline.house import House
from notifier.pipeline.signup import NotReachable, contact_of, form_agreement, sign_up
from notifier.terms.signup import SignUp
from notifier.terms.words import Channel
from notifier.web.asked import client, evidence
from notifier.web.buckets import Buckets, neighbourhood
from notifier.web.signup.language import language
from notifier.web.signup.markup import Page, Typed, form_page, sent_page, too_many_page
from notifier.web.threads import Threads

log = structlog.get_logger(__name__)

FORM_PATH = "/w/{brand}/{sku:path}"
MOST_FIELDS = 20
MOST_TYPED = 254
BLOCK = 8
"""Characters of a number that a block of a thousand or more shares: +1415555 is one."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How often the form is taken in."""

    neighbours: Buckets = field(default_factory=lambda: Buckets(at_once=6, per_minute=0.5))
    addresses: Buckets = field(default_factory=lambda: Buckets(at_once=3, per_minute=3 / 1440))
    blocks: Buckets = field(default_factory=lambda: Buckets(at_once=10, per_minute=10 / 60))


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a shop. `framed_by` are the origins whose pages may show it."""

    house: House
    threads: Threads
    clock: Callable[[], datetime]
    framed_by: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)

    async def show(self, request: Request, brand: str, sku: str) -> Response:  # noqa: ARG002 - all are alike
        """The empty form. It changes nothing and looks nothing up."""
        return self._form(self._page(request, brand), Typed(), brand)

    async def take(self, request: Request, brand: str, sku: str) -> Response:
        """What was sent with it."""
        page, who = self._page(request, brand), client(request)
        if not self.limits.neighbours.take(neighbourhood(who)):
            return too_many_page(page)
        given = _fields(await request.body())
        typed = Typed(given.get("email", "").strip(), given.get("phone", "").strip())
        asked = SignUp(
            brand=brand if brand in self.house.brands else "",
            sku=sku,
            locale=page.locale,
            wording=" ".join(self._agreement(page, brand)),
            email=typed.email,
            phone=typed.phone,
            evidence=evidence(request),
        )
        try:
            contact = contact_of(self.house, asked)
        except NotReachable as fault:
            words = "signup_" + fault.why
            return self._form(page, Typed(typed.email, typed.phone, words), brand)
        if given.get("agree") != "yes":
            return self._form(page, Typed(typed.email, typed.phone, "signup_agree_first"), brand)
        if given.get("website") or not self._in_bounds(contact.digest, contact.value, contact.channel):
            log.info("a sign-up was dropped", trap=bool(given.get("website")))
            return sent_page(page)
        await self.threads.run(partial(sign_up, self.house, asked, contact, self.clock()))
        return sent_page(page)

    def _in_bounds(self, digest: str, value: str, channel: Channel) -> bool:
        if not self.limits.addresses.take(digest):
            return False
        return channel is Channel.EMAIL or self.limits.blocks.take(value[:BLOCK])

    def _page(self, request: Request, brand: str) -> Page:
        look = self.house.brand(brand)
        asked = request.query_params.get("lang", ""), request.headers.get("accept-language", "")
        locale = language(*asked, self._languages(), look.locale)
        return Page(look, locale, words_of(self.house, locale, look.key), self.framed_by)

    def _languages(self) -> frozenset[str]:
        return frozenset(self.house.catalogue.words)

    def _agreement(self, page: Page, brand: str) -> tuple[str, ...]:
        return form_agreement(self.house, brand, page.locale)

    def _form(self, page: Page, typed: Typed, brand: str) -> Response:
        texts = self.house.judging.policy.texting.on
        return form_page(page, typed, self._agreement(page, brand), texts=texts)


def _fields(body: bytes) -> dict[str, str]:
    """The fields of a form, the first of each name. Raises HTTPException 400 for what is no form."""
    try:
        found = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise HTTPException(400) from None
    return {name: value[:MOST_TYPED] for name, value in reversed(found)}


def form_router(form: Form) -> APIRouter:
    """Its routes."""
    router = APIRouter()
    router.add_api_route(FORM_PATH, form.show, methods=["GET"], response_model=None)
    router.add_api_route(FORM_PATH, form.take, methods=["POST"], response_model=None)
    return router
