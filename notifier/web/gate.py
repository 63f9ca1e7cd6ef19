"""What every request passes before a route, and every answer after it. Colour: door. Put around the routes by app.

A body is read whole before anything is done, so that size and time are bounded in one place. What happens at a
request is logged by its kind alone: an address, a path or a query could hold a secret.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import structlog

from notifier.web.buckets import neighbourhood

log = structlog.get_logger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

NEVER_BEHIND = "/console"
"""What is at the root of its host alone: a proxy that keeps it from the public need look for one path."""

MOST_BYTES = 64 * 1024
"""Of a body: Twilio's have some 2 KB."""

MOST_AT_ONCE = 64
"""Requests at work, whose bodies have come; more are refused, because each may wait for the database."""

MOST_READING = 512
"""Bodies on their way, together: 32 MB at worst."""

MOST_READING_EACH = 64
"""Bodies on their way from one address: who lets them trickle shuts out nobody else."""

MOST_DIGITS = 16
"""Of a size; more are nonsense."""

BODY_WITHIN = 10.0
"""Seconds that a body may take to come."""

ALWAYS: Mapping[bytes, bytes] = MappingProxyType(
    {
        b"x-content-type-options": b"nosniff",
        b"x-robots-tag": b"noindex, nofollow",
    }
)
"""Headers of every answer."""

UNLESS_SAID: Mapping[bytes, bytes] = MappingProxyType(
    {
        b"content-security-policy": b"default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        b"cache-control": b"no-store",
        b"referrer-policy": b"no-referrer",
    }
)
"""Headers of every answer that has none of that name itself: a page allows its own style, and no more."""


@dataclass(frozen=True, slots=True)
class Front:
    """How the world reaches the app: the configured address of it, under which all links and signatures stand, and the
    proxies before it, whose X-Forwarded-For is believed. Nothing else that a request says of its own way is.
    """

    public_url: str
    proxies: Sequence[IPv4Network | IPv6Network] = ()

    def url(self, scope: Mapping[str, Any]) -> str:
        """The public URL of a request that has passed the gate, its path and query byte for byte."""
        path, query = (scope[part].decode("latin-1") for part in ("raw_path", "query_string"))
        return f"{self.public_url}{path}?{query}" if query else f"{self.public_url}{path}"

    @property
    def prefix(self) -> str:
        """The path of the public URL: a proxy may leave it in the requests that it passes on, or take it out."""
        return urlsplit(self.public_url).path.rstrip("/")

    def client(self, scope: Mapping[str, Any]) -> str:
        """The address of who asks: the last before our proxies."""
        peer: str = scope["client"][0] if scope.get("client") else ""
        said: list[str] = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
        hops = [*(_without_port(hop.strip()) for line in said for hop in line.split(",")), peer]
        while len(hops) > 1 and self._is_proxy(hops[-1]) and _address(hops[-2]) is not None:
            hops.pop()
        return hops[-1]

    def is_unlisted(self, scope: Mapping[str, Any]) -> bool:
        """Whether a proxy that we do not know passed it on: all who come by it then look like one."""
        return not self._is_proxy(scope["client"][0] if scope.get("client") else "") and any(
            name == b"x-forwarded-for" for name, _ in scope["headers"]
        )

    def _is_proxy(self, hop: str) -> bool:
        address = _address(hop)
        return address is not None and any(address in network for network in self.proxies)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one request, and all of them together, may cost."""

    most_bytes: int = MOST_BYTES
    most_at_once: int = MOST_AT_ONCE
    body_within: float = BODY_WITHIN
    most_reading: int = MOST_READING
    most_reading_each: int = MOST_READING_EACH


@dataclass(frozen=True, slots=True)
class Room:
    """A path whose POSTs may have a larger body, within `bounds`: where `admits` says so of who asks, by the headers
    alone, before anything of the body is read. For all others the path is like any other one.

    A part of the path in braces stands for any one. `instead`: the page to which who brings more is led; empty:
    they are told the status alone.
    """

    path: str
    admits: Callable[[Mapping[str, Any]], Awaitable[bool]]
    bounds: Bounds
    instead: str = ""

    def fits(self, path: str) -> bool:
        """Whether it is the room of this path."""
        ours, theirs = self.path.split("/"), path.split("/")
        return len(ours) == len(theirs) and all(
            one == other or (one.startswith("{") and other) for one, other in zip(ours, theirs, strict=True)
        )


@dataclass(slots=True)
class Gate:
    """The ASGI app around the routes."""

    inner: Application
    front: Front
    bounds: Bounds = field(default_factory=Bounds)
    rooms: Sequence[Room] = ()
    _in_rooms: Counter[str] = field(default_factory=Counter, init=False)
    _inside: int = field(default=0, init=False)
    _reading: Counter[str] = field(default_factory=Counter, init=False)
    _told: bool = field(default=False, init=False)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Let one request in, or say why not."""
        if scope["type"] != "http":
            return
        answer = _Answer(send)
        try:
            await self._let_in(scope, receive, answer)
        except Exception as fault:  # noqa: BLE001 - whatever it is, its words could quote what came
            log.error("a request failed", method=scope["method"], fault=type(fault).__name__)
            await answer.plain(HTTPStatus.INTERNAL_SERVER_ERROR)

    async def _let_in(self, scope: Message, receive: Receive, answer: "_Answer") -> None:
        room = await self._room(scope)
        if room is None:
            await self._through(scope, receive, answer, self.bounds)
            return
        if self._in_rooms[room.path] >= room.bounds.most_at_once:
            await answer.plain(HTTPStatus.SERVICE_UNAVAILABLE)
            return
        self._in_rooms[room.path] += 1
        try:
            if room.instead and (_said_size(scope) or 0) > room.bounds.most_bytes:
                await self._shown_out(receive, answer, room)
            else:
                await self._through(scope, receive, answer, room.bounds)
        finally:
            self._in_rooms[room.path] -= 1

    async def _shown_out(self, receive: Receive, answer: "_Answer", room: Room) -> None:
        """To the page that says how much may come. A browser shows no answer before all of its body has gone, so that
        is let run past, for no longer than a body may take.
        """
        try:
            async with asyncio.timeout(room.bounds.body_within):
                while (await receive()).get("more_body"):
                    pass
        except TimeoutError:
            await answer.plain(HTTPStatus.REQUEST_TIMEOUT)
            return
        await answer.to(room.instead)

    async def _room(self, scope: Message) -> Room | None:
        """The room for a body that is larger than usual, where there is one and who asks is let in."""
        size = _said_size(scope)
        if size is None or size <= self.bounds.most_bytes or scope["method"] != "POST":
            return None
        path = str(self._without_prefix(scope).get("path", scope["path"]))
        room = next((one for one in self.rooms if one.fits(path)), None)
        return room if room is not None and await room.admits(scope) else None

    async def _through(self, scope: Message, receive: Receive, answer: "_Answer", bounds: Bounds) -> None:
        who = self.front.client(scope)
        if not self._told and self.front.is_unlisted(scope):
            self._told = True
            log.warning("a proxy is not listed in [web] proxies, so that all who come by it count as one")
        try:
            body = await self._in_time(neighbourhood(who), scope, receive, bounds)
        except _Refused as refused:
            await answer.plain(refused.status)
            return
        if body is None:
            return
        if self._inside >= self.bounds.most_at_once:
            await answer.plain(HTTPStatus.SERVICE_UNAVAILABLE)
            return
        inside = {**scope, "client": (who, 0)} | self._without_prefix(scope)
        self._inside += 1
        try:
            await self.inner(inside, _Replayed(body, receive), answer.send)
        finally:
            self._inside -= 1

    async def _in_time(self, who: str, scope: Message, receive: Receive, bounds: Bounds) -> bytes | None:
        """The whole body; None where the client has gone. Raises _Refused."""
        usual = self.bounds
        if self._reading[who] >= usual.most_reading_each or self._reading.total() >= usual.most_reading:
            raise _Refused(HTTPStatus.SERVICE_UNAVAILABLE)
        self._reading[who] += 1
        try:
            async with asyncio.timeout(bounds.body_within):
                return await self._body(scope, receive, bounds.most_bytes)
        except TimeoutError:
            raise _Refused(HTTPStatus.REQUEST_TIMEOUT) from None
        finally:
            self._reading[who] -= 1
            if not self._reading[who]:
                del self._reading[who]

    async def _body(self, scope: Message, receive: Receive, most_bytes: int) -> bytes | None:
        """The body, however long it takes."""
        said = _said_size(scope)
        if said is None or said > most_bytes:
            raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        parts, size = [], 0
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return None
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > most_bytes:
                raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            if not message.get("more_body"):
                return b"".join(parts)

    def _without_prefix(self, scope: Message) -> dict[str, Any]:
        prefix, path, raw = self.front.prefix, scope["path"], scope["raw_path"]
        if path.startswith(f"{prefix}{NEVER_BEHIND}"):
            return {}
        if prefix and path.startswith(f"{prefix}/") and raw.startswith(f"{prefix}/".encode()):
            return {"path": path[len(prefix) :], "raw_path": raw[len(prefix.encode()) :]}
        return {}


class _Refused(Exception):
    """A body that is too large, too slow, or one of too many."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status)
        self.status = status


@dataclass(slots=True)
class _Replayed:
    """Gives the body that was read, then what else comes."""

    body: bytes
    receive: Receive
    given: bool = False

    async def __call__(self) -> Message:
        if self.given:
            return await self.receive()
        self.given = True
        return {"type": "http.request", "body": self.body, "more_body": False}


@dataclass(slots=True)
class _Answer:
    """Sends an answer with the headers that all have."""

    inner: Send
    started: bool = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            given = [(name.lower(), value) for name, value in message.get("headers", ())]
            said = {name for name, _ in given}
            headers = [pair for pair in given if pair[0] not in ALWAYS]
            headers += [*ALWAYS.items(), *(pair for pair in UNLESS_SAID.items() if pair[0] not in said)]
            message = {**message, "headers": headers}
        await self.inner(message)

    async def plain(self, status: HTTPStatus) -> None:
        """The status in its own words, unless an answer has begun already."""
        if self.started:
            return
        await self._whole(status, plain_words(status).encode(), (b"content-type", b"text/plain; charset=utf-8"))

    async def to(self, path: str) -> None:
        """Go to another page."""
        await self._whole(HTTPStatus.SEE_OTHER, b"", (b"location", path.encode()))

    async def _whole(self, status: HTTPStatus, body: bytes, header: tuple[bytes, bytes]) -> None:
        headers = [header, (b"content-length", str(len(body)).encode())]
        await self.send({"type": "http.response.start", "status": status.value, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})


def _said_size(scope: Message) -> int | None:
    """The size of the body as the request says it; 0 where it says none, None for nonsense."""
    said = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(said) if said.isdigit() and len(said) < MOST_DIGITS else None


def plain_words(status: int) -> str:
    """What a refusal says: no more than its status, so that all of a kind are alike."""
    return f"{HTTPStatus(status).phrase}\n"


def _without_port(hop: str) -> str:
    """Some proxies add the port, which is another one at each request."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """The address; of one that a socket for both kinds shows as IPv6, the IPv4 one."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
