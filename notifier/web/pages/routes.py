"""Which link is asked for, and what a form asks for. Colour: door. Called by opening.

GET shows. POST either shows what a choice means, or, with a nonce for just that choice, hands it on as a reply and
leads back to the page, which shows what came of it. A link that is wrong, unknown or over is answered like any other.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from hashlib import sha256

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from notifier.pipeline.page import Link, Seen
from notifier.render import clean
from notifier.render.links import PAGE, SHORT, TOKEN, UID, UNSUBSCRIBE, Keys
from notifier.terms.incoming import Choice, Incoming, Road
from notifier.terms.page import Act, Option, PageView
from notifier.terms.reply import Intent
from notifier.terms.words import MessageClass, Scope
from notifier.web.asked import client, evidence
from notifier.web.buckets import Buckets, neighbourhood
from notifier.web.pages.forms import Form, holds, nonce, read_form
from notifier.web.pages.paper import Paper, Step
from notifier.web.pages.telling import wording
from notifier.web.threads import Threads

INTENTS = {
    Act.ACCEPT: Intent.ACCEPT_DELAY,
    Act.KEEP: Intent.ACCEPT_DELAY,
    Act.CANCEL: Intent.CANCEL_ORDER,
    Act.WITHDRAW: Intent.WITHDRAW,
    Act.SWAP: Intent.TAKE_ALTERNATIVE,
}
"""What an act asks for; to keep what was cancelled is consent to wait."""

LARGEST_ID = 2**31 - 1
MOST_QUESTION = 2000

_PATHS = {
    "/m/": (PAGE, re.compile(f"()({UID})/({TOKEN})")),
    "/t/": (SHORT, re.compile(f"()()({TOKEN})")),
    "/u/": (UNSUBSCRIBE, re.compile(f"([1-9][0-9]{{0,9}})/({UID})/({TOKEN})")),
}

_INVISIBLE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Reading:
    """Who shows and who takes in, each in a thread; both may be called again with the same."""

    look: Callable[[Link], Seen]
    receive: Callable[[Incoming], object]
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of all links. `wrong` bounds how many wrong links one address may try, which many customers may share:
    a genuine link opens all the same. `choices` bounds what is done behind one link.
    """

    threads: Threads
    reading: Reading
    keys: Keys = field(repr=False)
    paper: Paper
    wrong: Buckets = field(default_factory=lambda: Buckets(at_once=40, per_minute=20))
    looks: Buckets = field(default_factory=lambda: Buckets(at_once=120, per_minute=60))
    choices: Buckets = field(default_factory=lambda: Buckets(at_once=30, per_minute=10))

    async def show(self, request: Request) -> Response:
        """What a link opens. It changes nothing, whoever asks (RULES.md E4)."""
        found = await self._opened(request, self.looks)
        if found is None:
            return self.paper.nothing()
        link, view = found
        return self._first(link, view)

    async def act(self, request: Request) -> Response:
        """What a form of the page asks for."""
        found = await self._opened(request, self.choices)
        if found is None:
            return self.paper.nothing()
        link, view = found
        form = read_form(request.headers.get("content-type", ""), await request.body())
        if link.purpose == UNSUBSCRIBE and form.one_click:
            return await self._one_click(request, link, view)
        if not form.do or not self._may(link, view, form):
            return self._summary(link, view, form)
        if form.act == "question" and not form.question.strip():
            return self._summary(link, view, form)
        for one in self._replies(request, form, view):
            await self.threads.run(partial(self.reading.receive, one))
        about = form.act in ("preferences", "unsubscribe")
        return Response(status_code=303, headers={"location": link.token + ("#messages" if about else "")})

    async def _opened(self, request: Request, bucket: Buckets) -> tuple[Link, PageView] | None:
        """The link with what it opens; None for nothing. Raises HTTPException 429 for one of too many."""
        link = link_in(request.scope["path"])
        seen = await self.threads.run(partial(self.reading.look, link)) if link is not None else Seen(genuine=False)
        if link is None or not seen.genuine:
            if not self.wrong.take(neighbourhood(client(request))):
                raise HTTPException(429)
            return None
        if not bucket.take(link.token):
            raise HTTPException(429)
        return (link, seen.view) if seen.view is not None else None

    def _first(self, link: Link, view: PageView) -> Response:
        return self.paper.stop(view) if link.purpose == UNSUBSCRIBE else self.paper.page(view)

    def _may(self, link: Link, view: PageView, form: Form) -> bool:
        """Whether it was asked with just these dates, and the link still shows its lines.

        What shipped or got dearer meanwhile is judged as a reply, so that the customer reads why nothing came of it.
        """
        if not view.line_ids.issuperset(form.lines):
            return False
        return holds(self.keys, link.token, (_subject(form, view), form.nonce), self.reading.clock())

    def _step(self, link: Link, view: PageView, form: Form) -> Step:
        """`again`: it was to be done, and could not."""
        made = nonce(self.keys, link.token, _subject(form, view), self.reading.clock())
        return Step(made, link.token, form, again=form.do)

    def _summary(self, link: Link, view: PageView, form: Form) -> Response:
        """What the form would do; the page itself where that is nothing that can be chosen now."""
        option = form.option
        if option is not None and option in view.options:
            return self.paper.confirm(view, option, self._step(link, view, form))
        if form.act == "question":
            return self.paper.question(view, self._step(link, view, form))
        if form.act == "preferences":
            return self.paper.preferences(view, self._step(link, view, form))
        if form.act == "unsubscribe" and link.purpose == UNSUBSCRIBE:
            return self.paper.stop(view, self._step(link, view, form))
        return self._first(link, view)

    def _replies(self, request: Request, form: Form, view: PageView) -> Iterator[Incoming]:
        """What the form says, as replies: each is acted on once, by its key."""
        if form.act == "question":
            words = _INVISIBLE.sub("", clean.body(form.question))[:MOST_QUESTION]
            yield self._incoming(request, view, f"{form.nonce}/{_digest(words)}", words=words)
        elif form.act == "preferences":
            yield from self._preferences(request, form, view)
        elif form.act == "unsubscribe":
            shown = [one.about for one in view.preferences if one.channel is view.channel and one.on]
            key = f"{form.nonce}/{int(self.reading.clock().timestamp())}"
            yield from self._stops(request, key, view, [about for about in view.ends if about in shown])
        elif form.option is not None:
            yield self._incoming(request, view, form.nonce, choice=_choice(form.option))

    def _preferences(self, request: Request, form: Form, view: PageView) -> Iterator[Incoming]:
        """One reply for each that changes; what cannot be begun by a page is not begun by a form that says so."""
        for one in view.preferences:
            on = one.name in form.on
            if on == one.on or (on and not one.can_start):
                continue
            agreed = wording(one, view, self.paper.say(view)) if on and one.about is MessageClass.MARKETING else ""
            intent = Intent.OPT_IN if on else Intent.OPT_OUT
            choice = Choice(intent, about=one.about, channel=one.channel.value, wording=agreed)
            # Off, on and off again from one form are three wishes; the second tells them apart from a double click.
            key = f"{form.nonce}/{one.name}/{'on' if on else 'off'}/{int(self.reading.clock().timestamp())}"
            yield self._incoming(request, view, key, choice=choice)

    def _stops(
        self, request: Request, key: str, view: PageView, abouts: Sequence[MessageClass | Scope]
    ) -> Iterator[Incoming]:
        """What the unsubscribe link ends (RULES.md E5)."""
        for about in abouts:
            choice = Choice(Intent.OPT_OUT, about=about, channel=view.channel.value)
            yield self._incoming(request, view, f"{key}/{about}", choice=choice)

    async def _one_click(self, request: Request, link: Link, view: PageView) -> Response:
        """RFC 8058: at once, with neither nonce, cookie nor redirect. A second one in the same second is the same."""
        key = f"one-click/{link.token}/{int(self.reading.clock().timestamp())}"
        for one in self._stops(request, key, view, view.ends):
            await self.threads.run(partial(self.reading.receive, one))
        after = await self.threads.run(partial(self.reading.look, link))
        return self.paper.stop(after.view or view)

    def _incoming(
        self, request: Request, view: PageView, key: str, choice: Choice | None = None, words: str = ""
    ) -> Incoming:
        return Incoming(
            Road.PAGE,
            key,
            self.reading.clock(),
            words=words,
            message_id=view.message_id,
            choice=choice,
            evidence=evidence(request),
        )


def _digest(words: str) -> str:
    """So that a form which was sent, changed and sent again is two replies, and one that was sent twice is one."""
    return sha256(words.encode()).hexdigest()[:16]


def _subject(form: Form, view: PageView) -> str:
    return f"{form.subject}/{view.agreed_to(form.option) if form.option else ''}"


def _choice(option: Option) -> Choice:
    return Choice(INTENTS[option.act], option.line_ids, option.sku)


def link_in(path: str) -> Link | None:
    """The link that a path is; None for one that cannot be any."""
    purpose, shape = _PATHS[path[:3]]
    found = shape.fullmatch(path[3:])
    if found is None or (found[1] and int(found[1]) > LARGEST_ID):
        return None
    return Link(purpose, found[3], found[2], int(found[1] or 0))


def pages_router(pages: Pages) -> APIRouter:
    """The routes of the three kinds of links."""
    router = APIRouter()
    for start in _PATHS:
        router.add_api_route(f"{start}{{rest:path}}", pages.show, methods=["GET", "HEAD"], response_model=None)
        router.add_api_route(f"{start}{{rest:path}}", pages.act, methods=["POST"], response_model=None)
    return router
