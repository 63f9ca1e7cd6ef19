"""Signing in and out. Colour: door. Added by console.opening, and used by console.outside."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import parse_qsl, urlencode

from fastapi import HTTPException
from fastapi.responses import RedirectResponse, Response
from starlette.requests import Request

from notifier.pipeline import accounts, audited
from notifier.pipeline.signing_in import Here, sign_in, sign_out
from notifier.terms.operator import Signing
from notifier.web.asked import client, evidence
from notifier.web.buckets import neighbourhood
from notifier.web.console.desk import Desk
from notifier.web.console.nav import HOME
from notifier.web.console.routes import OUTSIDE, SESSION, SIGN_IN, Routes, is_ours, safe_next

WRONG = "Name and password do not match, or there were too many tries. Wait a minute before you try again."
MOST_TYPED = 300
MOST_FIELDS = 9


@dataclass(frozen=True, slots=True)
class SignIn:
    """The page, and what its form does."""

    desk: Desk

    async def show(self, request: Request) -> Response:
        """The form; who is signed in already goes on."""
        wanted = safe_next(request.query_params.get("next", HOME))
        if await self.desk.who(request.cookies.get(self.desk.cookie(SESSION), ""), self.desk.clock()):
            return RedirectResponse(wanted, 303)
        empty = not await self.desk.threads.run(partial(accounts.everybody, self.desk.house))
        return self.form(200, wanted, empty=empty)

    async def enter(self, request: Request) -> Response:
        """Sign in, with a session that nothing from before opens."""
        desk = self.desk
        if not is_ours(request, desk.origin):
            raise HTTPException(403)
        typed = await _typed(request)
        wanted, near = safe_next(typed.get("next", HOME)), neighbourhood(client(request))
        name, password = typed.get("name", "")[:MOST_TYPED], typed.get("password", "")[:MOST_TYPED]
        if not desk.signing.take(near) or desk.places.full:
            return self._wrong(429, wanted, name)
        signing = Signing(name, password, near, evidence(request), request.cookies.get(desk.cookie(SESSION), ""))
        act = partial(sign_in, desk.house, signing, desk.turn, desk.clock())
        token = await desk.places.run(partial(desk.threads.run, act))
        return self.entered(token, wanted) if token else self._wrong(401, wanted, name)

    def entered(self, token: str, wanted: str) -> Response:
        """To the page that was wanted, with the session's cookie."""
        answer = RedirectResponse(wanted, 303)
        self.desk.set_cookie(answer, SESSION, token)
        return answer

    async def leave(self, request: Request) -> Response:
        """Sign out: the session is over, whoever may still have its secret."""
        desk = self.desk
        if not is_ours(request, desk.origin):
            raise HTTPException(403)
        token, now = request.cookies.get(desk.cookie(SESSION), ""), desk.clock()
        await desk.threads.run(partial(self._left, await desk.who(token, now), token, now))
        answer = RedirectResponse(SIGN_IN, 303)
        desk.drop_cookie(answer, SESSION)
        return answer

    def form(self, status: int, wanted: str, name: str = "", fault: str = "", *, empty: bool = False) -> Response:
        """The page with what is to be said on it."""
        said = self.desk.settings.oidc
        there = f"{OUTSIDE}?{urlencode({'next': wanted})}" if self.desk.provider is not None else ""
        values = {"wanted": wanted, "name": name, "fault": fault, "empty": empty}
        outside = {"there": there, "label": said.label, "only": bool(there) and said.only}
        return self.desk.paper.page("sign_in.html", status, values | outside)

    def _wrong(self, status: int, wanted: str, name: str) -> Response:
        self.desk.count_failure("password", "too many" if status == 429 else "wrong")
        return self.form(status, wanted, name, WRONG)

    def _left(self, who: Here | None, token: str, now: datetime) -> None:
        if who is not None:
            audited.begin(self.desk.house, who.operator, ("session.end", "", ""), now)
        sign_out(self.desk.house, token, now)


async def _typed(request: Request) -> dict[str, str]:
    """The fields of the form. Raises HTTPException 400 for what no form of ours sends."""
    text = (await request.body()).decode("utf-8", "replace")
    try:
        typed = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise HTTPException(400) from None
    if any("\x00" in value for value in typed.values()):
        raise HTTPException(400)
    return typed


def routes(to: Routes) -> None:
    """The routes."""
    page = SignIn(to.desk)
    to.public("GET", SIGN_IN, page.show)
    to.public("POST", SIGN_IN, page.enter)
    to.public("POST", "/console/sign-out", page.leave)
