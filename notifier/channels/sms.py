"""Texts over Twilio's Messages API, with one question always answered: can it have been sent? Colour: wire.

Used by deliver through ChannelSender, built by app. A request of which no byte left is DEFERRED; after the first byte
only Twilio's answer counts: none, or a 5xx, is UNKNOWN, because Twilio may have queued the text before it failed.
"""

import asyncio
import logging
import re
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import aiohttp
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException  # type: ignore[import-untyped]
from twilio.http.async_http_client import AsyncTwilioHttpClient  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from notifier.channels.plain import one_line
from notifier.channels.plain import provider_id as storable_id
from notifier.errors import SettingsError
from notifier.terms.delivery import Parcel, SendResult, always
from notifier.terms.network import is_loopback
from notifier.terms.twilio import word_of
from notifier.terms.words import Outcome

LONGEST_QUEUE = 36_000  # seconds; Twilio's own upper bound of ValidityPeriod (RULES.md S11)
_RAW_LIMIT = 500
_NUMBER = re.compile(r"\+?\d[\d ().-]{5,}\d")
_THROTTLED = 429

_LATER_CODES = (63038,)
# Faults of our own account say nothing about the text: refusing for one of them would burn every queued text.
_OURS = ("auth", "bad_sender", "unregistered_sender")
_UNAUTHORIZED, _FORBIDDEN, _NO_SUCH_ACCOUNT = 401, 403, 404
# The only ones for which a 403 is about the recipient; any other 403 is a suspended or restricted account.
_FORBIDDEN_RECIPIENT = (21408, 21610)


@dataclass(frozen=True, slots=True)
class SmsAccess:
    """How to reach Twilio. `timeout` in seconds bounds one text as a whole; `status_callback` is the webhook's URL.

    Without `messaging_service_sid` each parcel's own sender is the from-number. Raises SettingsError where the token
    would travel in clear.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    messaging_service_sid: str = ""
    status_callback: str = ""
    timeout: float = 15.0
    base_url: str = "https://api.twilio.com"
    connections: int = 8

    def __post_init__(self) -> None:
        base = urlsplit(self.base_url)
        faults = []
        if base.scheme != "https" and not is_loopback(base.hostname or ""):
            faults.append("sms.base_url must begin with https://, else the token travels in clear")
        if self.timeout <= 0:
            faults.append("sms.timeout must be more than 0 seconds")
        if self.connections < 1:
            faults.append("sms.connections must be at least 1")
        if faults:
            raise SettingsError(faults)


@dataclass(slots=True)
class _Call:
    """What the transport learns about one request: whether it began to leave, and the wish to be asked later."""

    still_ours: Callable[[], bool] = always
    left: bool = False
    retry_after: float | None = None


_current: ContextVar[_Call] = ContextVar("current_call")


class _LeaseOver(Exception):
    """Another worker may have taken the text over: it must not go any more."""


async def _look_again(*_: object) -> None:
    if not _current.get().still_ours():
        raise _LeaseOver


async def _mark_left(*_: object) -> None:
    _current.get().left = True


class _Transport:
    """Twilio's asynchronous HTTP client, put right in five ways.

    It drops the timeout of its constructor, so each request gets one; it logs headers, so its log is a closed one; its
    host is fixed, so it is replaced; its errors lose the headers, so Retry-After is kept in the current call; it leaves
    the form to aiohttp, which takes twice as long for it, so the form is written here.
    """

    is_async = True

    def __init__(self, base_url: str, timeout: float) -> None:
        self._base = urlsplit(base_url)
        self._timeout = timeout
        tracing = aiohttp.TraceConfig()
        # The last moments before the first byte; to connect may have taken long.
        tracing.on_connection_create_end.append(_look_again)
        tracing.on_connection_reuseconn.append(_look_again)
        tracing.on_request_headers_sent.append(_mark_left)
        quiet = logging.getLogger("notifier.channels.sms.closed")
        quiet.setLevel(logging.CRITICAL + 1)
        self._client = AsyncTwilioHttpClient(trace_configs=[tracing], timeout=timeout, logger=quiet, max_retries=None)

    async def request(self, method: str, uri: str, **rest: Any) -> Any:
        """As AsyncTwilioHttpClient.request, to our host and with our timeout."""
        asked = urlsplit(uri)
        path = self._base.path.rstrip("/") + asked.path
        rest["timeout"] = self._timeout
        if rest.get("data"):
            rest["data"] = urlencode(rest["data"], doseq=True).encode()
        url = urlunsplit((self._base.scheme, self._base.netloc, path, asked.query, ""))
        answer = await self._client.request(method, url, **rest)
        _current.get().retry_after = _seconds(answer.headers.get("Retry-After"))
        return answer

    async def close(self) -> None:
        await self._client.close()


class SmsSender:
    """Keeps ChannelSender over Twilio. The HTTP session opens with the first text."""

    def __init__(self, access: SmsAccess) -> None:
        self._access = access
        self._transport: _Transport | None = None
        self._kept: Any = None

    @property
    def connections(self) -> int:
        """How many texts may be under way at the same time."""
        return self._access.connections

    async def send(self, parcel: Parcel) -> SendResult:
        """Hand one text to Twilio; `provider_id` is its SID. Never raises for what Twilio or the network does."""
        if parcel.valid_seconds is not None and parcel.valid_seconds < 1:
            return _result(parcel, (Outcome.DEFERRED, "window_over"), "no time left before quiet hours")
        call = _Call(parcel.still_ours)
        _current.set(call)
        try:
            async with asyncio.timeout(self._access.timeout):
                message = await self._client().messages.create_async(to=parcel.recipient, **self._fields(parcel))
                sid, code = str(message.sid or ""), int(message.error_code or 0)
        except Exception as fault:  # noqa: BLE001 - after the hand-off every end is a result
            return _failed(parcel, call, fault)
        if code:
            return _result(parcel, by_code(code), f"code={code}", sid)
        return _result(parcel, (Outcome.ACCEPTED, "sent"), f"status={message.status}", sid)

    async def account_state(self) -> str:
        """Twilio's word: active, suspended or closed. Raises what twilio and aiohttp raise, and OSError."""
        _current.set(_Call())
        async with asyncio.timeout(self._access.timeout):
            account = await self._client().api.v2010.accounts(self._access.account_sid).fetch_async()
        return str(account.status)

    async def texts_to(self, number: str | None, since: datetime, most: int) -> list[Any]:
        """At most `most` of Twilio's records of texts to `number` (None: to anybody), from the UTC day of `since` and
        the day after.

        Raises what twilio and aiohttp raise, and OSError.
        """
        _current.set(_Call())
        asked: dict[str, object] = {"to": number} if number is not None else {}
        asked |= {"date_sent_after": since.date(), "date_sent_before": since.date() + timedelta(days=2)}
        async with asyncio.timeout(self._access.timeout):
            found: list[Any] = await self._client().messages.list_async(limit=most, **asked)
        return found

    async def close(self) -> None:
        """Close the HTTP session."""
        transport, self._transport, self._kept = self._transport, None, None
        if transport is not None:
            await transport.close()

    def _client(self) -> Any:
        """Kept with the session: to build it anew for each text costs a twentieth of the text."""
        if self._transport is None:
            access = self._access
            self._transport = _Transport(access.base_url, access.timeout)
            self._kept = Client(access.account_sid, access.auth_token, http_client=self._transport)
        return self._kept

    def _fields(self, parcel: Parcel) -> dict[str, object]:
        access = self._access
        fields: dict[str, object] = {"body": parcel.body.decode()}
        if access.messaging_service_sid:
            fields["messaging_service_sid"] = access.messaging_service_sid
        else:
            fields["from_"] = parcel.sender
        if access.status_callback:
            fields["status_callback"] = callback_url(access.status_callback, parcel.attempt_id)
        if parcel.valid_seconds is not None:
            fields["validity_period"] = min(parcel.valid_seconds, LONGEST_QUEUE)
        return fields


def callback_url(base: str, attempt_id: int) -> str:
    """The webhook's URL that names this attempt, `?attempt=17`, beside whatever query it has already."""
    parts = urlsplit(base)
    query = "&".join(filter(None, [parts.query, urlencode({"attempt": attempt_id})]))
    return urlunsplit(parts._replace(query=query))


def _failed(parcel: Parcel, call: _Call, fault: Exception) -> SendResult:
    """What an exception says of the text."""
    if isinstance(fault, _LeaseOver):
        return _result(parcel, (Outcome.DEFERRED, "lease_over"), "it took too long before the text was sent")
    if isinstance(fault, TwilioRestException | TwilioServiceException):
        return _refusal(parcel, call, fault)
    if isinstance(fault, OSError | aiohttp.ClientError):
        return _broken_off(parcel, call, fault)
    if isinstance(fault, TwilioException | ValueError | KeyError | TypeError | AttributeError):
        return _result(parcel, (Outcome.UNKNOWN, "bad_answer"), type(fault).__name__)
    raise fault


def _refusal(parcel: Parcel, call: _Call, fault: TwilioRestException | TwilioServiceException) -> SendResult:
    """Twilio answered with an error: its status and code decide."""
    reply, code = int(fault.status), int(fault.code or 0)
    text = fault.msg if isinstance(fault, TwilioRestException) else fault.detail or fault.title
    raw = f"http={reply} code={code} {_masked(str(text), parcel)}"
    if reply == _THROTTLED or code in _LATER_CODES:
        return _result(parcel, (Outcome.DEFERRED, "rate_limited"), raw, retry_after=call.retry_after)
    forbidden = reply == _FORBIDDEN and code not in _FORBIDDEN_RECIPIENT
    if reply in (_UNAUTHORIZED, _NO_SUCH_ACCOUNT) or forbidden:
        word = word_of(code)
        return _result(parcel, (Outcome.DEFERRED, word if word in _OURS else "auth"), raw)
    if 400 <= reply < 500 and reply != 408:
        return _result(parcel, by_code(code), raw)
    return _result(parcel, (Outcome.UNKNOWN, "provider_error"), raw)


def by_code(code: int) -> tuple[Outcome, str]:
    """What an error code says of a text that was certainly not sent."""
    word = word_of(code)
    return (Outcome.DEFERRED if word in _OURS else Outcome.REFUSED), word


def _broken_off(parcel: Parcel, call: _Call, fault: Exception) -> SendResult:
    """No answer came: certainly not sent if not a byte of the request left, else nobody knows."""
    timed_out = isinstance(fault, TimeoutError)
    if call.left:
        return _result(parcel, (Outcome.UNKNOWN, "no_answer"), "timed out" if timed_out else "connection lost")
    code = "tls_failed" if isinstance(fault, aiohttp.ClientSSLError) else "timed_out" if timed_out else "no_connection"
    return _result(parcel, (Outcome.DEFERRED, code), type(fault).__name__)


def _masked(text: str, parcel: Parcel) -> str:
    """Twilio's words without numbers or the text itself, on one line."""
    body, plain = one_line(parcel.body.decode(errors="replace")), one_line(text)
    return _NUMBER.sub("<number>", plain.replace(body, "<body>") if body else plain)[:_RAW_LIMIT]


def _seconds(value: str | None) -> float | None:
    """Retry-After in seconds; its date form is not used by Twilio and counts as none."""
    return float(value) if value is not None and value.strip().isdecimal() else None


def _result(
    parcel: Parcel, found: tuple[Outcome, str], raw: str, provider_id: str = "", retry_after: float | None = None
) -> SendResult:
    """A result that can be stored, whatever Twilio wrote."""
    words, sid = one_line(raw)[: 2 * _RAW_LIMIT], storable_id(provider_id)
    return SendResult(parcel.message_id, parcel.attempt_id, found[0], found[1], words, sid, retry_after)
