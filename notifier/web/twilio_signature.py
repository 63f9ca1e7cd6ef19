"""Whether a webhook is Twilio's own: its signature over the configured URL and over all that came. Colour: pure.

Called by twilio_hooks. By https://www.twilio.com/docs/usage/webhooks/webhooks-security an HMAC over the URL and the
sorted form, by SHA-1 with the account's auth token; or, where a header says so, with a SharedKey and its algorithm.
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from types import MappingProxyType
from urllib.parse import parse_qs, urlsplit

Fields = Sequence[tuple[str, str]]
"""A form's names and values as they came, empty and repeated ones too."""

BODY_HASH = "bodySHA256"
"""The part of the query that holds the hash of a body that is no form."""

SHA1 = "HMAC_SHA1"
_HASHES: Mapping[str, str] = MappingProxyType({SHA1: "sha1", "HMAC_SHA256": "sha256"})
_PORTS = {"https": 443, "http": 80}
_PORT = re.compile(r":\d*\Z")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The secrets whose signatures are believed: `auth` tokens of the account, several while they are exchanged, and
    the secrets of SharedKeys. An empty one is none.
    """

    auth: tuple[str, ...] = field(default=(), repr=False)
    shared: tuple[str, ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        return any((*self.auth, *self.shared))


@dataclass(frozen=True, slots=True)
class Signed:
    """What claims to be Twilio's: the public `url` with its query, a form's fields or the bytes of any other body, and
    the headers X-Twilio-Signature and X-Twilio-Webhooks-Signature-Settings ("" where there is none).
    """

    url: str
    content: Fields | bytes
    signature: str
    settings: str = ""


def is_genuine(signed: Signed, tokens: Tokens) -> bool:
    """Whether one of the tokens has signed it. Takes as long for a wrong signature as for a right one."""
    algorithm = _HASHES.get(_algorithm(signed.settings).upper())
    if algorithm is None:
        return False
    fields: Fields = ()
    if isinstance(signed.content, bytes):
        if not _has_its_hash(signed.url, signed.content):
            return False
    else:
        fields = signed.content
    given = signed.signature.encode("utf-8", "replace")
    believed = tokens.shared if signed.settings else tokens.auth
    found = [
        hmac.compare_digest(signature(token, url, fields, algorithm).encode(), given)
        for token in believed
        if token
        for url in _with_and_without_port(signed.url)
    ]
    return any(found)


def signature(token: str, url: str, fields: Fields, algorithm: str = "sha1") -> str:
    """The header's value for a form at exactly this URL; what is repeated counts once."""
    text = url + "".join(name + value for name, value in sorted(set(fields)))
    return b64encode(hmac.digest(token.encode(), text.encode("utf-8", "surrogatepass"), algorithm)).decode()


def _algorithm(settings: str) -> str:
    """The algorithm in `key=…,algorithm=…`."""
    for part in settings.split(","):
        name, _, value = part.partition("=")
        if name.strip() == "algorithm" and value.strip():
            return value.strip()
    return SHA1


def _with_and_without_port(url: str) -> tuple[str, str]:
    """Twilio signs now the one, now the other."""
    parts = urlsplit(url)
    host = _PORT.sub("", parts.netloc)
    port = parts.port or _PORTS.get(parts.scheme, 80)
    return parts._replace(netloc=host).geturl(), parts._replace(netloc=f"{host}:{port}").geturl()


def _has_its_hash(url: str, body: bytes) -> bool:
    given = parse_qs(urlsplit(url).query).get(BODY_HASH, [""])[0]
    return hmac.compare_digest(sha256(body).hexdigest().encode(), given.encode("utf-8", "replace"))
