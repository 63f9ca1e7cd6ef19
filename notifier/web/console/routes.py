"""Every route of the console with its least role, and what surrounds each. Colour: door. Handed to every area.

What no area has to think of: who asks (a session that is alive), whether they may (their role), whether it was our own
page that asked (HOSTILE 75), that it is in the audit log before it is done, and how a refusal of pipeline reads on a
page.
"""

import re
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, HTTPException
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData
from starlette.requests import Request

from notifier.errors import Permanent
from notifier.pipeline import audited
from notifier.terms.operator import Role
from notifier.web.console.asked import MOST_FIELD, Asked
from notifier.web.console.desk import Desk
from notifier.web.console.nav import HOME
from notifier.web.gate import Bounds, Room

Answer = Callable[[Asked], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]

SIGN_IN = "/console/sign-in"
OUTSIDE = "/console/oidc"
"""Where the way to the identity provider begins."""

SESSION = "console"
MOST_FIELDS, MOST_FILES = 500, 4
MOST_NEXT = 1000
SECRETS = frozenset({"password", "old", "again"})
"""Fields that never come back on a page."""

_NEXT = re.compile(r"/console(/(?!\.|%2e)[a-z0-9_.%~-]+)*(\?[a-z0-9_.%~=&+:,-]*)?", re.ASCII | re.IGNORECASE)
"""Browsers read %2e as a dot, and two dots as one folder up."""

_HOST = re.compile(r"https?://[^/?#]*")


@dataclass(frozen=True, slots=True)
class Declared:
    """One route: its least role (None: for anybody), and what the audit log calls it (empty: it changes nothing)."""

    method: str
    path: str
    role: Role | None
    note: str = ""


@dataclass(slots=True)
class Routes:
    """The routes of one console, as the areas declare them."""

    desk: Desk
    router: APIRouter = field(default_factory=APIRouter)
    declared: list[Declared] = field(default_factory=list)
    rooms: list[Room] = field(default_factory=list)

    def get(self, path: str, role: Role, answer: Answer) -> None:
        """A page for whoever has at least `role`. It changes nothing."""

        async def shown(request: Request) -> Response:
            asked = await self._asked(request)
            if asked is None:
                return _sign_in_first(request)
            if not asked.operator.may(role):
                return _not_yours(asked, role)
            return await _answered(asked, answer)

        self._add(Declared("GET", path, role), shown)

    def post(self, path: str, role: Role, answer: Answer, note: str, keeps: Sequence[str] = ()) -> None:
        """A deed for whoever has at least `role`; the audit log calls it `note`, and has the fields named in `keeps`.

        These must hold nothing personal and no secret.
        """

        async def done(request: Request) -> Response:
            if not is_ours(request, self.desk.origin):
                raise HTTPException(403)
            asked = await self._asked(request)
            if asked is None:
                return await self._sign_in_and_do_it_again(request)
            if not asked.operator.may(role):
                await self._failed(asked, (await self._begin(asked, note, ""), note), f"needs the role {role.word}")
                return _not_yours(asked, role)
            return await self._deed(replace(asked, fields=await _fields(request)), answer, note, keeps)

        self._add(Declared("POST", path, role, note), done)

    def room(self, path: str, role: Role, bounds: Bounds, instead: str = "") -> None:
        """Let the POST at `path` bring more, from whoever has at least `role`: known before a byte of it is read.

        `instead`: the page that tells who brings even more than that.
        """

        async def admits(scope: Mapping[str, Any]) -> bool:
            request = Request(dict(scope))
            if not is_ours(request, self.desk.origin):
                return False
            try:
                asked = await self._asked(request)
            except HTTPException:
                return False
            return asked is not None and asked.operator.may(role)

        self.rooms.append(Room(path, admits, bounds, instead))

    def public(self, method: str, path: str, endpoint: Endpoint) -> None:
        """A route for anybody: to sign in and out."""
        self._add(Declared(method, path, None), endpoint)

    def _add(self, declared: Declared, endpoint: Endpoint) -> None:
        self.declared.append(declared)
        self.router.add_api_route(declared.path, endpoint, methods=[declared.method], response_model=None)

    async def _asked(self, request: Request) -> Asked | None:
        """The request with who asks; None where nobody is signed in."""
        desk, token = self.desk, request.cookies.get(self.desk.cookie(SESSION), "")
        _only_text((*request.path_params.values(), *request.query_params.values()))
        now = desk.clock()
        found = await desk.who(token, now)
        if found is None:
            return None
        if found.to_note:
            desk.last_use.note(found.session_id, now)
        return Asked(request, desk, found.operator, now, found.token_hash)

    async def _deed(self, asked: Asked, answer: Answer, note: str, keeps: Sequence[str]) -> Response:
        form = asked.form
        detail = ", ".join(f"{name}={form[name]}" for name in keeps if form.get(name))
        try:
            begun = await self._begin(asked, note, detail)
        except HTTPException as fault:
            return _page(asked, fault.status_code, *_NOT_BEGUN)
        try:
            done = await answer(asked)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the log says that it did not succeed
            await self._failed(asked, (begun, note), _why(fault))
            return _refusal(asked, fault)
        if done.status_code >= 400:
            await self._failed(asked, (begun, note), f"answered {done.status_code}")
        return done

    async def _begin(self, asked: Asked, note: str, detail: str) -> int:
        """The entry's id. One that is written when nobody waits any more says that nothing came of it."""
        what, too_late = (note, asked.request.url.path, detail), threading.Event()

        def write() -> int:
            begun = audited.begin(asked.house, asked.operator, what, asked.now)
            if too_late.is_set():
                audited.failed(asked.house, asked.operator, (begun, note), "it took too long to begin", asked.now)
            return begun

        try:
            return await asked.run(write)
        except HTTPException:
            too_late.set()
            raise

    async def _failed(self, asked: Asked, begun: tuple[int, str], why: str) -> None:
        await asked.run(partial(audited.failed, asked.house, asked.operator, begun, why, asked.now))

    async def _sign_in_and_do_it_again(self, request: Request) -> Response:
        """What was typed comes back, since it is in no other place: a browser keeps nothing of our pages."""
        if request.headers.get("hx-request") == "true":
            return _sign_in_first(request)
        fields = (await _fields(request)).multi_items()
        typed = [(name, value) for name, value in fields if isinstance(value, str) and name not in SECRETS]
        values = {"typed": typed, "whole": len(typed) == len(fields), "action": _asked_for(request)}
        return self.desk.paper.page("signed_out.html", 401, values | {"words": longer(typed)})


def longer(typed: Iterable[tuple[str, str]]) -> list[str]:
    """What somebody has written, of all that a form brought."""
    return [value for name, value in typed if name not in SECRETS and len(value.split()) > 1]


def _why(fault: Exception) -> str:
    """What the audit log says of it: only its kind, because its words could name a customer."""
    if isinstance(fault, HTTPException) and fault.status_code == 503:
        return "unknown: it took too long, or the database was in trouble"
    return type(fault).__name__


def is_ours(request: Request, origin: str) -> bool:
    """Whether a page of ours asked: browsers say so, and no other page can make them say it (HOSTILE 75)."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("origin") == origin


def safe_next(path: str) -> str:
    """The page to go to after signing in: one of the console's, else its first (HOSTILE 74)."""
    return path if len(path) <= MOST_NEXT and _NEXT.fullmatch(path) else HOME


async def _answered(asked: Asked, answer: Answer) -> Response:
    try:
        return await answer(asked)
    except (Permanent, HTTPException) as fault:
        return _refusal(asked, fault)


def _refusal(asked: Asked, fault: Exception) -> Response:
    """What pipeline refuses, as a page that says why; a fault of ours goes on to the gate."""
    if isinstance(fault, HTTPException):
        return _page(asked, fault.status_code, *_BY_STATUS.get(fault.status_code, _ODD))
    if isinstance(fault, Permanent):
        return _page(asked, 422, "That did not work", str(fault))
    raise fault


_NOT_BEGUN = ("Not done: the database is busy", "Nothing was changed. Try it again in a moment.")
_ODD = ("That did not work", "The console cannot answer this.")
_BY_STATUS = {
    404: ("There is nothing here", "It may have been erased, or the address is mistyped."),
    503: (
        "That takes longer than a page may wait",
        "The database may be busy. What was begun goes on to its end: look what came of it before you do it again.",
    ),
}


def _page(asked: Asked, status: int, title: str, why: str) -> Response:
    if not asked.by_htmx:
        words = longer(asked.form.items())
        return asked.page("refused.html", status, heading=title, why=why, words=words)
    answer = asked.part("_refused.html", status, heading=title, why=why)
    answer.headers["hx-retarget"], answer.headers["hx-reswap"] = "#said", "innerHTML show:top"
    return answer


def _not_yours(asked: Asked, role: Role) -> Response:
    return _page(
        asked, 403, "This is not yours to do", f"It needs the role {role.word}; yours is {asked.operator.role.word}."
    )


def _sign_in_first(request: Request) -> Response:
    """To the sign-in page, and from there back to where they were: the page, not the piece that script asks for."""
    if request.headers.get("hx-request") == "true":
        page = _HOST.sub("", request.headers.get("hx-current-url", "")).partition("#")[0]
        return Response(status_code=401, headers={"hx-redirect": _sign_in(page)})
    return RedirectResponse(_sign_in(_asked_for(request)), 303)


def _asked_for(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _sign_in(wanted: str) -> str:
    return f"{SIGN_IN}?next={quote(safe_next(wanted), safe='')}"


async def _fields(request: Request) -> FormData:
    try:
        found = await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=MOST_FIELD)
    except (HTTPException, ValueError):
        raise HTTPException(400) from None
    _only_text(value for _, value in found.multi_items() if isinstance(value, str))
    return found


def _only_text(values: Iterable[str]) -> None:
    """Raise HTTPException 400 for what PostgreSQL keeps no text with, and no form of ours sends."""
    if any("\x00" in one or any("\ud800" <= letter <= "\udfff" for letter in one) for one in values):
        raise HTTPException(400)
