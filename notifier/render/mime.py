"""Fast MIME: a skeleton per template version and sender, filled per message. Colour: pure.
Called in render_pool's processes.

The standard library's EmailMessage with as_bytes takes about 1.5 ms a message. This writes the one shape we send,
multipart/alternative of text and html, and a property test holds it to what EmailMessage would have said.
"""

import binascii
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parseaddr
from functools import lru_cache

import idna

from notifier.errors import RenderError
from notifier.render import clean
from notifier.terms.content import RenderedEmail
from notifier.terms.words import MessageClass

LINE = 76
"""Characters a header line holds before it is folded."""
LONGEST_LINE = 998
"""Bytes a line may hold at most (RFC 5322, 2.1.1)."""
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,70}")
_UID = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+")
_OURS = frozenset(
    "from to cc bcc sender reply-to subject date message-id mime-version content-type content-transfer-encoding "
    "auto-submitted list-unsubscribe list-unsubscribe-post return-path".split()
)


@dataclass(frozen=True, slots=True)
class EmailHeaders:
    """Who, to whom, when. `recipient` is one bare address, `message_id` is without <>, `date` is aware.

    `one_click`: the https link acts on a bare POST (RFC 8058). `extra`: further headers, like X-Redirected-From.
    """

    sender: str
    recipient: str
    reply_to: str
    message_id: str
    date: datetime
    message_class: MessageClass
    list_unsubscribe_url: str = ""
    list_unsubscribe_mailto: str = ""
    one_click: bool = True
    extra: tuple[tuple[str, str], ...] = ()


@lru_cache(maxsize=4096)
def bare_address(text: str) -> str:
    """One address with its domain in ASCII (IDNA).

    Raises RenderError for none, for several, or a non-ASCII local part.
    """
    local, at, domain = text.rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or len(local) > 64:
        reason = "needs a relay with SMTPUTF8" if local and not local.isascii() else "is no single bare address"
        raise RenderError(f"an address before the @ {reason}; mend it in the records")
    if domain.isascii() and re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", domain):
        return text
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode('ascii')}"
    except (idna.IDNAError, UnicodeError):
        raise RenderError("an address has a domain that cannot be; mend it in the records") from None


@lru_cache(maxsize=1024)
def mailbox(header: str, text: str) -> bytes:
    """The folded header line of `Name <address>` or a bare address, CRLF included.

    Raises RenderError like bare_address.
    """
    name, address = parseaddr(clean.header(text))
    if not address and text.isascii() is False:
        name, _, address = clean.header(text).rpartition("<")
        name, address = name.strip(' "'), address.rstrip("> ")
    bare = bare_address(address)
    name = clean.header(name)
    if not name:
        return f"{header}: {bare}\r\n".encode("ascii")
    if not _plain(name) or len(name) > LINE - len(header) - 4:
        shown = _encoded_words(name, len(header) + 2)
    elif _ATOMS.fullmatch(name):
        shown = name
    else:
        shown = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    last = len(header) + 2 + len(shown.rsplit("\n", 1)[-1])
    gap = "\r\n " if last + len(bare) + 3 > LINE else " "
    return f"{header}: {shown}{gap}<{bare}>\r\n".encode("ascii")


def _plain(text: str) -> bool:
    return text.isascii() and "=?" not in text


def _encoded_words(text: str, used: int) -> str:
    """RFC 2047 B-encoded words of at most 75 characters, one a line; `used` characters stand before the first."""
    words, chunk = [], b""
    room = (LINE - used - 12) // 4 * 3
    for char in text:
        raw = char.encode("utf-8")
        if len(chunk) + len(raw) > room:
            words.append(chunk)
            chunk, room = b"", 45
        chunk += raw
    words.append(chunk)
    return "\r\n ".join(f"=?utf-8?b?{binascii.b2a_base64(w, newline=False).decode('ascii')}?=" for w in words)


def unstructured(header: str, text: str) -> bytes:
    """The folded header line of a free text, CRLF included; controls never survive (HOSTILE 26)."""
    text = clean.header(text)
    used = len(header) + 2
    if _plain(text) and used + len(text) <= LINE:
        return f"{header}: {text}\r\n".encode("ascii")
    words = text.split(" ")
    if not _plain(text) or max(map(len, words)) > LINE - used:
        return f"{header}: {_encoded_words(text, used)}\r\n".encode("ascii")
    lines, current = [], words[0]
    for word in words[1:]:
        if used + len(current) + 1 + len(word) > LINE:
            lines.append(current)
            current, used = word, 1
        else:
            current += " " + word
    folded = "\r\n ".join([*lines, current])
    return f"{header}: {folded}\r\n".encode("ascii")


def encoded(text: str) -> tuple[bytes, bytes]:
    """(transfer encoding, body with CRLF): as it stands where that is ASCII in short lines, else quoted-printable."""
    raw = text.encode("utf-8")
    if text.isascii() and max(map(len, raw.split(b"\n"))) <= LONGEST_LINE:
        return b"7bit", raw.replace(b"\n", b"\r\n")
    # CRLF only afterwards: b2a_qp writes its soft breaks like the first line end it meets, LF where it meets none.
    quoted = binascii.b2a_qp(raw, quotetabs=False, istext=True, header=False)
    return b"quoted-printable", quoted.replace(b"\n", b"\r\n")


def _part(kind: bytes, text: str) -> bytes:
    encoding, body = encoded(text)
    head = b'Content-Type: text/%b; charset="utf-8"\r\nContent-Transfer-Encoding: %b\r\n\r\n'
    return head % (kind, encoding) + body


@lru_cache(maxsize=256)
def skeleton(version: str, sender: str, reply_to: str) -> tuple[bytes, bytes]:
    """What all messages of one template version and sender share: the fixed headers, and the boundary.

    The boundary cannot occur in a quoted-printable body, where = never precedes an underscore;
    `build_email` checks 7bit ones.
    """
    boundary = f"=_{version[:32]}".encode("ascii")
    fixed = mailbox("From", sender) + (mailbox("Reply-To", reply_to) if reply_to else b"")
    fixed += b"MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n"
    return fixed + b'Content-Type: multipart/alternative; boundary="%b"\r\n' % boundary, boundary


def build_email(rendered: RenderedEmail, headers: EmailHeaders) -> bytes:
    """The whole message with CRLF line ends (RULES E3, E6).

    Raises RenderError for an address or header that cannot be.
    """
    fixed, boundary = skeleton(rendered.version, headers.sender, headers.reply_to)
    if not _UID.fullmatch(headers.message_id) or len(headers.message_id) > 200:
        raise RenderError("a message id must look like uid@domain")
    if headers.date.tzinfo is None:
        raise RenderError("a message's date needs a time zone")
    if boundary.decode("ascii") in rendered.text or boundary.decode("ascii") in rendered.html:
        raise RenderError("a body contains the boundary between the parts")
    opening, closing = b"\r\n--%b\r\n" % boundary, b"\r\n--%b--\r\n" % boundary
    return b"".join(
        (
            fixed,
            b"To: %b\r\n" % bare_address(headers.recipient).encode("ascii"),
            unstructured("Subject", rendered.subject),
            b"Date: %b\r\n" % format_datetime(headers.date).encode("ascii"),
            b"Message-ID: <%b>\r\n" % headers.message_id.encode("ascii"),
            _unsubscribe(headers),
            *(_extra(name, value) for name, value in headers.extra),
            opening,
            _part(b"plain", rendered.text),
            opening,
            _part(b"html", rendered.html),
            closing,
        )
    )


def _unsubscribe(headers: EmailHeaders) -> bytes:
    """List-Unsubscribe for all but required mail (RULES E3, E5); one click only where an https link acts on a POST."""
    if headers.message_class is MessageClass.REQUIRED:
        return b""
    web = clean.link(headers.list_unsubscribe_url)
    ways = [f"<{link}>" for link in (web, clean.link(headers.list_unsubscribe_mailto)) if link.isascii() and link]
    if not ways:
        return b""
    line = "List-Unsubscribe: " + ",\r\n ".join(ways) + "\r\n"
    if headers.one_click and web.startswith("https://") and web.isascii():
        line += "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    return line.encode("ascii")


def _extra(name: str, value: str) -> bytes:
    if not _NAME.fullmatch(name) or name.lower() in _OURS:
        raise RenderError(f"{name[:40]!r} cannot be an extra header")
    return unstructured(name, value)
