"""Signed links (HOSTILE 73, RULES S13, E5). Colour: pure.
Called by pipeline when content is built, by web to check, and by whatever shows a message to others than its customer.

A token is HMAC-SHA256 cut to 128 bits, with what it is for in the salt: a token for one purpose or subject opens no
other.
A token of a text stands alone, 22 characters; whoever puts the message into the outbox keeps it to find the message
again.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from notifier.terms.content import Links

TOKEN_LENGTH = 22
PAGE, SHORT, UNSUBSCRIBE, CONSENT = "page", "short", "unsubscribe", "consent"
UID, TOKEN = r"[0-9A-Za-z@._-]{1,120}", r"[0-9A-Za-z_-]{22}"
"""What may stand in a path."""

NOBODYS = "only-the-customers-own"
"""As long as a token, so that a text keeps its length; it opens nothing."""

# By the shape alone: a token opens at any host of the shop's, whichever stood before it, and older keys sign too.
_SIGNED = re.compile(
    r"((?:/|%2[Ff])(?:t|c(?:/|%2[Ff])\d{1,10}|(?:m|u(?:/|%2[Ff])\d{1,10})(?:/|%2[Ff])[0-9A-Za-z@._%-]{1,240})(?:/|%2[Ff]))"
    rf"{TOKEN}(?![0-9A-Za-z_-])"
)


@dataclass(frozen=True, slots=True)
class Keys:
    """The key that signs, and older ones that still open what they signed (links never expire, RULES E5)."""

    current: bytes = field(repr=False)
    older: tuple[bytes, ...] = field(default=(), repr=False)


def signing(key: bytes, older: tuple[bytes, ...] = ()) -> Keys:
    """Keys for signing. Raises ValueError for a key under 16 bytes."""
    if any(len(one) < 16 for one in (key, *older)):
        raise ValueError("a signing key has at least 16 bytes; `notifier migrate` makes one")
    return Keys(key, older)


def _token(key: bytes, purpose: str, subject: str) -> str:
    salted = f"notifier.link\x00{purpose}\x00{subject}".encode()
    return urlsafe_b64encode(hmac.digest(key, salted, hashlib.sha256)[:16]).rstrip(b"=").decode("ascii")


def short_token(keys: Keys, purpose: str, subject: str) -> str:
    """22 base64url characters that prove `subject` (a message uid, an address id) for `purpose` only."""
    return _token(keys.current, purpose, subject)


def genuine(keys: Keys, purpose: str, subject: str, token: str) -> bool:
    """Whether `token` was signed for this purpose and subject by any key; takes the same time whatever is wrong."""
    given = token.encode("utf-8", "surrogatepass")
    answers = [hmac.compare_digest(_token(k, purpose, subject).encode(), given) for k in (keys.current, *keys.older)]
    return any(answers)


def unsubscribe_subject(message_uid: str, address_id: int) -> str:
    """What an unsubscribe token signs: one address, by one message (its class and purpose give the scope, E5)."""
    return f"{address_id}/{message_uid}"


def unsigned(text: str) -> str:
    """A text or HTML whose signed links open nothing: who opens one speaks as the customer, in no audit log."""
    return _SIGNED.sub(rf"\1{NOBODYS}", text)


def unsigned_links(links: Links) -> Links:
    """The same for the links of a message that is still to be rendered."""
    return Links(unsigned(links.page), unsigned(links.short), unsigned(links.unsubscribe))


def _root(public_url: str) -> str:
    parts = urlsplit(public_url)
    if parts.scheme not in ("https", "http") or not parts.netloc:
        raise ValueError(f"[web] public_url {public_url!r} must begin with https://")
    return public_url.rstrip("/")


def message_links(public_url: str, keys: Keys, brand_domain: str, message_uid: str, address_id: int) -> Links:
    """The links of one message; none where `[web] public_url` is empty. Raises ValueError for a URL that is none.

    `brand_domain` (a bare domain, may be empty) carries the short link of texts: carriers reject shared ones (S13).
    """
    if not public_url:
        return Links()
    root = _root(public_url)
    short_root = f"https://{brand_domain}" if brand_domain else root
    uid = quote(message_uid, safe="")
    unsubscribe = short_token(keys, UNSUBSCRIBE, unsubscribe_subject(message_uid, address_id))
    return Links(
        page=f"{root}/m/{uid}/{short_token(keys, PAGE, message_uid)}",
        short=f"{short_root}/t/{short_token(keys, SHORT, message_uid)}",
        unsubscribe=f"{root}/u/{address_id}/{uid}/{unsubscribe}",
    )


def consent_link(public_url: str, keys: Keys, brand_domain: str, request_id: int) -> str:
    """The link of one request for consent; empty where `[web] public_url` is. `brand_domain` as in `message_links`."""
    if not public_url:
        return ""
    root = f"https://{brand_domain}" if brand_domain else _root(public_url)
    return f"{root}/c/{request_id}/{short_token(keys, CONSENT, str(request_id))}"
