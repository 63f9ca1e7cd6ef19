"""Posts actions to the shop's own system, signed. Colour: wire. Called by pipeline, never in a transaction.

The address is pinned, redirects are not followed, and one try takes no longer than its seconds, whatever the server
does (HOSTILE.md 79).
"""

import asyncio
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime

import httpx2

from notifier.errors import Permanent, Transient
from notifier.pinned import Resolve, Target, pinned, resolve

LARGEST = 65_536
"""Bytes of an answer that are read."""

SECONDS = 15.0

SIGNATURE, EVENT_ID = "X-Notifier-Signature", "X-Notifier-Id"


@dataclass(frozen=True, slots=True)
class PostAccess:
    """Where actions are posted to, and the secret that signs them."""

    url: str
    secret: bytes = field(repr=False)
    seconds: float = SECONDS
    resolver: Resolve = resolve


@dataclass(frozen=True, slots=True)
class ShopSaid:
    """What the shop answered at once: `state` is done, refused or empty."""

    state: str = ""
    reason: str = ""


def signature(secret: bytes, body: bytes, now: datetime) -> str:
    """`t=<unix>,v1=<hex>`: the HMAC-SHA256 of the time, a dot and the body."""
    at = str(int(now.timestamp()))
    return f"t={at},v1={hmac.new(secret, at.encode() + b'.' + body, hashlib.sha256).hexdigest()}"


async def post(access: PostAccess, event: str, body: bytes, now: datetime) -> ShopSaid:
    """Post one event, whose id stays the same over tries.

    Raises Permanent for an address or an answer that will not do, Transient for what may be better at the next try.
    """
    try:
        async with asyncio.timeout(access.seconds):
            target = await asyncio.to_thread(pinned, access.url, access.resolver)
            return await _posted(target, event, body, signature(access.secret, body, now))
    except TimeoutError as error:
        raise Transient(f"the shop's webhook has not answered within {access.seconds:.0f} seconds") from error
    except httpx2.HTTPError as error:
        raise Transient(f"the shop's webhook cannot be reached: {type(error).__name__}") from error


async def _posted(target: Target, event: str, body: bytes, signed: str) -> ShopSaid:
    headers = {
        "Host": target.host_header,
        "Content-Type": "application/json",
        "Accept-Encoding": "identity",
        EVENT_ID: event,
        SIGNATURE: signed,
    }
    # trust_env: a proxy from the environment would resolve the name once more
    async with (
        httpx2.AsyncClient(follow_redirects=False, trust_env=False, timeout=None) as client,
        client.stream(
            "POST", target.url, headers=headers, content=body, extensions={"sni_hostname": target.host}
        ) as answer,
    ):
        _refuse(target.host, answer)
        said = bytearray()
        async for chunk in answer.aiter_bytes():
            said += chunk
            if len(said) > LARGEST:
                return ShopSaid()
        return _read(bytes(said))


def _refuse(host: str, answer: httpx2.Response) -> None:
    if answer.is_success:
        return
    if answer.is_redirect:
        raise Permanent(f"{host} answers with a redirect, which is not followed; write its target as webhook_url")
    kind = Transient if answer.status_code in (408, 425, 429) or answer.is_server_error else Permanent
    raise kind(f"{host} answers {answer.status_code}")


def _read(said: bytes) -> ShopSaid:
    """What closes the action at once; anything else only says that it was taken."""
    try:
        found = json.loads(said)
    except (ValueError, RecursionError):
        return ShopSaid()
    if not isinstance(found, dict) or found.get("state") not in ("done", "refused"):
        return ShopSaid()
    reason = found.get("reason")
    return ShopSaid(found["state"], " ".join(reason.split())[:500] if isinstance(reason, str) else "")
