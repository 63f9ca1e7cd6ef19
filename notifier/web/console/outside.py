"""Signing in by the shop's own identity provider: there and back. Colour: door. Added by console.opening.

A link begins it and not a form, because a browser lets a form of ours lead to no other host; it changes nothing here.
"""

from dataclasses import dataclass
from functools import partial
from shlex import quote

from fastapi.responses import RedirectResponse, Response
from starlette.requests import Request

from notifier.errors import NotifierError
from notifier.pipeline.signing_in_outside import readable, sign_in_outside
from notifier.settings.access import OIDC_BACK
from notifier.terms.operator import Signing
from notifier.terms.outside import IdentityProvider, Outsider, Refusal
from notifier.web.asked import client, evidence
from notifier.web.buckets import neighbourhood
from notifier.web.console.nav import HOME
from notifier.web.console.routes import OUTSIDE, SESSION, Routes, safe_next
from notifier.web.console.sign_in import SignIn
from notifier.web.console.ticket import GOOD_FOR, Ticket, Tickets

COOKIE = "oidc"
MOST_CODE = 4096
DID_NOT_WORK = "That did not work. Try again; if it goes on, tell whoever runs the shop's machine."
NOT_IN = {
    Refusal.NO_ROLE: "You have no role at this console. Whoever runs your work accounts can give you one.",
    Refusal.NO_NAME: "Your work account has no name that this console can use. Whoever runs them can mend it.",
    Refusal.SHUT_OUT: "Your account at this console is shut out. A lead can let you in again.",
}


@dataclass(frozen=True, slots=True)
class OutsideSignIn:
    """The way to the provider, and the way back."""

    page: SignIn
    provider: IdentityProvider
    tickets: Tickets

    async def leave(self, request: Request) -> Response:
        """To the provider, with a ticket for the way back."""
        desk, wanted = self.page.desk, safe_next(request.query_params.get("next", HOME))
        if not desk.signing.take(neighbourhood(client(request))):
            return self.page.form(429, wanted, fault=DID_NOT_WORK)
        ticket, cookie = self.tickets.made(wanted, desk.clock())
        try:
            address = await self.provider.address(ticket.proof)
        except NotifierError as fault:
            return self._failed(str(fault), wanted)
        answer = RedirectResponse(address, 303)
        desk.set_cookie(answer, COOKIE, cookie, int(GOOD_FOR.total_seconds()))
        return answer

    async def back(self, request: Request) -> Response:
        """From the provider: in, or a page that says no more than that it did not work."""
        said, desk = request.query_params, self.page.desk
        ticket = self.tickets.taken(request.cookies.get(desk.cookie(COOKIE), ""), said.get("state", ""), desk.clock())
        answer = await self._answer(request, ticket, said.get("code", ""))
        desk.drop_cookie(answer, COOKIE)
        return answer

    async def _answer(self, request: Request, ticket: Ticket | None, code: str) -> Response:
        if ticket is None:
            return self._failed("no sign-in that was begun here, or one that is over", HOME)
        if not code or len(code) > MOST_CODE:
            return self._failed("the identity provider gives no code", ticket.wanted)
        desk = self.page.desk
        try:
            who = await self.provider.who(code, ticket.proof, desk.clock())
        except NotifierError as fault:
            return self._failed(str(fault), ticket.wanted)
        before = request.cookies.get(desk.cookie(SESSION), "")
        signing = Signing("", "", neighbourhood(client(request)), evidence(request), before)
        act = partial(sign_in_outside, desk.house, who, signing, desk.turn, desk.clock())
        token = await desk.threads.run(act)
        return (
            self._refused(token, who, ticket) if isinstance(token, Refusal) else self.page.entered(token, ticket.wanted)
        )

    def _failed(self, why: str, wanted: str) -> Response:
        self.page.desk.count_failure("identity provider", why)
        return self.page.form(502, wanted, fault=DID_NOT_WORK)

    def _refused(self, why: Refusal, who: Outsider, ticket: Ticket) -> Response:
        self.page.desk.count_failure("identity provider", why.value)
        return self.page.form(403, ticket.wanted, fault=NOT_IN.get(why) or _taken(who))


def _taken(who: Outsider) -> str:
    name = readable(who.name)
    return (
        f"There is an account {name} here already, which is not yours as long as nobody has said so. If it is yours,"
        f" ask whoever runs the shop's machine to type: notifier user link {quote(name)} {quote(who.subject)}"
    )


def routes(to: Routes) -> None:
    """The routes; none where everybody signs in by password."""
    desk = to.desk
    if desk.provider is None:
        return
    there = OutsideSignIn(SignIn(desk), desk.provider, Tickets(desk.house.web.keys))
    to.public("GET", OUTSIDE, there.leave)
    to.public("GET", OIDC_BACK, there.back)
