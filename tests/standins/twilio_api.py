"""A small stateful stand-in of Twilio's Messages API on an ephemeral loopback port, with a book of accepted texts.

It knows create (with every failure that matters) and list by To and DateSent. The real twilio client runs against it.
"""

import asyncio
import base64
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import format_datetime

from aiohttp import web

from tests.standins.own_loop import own_loop

ACCOUNT = "AC" + "0" * 32
TOKEN = "stand-in-token"


@dataclass(frozen=True)
class Refuse:
    """Answer with an error and take nothing. `retry_after` goes into the header, in seconds."""

    http: int
    code: int
    message: str = "refused"
    retry_after: int | None = None


@dataclass(frozen=True)
class Fail:
    """`take` the text or not, then: an http error, or with 0 cut the connection, or with -1 stay silent."""

    http: int
    take: bool = True


@dataclass(frozen=True)
class Text:
    """One accepted text, as the form named it; `state` and `error` are what became of it since ("": still queued).

    `taken_at` in seconds that never run back.
    """

    sid: str
    form: dict[str, str]
    sent_at: datetime
    state: str = ""
    error: int | None = None
    direction: str = "outbound-api"
    taken_at: float = field(default_factory=time.monotonic)


@dataclass
class TwilioApi:
    """The running stand-in. `script` is used up in order, one entry a create; an empty one accepts. `on_text` hears of
    each text before it is answered. `looks` counts the pages of lists that were asked for; each has at most `page`
    texts.
    """

    url: str = ""
    script: list[Refuse | Fail] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    opted_out: set[str] = field(default_factory=set)
    asked: int = 0
    looks: int = 0
    list_fault: Refuse | Fail | None = None
    page: int = 50
    account_state: str = "active"
    now: datetime = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    on_text: Callable[[], None] = lambda: None

    async def create(self, request: web.Request) -> web.StreamResponse:
        """POST Messages.json"""
        if not _authentic(request):
            return _error(Refuse(401, 20003, "Authenticate"))
        self.asked += 1
        form = {name: str(value) for name, value in (await request.post()).items()}
        step = self.script.pop(0) if self.script else None
        if isinstance(step, Refuse):
            return _error(step)
        if form["To"] in self.opted_out:
            return _error(Refuse(400, 21610, f"Attempt to send to unsubscribed recipient {form['To']}"))
        if step is None or step.take:
            self.texts.append(Text(f"SM{len(self.texts):032x}", form, self.now))
            self.on_text()
        if step is None:
            return web.json_response(_shown(self.texts[-1]), status=201)
        return await _failed(request, step.http)

    async def account(self, request: web.Request) -> web.Response:
        """GET Accounts/AC….json"""
        if not _authentic(request):
            return _error(Refuse(401, 20003, "Authenticate"))
        return web.json_response({"sid": ACCOUNT, "status": self.account_state})

    async def list(self, request: web.Request) -> web.StreamResponse:
        """GET Messages.json?To=…&DateSent=… (a plain date, or DateSent> and DateSent< as bounds)"""
        if not _authentic(request):
            return _error(Refuse(401, 20003, "Authenticate"))
        self.looks += 1
        if isinstance(self.list_fault, Refuse):
            return _error(self.list_fault)
        if self.list_fault is not None:
            return await _failed(request, self.list_fault.http)
        found = [text for text in self.texts if request.query.get("To") in (None, text.form["To"])]
        for name, keeps in (("DateSent", date.__eq__), ("DateSent>", date.__ge__), ("DateSent<", date.__le__)):
            if asked := request.query.get(name):
                found = [text for text in found if keeps(text.sent_at.date(), date.fromisoformat(asked[:10]))]
        size, number = min(self.page, int(request.query.get("PageSize", "50"))), int(request.query.get("Page", "0"))
        more = str(request.rel_url.update_query(Page=number + 1)) if len(found) > size * (number + 1) else None
        shown = [_shown(text) for text in found[size * number : size * (number + 1)]]
        return web.json_response({"messages": shown, "next_page_uri": more})


def _authentic(request: web.Request) -> bool:
    expected = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    return request.headers.get("Authorization") == f"Basic {expected}" and request.match_info["account"] == ACCOUNT


def _error(answer: Refuse) -> web.Response:
    body = {"code": answer.code, "message": answer.message, "more_info": "", "status": answer.http}
    headers = {} if answer.retry_after is None else {"Retry-After": str(answer.retry_after)}
    return web.json_response(body, status=answer.http, headers=headers)


async def _failed(request: web.Request, http: int) -> web.StreamResponse:
    if http == -1:
        await asyncio.sleep(3600)
    if http == 0 and request.transport is not None:
        request.transport.abort()
    return web.Response(status=http or 500, text="upstream failure")


def _shown(text: Text) -> dict[str, object]:
    return {
        "sid": text.sid,
        "account_sid": ACCOUNT,
        "to": text.form["To"],
        "from": text.form.get("From"),
        "messaging_service_sid": text.form.get("MessagingServiceSid"),
        "body": text.form["Body"],
        "direction": text.direction,
        "num_media": text.form.get("NumMedia", "0"),
        "status": text.state or ("accepted" if "MessagingServiceSid" in text.form else "queued"),
        "error_code": text.error,
        "date_created": format_datetime(text.sent_at),
        "date_sent": format_datetime(text.sent_at),
    }


@contextmanager
def twilio_api() -> Iterator[TwilioApi]:
    """Run the stand-in in a thread of its own, so that synchronous code can be tested against it too."""
    api = TwilioApi()
    with own_loop() as loop:
        runner = asyncio.run_coroutine_threadsafe(_serve(api), loop).result(10)
        api.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield api
        finally:
            asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)


async def _serve(api: TwilioApi) -> web.AppRunner:
    app = web.Application()
    path = "/2010-04-01/Accounts/{account}/Messages.json"
    account = "/2010-04-01/Accounts/{account}.json"
    app.add_routes([web.post(path, api.create), web.get(path, api.list), web.get(account, api.account)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner
