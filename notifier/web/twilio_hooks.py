"""What Twilio tells us: texts that customers wrote, and what became of ours. Colour: door. Put together by opening.

Only what Twilio has signed is read, and of that only the fields named here (HOSTILE.md 62, 63). What is stored is
stored before the answer; the same request may come again, from the fallback URL too.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from urllib.parse import parse_qs, parse_qsl

import structlog
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from notifier.settings.sending import TEXTS_PATH
from notifier.terms.evidence import Receipt, Word
from notifier.terms.incoming import MOST_WORDS, Choice, Incoming, Road
from notifier.terms.reply import Intent
from notifier.terms.twilio import SENDER, SID, word_of, words_heard
from notifier.web.asked import client
from notifier.web.buckets import Buckets, neighbourhood
from notifier.web.gate import Front
from notifier.web.threads import Threads
from notifier.web.twilio_signature import Fields, Signed, Tokens, is_genuine

log = structlog.get_logger(__name__)

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
MOST_FIELDS = 500

NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
"""TwiML that sends nothing: an acknowledgement goes through the outbox."""

MARKS: Mapping[str, Intent] = {"STOP": Intent.OPT_OUT, "START": Intent.OPT_IN, "HELP": Intent.HELP}
"""`OptOutType`: what Twilio itself has read in a text, acted on and answered (RULES.md S4)."""

WORDS: Mapping[str, Word] = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent"), Word.SENT),
    **dict.fromkeys(("delivered", "read"), Word.DELIVERED),
    **dict.fromkeys(("failed", "undelivered", "canceled"), Word.FAILED),
}
"""`MessageStatus` in our words; another one, as of an incoming text, says nothing."""

TEXT_FIELDS: Mapping[str, str] = {
    "MessageSid": SID,
    "From": SENDER,
    "To": r"\+?[0-9]{3,15}",
    "Body": rf"(?s).{{0,{MOST_WORDS}}}",
    "NumMedia": r"[0-9]{0,2}",
    "OptOutType": r"[A-Za-z]{0,20}",
}
STATUS_FIELDS: Mapping[str, str] = {
    "MessageSid": SID,
    "MessageStatus": r"[a-z_]{1,30}",
    "ErrorCode": r"[0-9]{0,6}",
}
"""What is read, and how it must look; others are signed too, and ignored."""

OPTIONAL = frozenset({"NumMedia", "OptOutType", "ErrorCode"})

LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Taking:
    """Who takes in what came, each in a thread; both may be called again with the same, and then do nothing."""

    receive: Callable[[Incoming], object]
    take_receipt: Callable[[Receipt], object]
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Hooks:
    """The two webhooks. `forgeries` bounds what one address that signs wrongly learns and writes into the log."""

    front: Front
    tokens: Tokens
    threads: Threads
    taking: Taking
    status_path: str
    forgeries: Buckets = field(default_factory=lambda: Buckets(at_once=20, per_minute=10))

    async def text(self, request: Request) -> Response:
        """A text of a customer."""
        fields = _read(await self._signed(request), TEXT_FIELDS)
        await self.threads.run(partial(self.taking.receive, incoming(fields, self.taking.clock())))
        return Response(NOTHING_TO_SAY, media_type="text/xml")

    async def status(self, request: Request) -> Response:
        """What became of a text of ours. One that we did not send is no business of ours."""
        fields = _read(await self._signed(request), STATUS_FIELDS)
        said = receipt(fields, request.scope["query_string"].decode("latin-1"))
        if said is not None:
            await self.threads.run(partial(self.taking.take_receipt, said))
        return Response(status_code=204)

    async def _signed(self, request: Request) -> Fields:
        """The fields of a request that Twilio has signed. Raises HTTPException 403, or 429 for one of many."""
        body = await request.body()
        kind = request.headers.get("content-type", FORM).partition(";")[0].strip().lower()
        content = body if kind == JSON else _form(body) if kind == FORM else None
        headers = (request.headers.get(f"x-twilio-{name}", "") for name in ("signature", "webhooks-signature-settings"))
        given, settings = headers
        url = self.front.url(request.scope)
        if content is None or not is_genuine(Signed(url, content, given, settings), self.tokens):
            raise self._forged(request, "wrong signature" if given else "no signature")
        return _json(content) if isinstance(content, bytes) else content

    def _forged(self, request: Request, why: str) -> HTTPException:
        if not self.forgeries.take(neighbourhood(client(request))):
            return HTTPException(429)
        log.warning("a webhook was refused", why=why)
        return HTTPException(403)


def twilio_router(hooks: Hooks) -> APIRouter:
    """The routes of both."""
    router = APIRouter()
    router.add_api_route(TEXTS_PATH, hooks.text, methods=["POST"], response_model=None)
    router.add_api_route(hooks.status_path, hooks.status, methods=["POST"], response_model=None)
    return router


def incoming(fields: Mapping[str, str], now: datetime) -> Incoming:
    """The text in these fields."""
    mark = MARKS.get(fields["OptOutType"].upper())
    return Incoming(
        Road.SMS,
        fields["MessageSid"],
        now,
        words=words_heard(fields["Body"], int(fields["NumMedia"] or 0)),
        sender=fields["From"],
        to=fields["To"],
        choice=Choice(mark) if mark else None,
        answered=mark is not None,
    )


def receipt(fields: Mapping[str, str], query: str) -> Receipt | None:
    """What these fields say of the attempt that the query names; None: nothing, or of no attempt of ours."""
    named = parse_qs(query).get("attempt", [])
    word = WORDS.get(fields["MessageStatus"])
    if word is None or len(named) != 1 or not re.fullmatch("[0-9]{1,10}", named[0]) or int(named[0]) > LARGEST_ID:
        return None
    code = word_of(int(fields["ErrorCode"] or 0)) if word is Word.FAILED else ""
    return Receipt(word, int(named[0]), provider_id=fields["MessageSid"], code=code)


def _form(body: bytes) -> Fields | None:
    """The fields of a form; None for bytes that are none, which nobody can have signed."""
    try:
        return parse_qsl(body.decode("utf-8"), True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        return None


def _json(body: bytes) -> Fields:
    """The texts in a JSON object, by name. Raises HTTPException 400 for what is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise HTTPException(400) from None
    if not isinstance(found, dict):
        raise HTTPException(400)
    return [(name, value) for name, value in found.items() if isinstance(value, str)]


def _read(fields: Fields, expected: Mapping[str, str]) -> dict[str, str]:
    """The expected fields, "" for what is optional and missing. Raises HTTPException 400 for any other look.

    A signature does not say where a name ends and a value begins: what is moved over that border is none of these.
    """
    found = {}
    for name, shape in expected.items():
        values = sorted({value for one, value in fields if one == name})
        if not values and name in OPTIONAL:
            values = [""]
        if len(values) != 1 or not re.fullmatch(shape, values[0]):
            log.warning("a webhook makes no sense", field=name)
            raise HTTPException(400)
        found[name] = values[0]
    return found
