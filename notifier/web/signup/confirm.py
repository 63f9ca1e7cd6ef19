"""The page behind the link of a request for consent. Colour: door. Put together by web.opening.

To open it changes nothing (RULES.md E4), nor does its first button: that shows the wording once more, with a proof that
it was shown, and only a second one agrees. A scanner that sends every form which it finds behind a link consents to
nothing. Every link that does not work is answered alike.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from urllib.parse import parse_qs

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from notifier.pipeline.asking import words_of
from notifier.pipeline.confirming import Shown, agree, shown_request
from notifier.pipeline.house import House
from notifier.policy.asking import OPEN_FOR
from notifier.render.listing import joined
from notifier.web.asked import client, evidence
from notifier.web.buckets import Buckets, neighbourhood
from notifier.web.signup.language import language
from notifier.web.signup.markup import Page, agreed_page, ask_page, gone_page
from notifier.web.threads import Threads

CONFIRM_PATH = "/c/{request_id}/{token}"
MOST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Confirm:
    """The page, for all requests of a shop. `wrong` bounds how many wrong links one neighbourhood may try, which many
    customers may share: a genuine link opens all the same.
    """

    house: House
    threads: Threads
    clock: Callable[[], datetime]
    wrong: Buckets = field(default_factory=lambda: Buckets(at_once=30, per_minute=15))

    async def show(self, request: Request, request_id: str, token: str) -> Response:
        """What is asked."""
        number = _number(request_id)
        shown = await self.threads.run(partial(shown_request, self.house, number, token, self.clock()))
        return self._answer(request, replace(shown, button="") if shown else None)

    async def take(self, request: Request, request_id: str, token: str) -> Response:
        """A button: the first one comes without a proof, and is answered with one."""
        number, body = _number(request_id), await request.body()
        try:
            button = parse_qs(body.decode("ascii"), max_num_fields=5).get("button", [""])[0]
        except ValueError:
            raise HTTPException(400) from None
        act = partial(agree, self.house, number, (token, button), evidence(request), self.clock())
        return self._answer(request, await self.threads.run(act))

    def _answer(self, request: Request, shown: Shown | None) -> Response:
        """Raises HTTPException 429 where somebody tries many links that do not work."""
        if shown is None:
            if not self.wrong.take(neighbourhood(client(request))):
                raise HTTPException(429)
            accepts = request.headers.get("accept-language", "")
            look = self.house.brand("")
            locale = language("", accepts, self.house.catalogue.words, look.locale)
            return gone_page(Page(look, locale, words_of(self.house, locale, look.key)), OPEN_FOR.days)
        look = self.house.brand(shown.brand)
        words = words_of(self.house, shown.locale, look.key)
        page, products = Page(look, shown.locale, words), joined(shown.products, words)
        if shown.agreed:
            return agreed_page(page, products)
        return ask_page(page, products, shown.wording, shown.button)


def _number(text: str) -> int:
    """The id in the link, 0 for what can be none."""
    return int(text) if re.fullmatch("[0-9]{1,10}", text) and int(text) <= MOST_ID else 0


def confirm_router(confirm: Confirm) -> APIRouter:
    """Its routes."""
    router = APIRouter()
    router.add_api_route(CONFIRM_PATH, confirm.show, methods=["GET"], response_model=None)
    router.add_api_route(CONFIRM_PATH, confirm.take, methods=["POST"], response_model=None)
    return router
