"""Which parts of a mail are the letter; the others are attachments and stay closed. Colour: pure. Called by read."""

from dataclasses import dataclass

from notifier.replies.mail.decoding import as_text, cleaned, untransferred
from notifier.replies.mail.headers import parameters
from notifier.replies.mail.html_text import html_text
from notifier.replies.mail.structure import Part
from notifier.terms.mail import Unread

MOST_TEXT = 200_000
"""Characters of a letter that are looked at: the customer's words stand above or below what they quote."""
MOST_PIECES = 10
READ = ("text/plain", "text/html")
_ENCRYPTED = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})


@dataclass(frozen=True, slots=True)
class Letter:
    """The text of a mail. `unread`: why some of it is missing; `attachments` are only counted."""

    text: str
    unread: Unread
    attachments: int


def letter(whole: Part, preferred: str = "text/plain") -> Letter:
    """The letter, as `preferred` of READ where the mail has it in both."""
    pieces = _pieces(whole, preferred)
    texts, reasons = [], [Unread.TOO_LONG] if len(pieces) > MOST_PIECES else []
    for part in pieces[:MOST_PIECES]:
        text, why = text_of(part)
        texts.append(text)
        reasons.append(why)
    joined = "\n\n".join(one for one in texts if one.strip())
    if len(joined) > MOST_TEXT:
        joined, reasons = joined[:MOST_TEXT], [*reasons, Unread.TOO_LONG]
    kinds = {part.kind for part in whole.walk()}
    return Letter(joined, _unread(reasons, kinds, joined), sum(map(_is_attachment, whole.walk())))


def _unread(reasons: list[Unread], kinds: set[str], text: str) -> Unread:
    if kinds & _ENCRYPTED:
        return Unread.ENCRYPTED
    if kinds & _TNEF and not text.strip():
        return Unread.WINMAIL
    return next((one for one in reasons if one), Unread.NONE)


def text_of(part: Part) -> tuple[str, Unread]:
    """A text part as clean text, and why some of it is missing."""
    raw, whole = untransferred(part.body, part.headers.said("content-transfer-encoding"))
    text, sure = as_text(raw, part.parameters.get("charset", ""))
    text = cleaned(text)
    reason = Unread.NONE if sure else Unread.CHARSET
    if part.kind == "text/html":
        text, all_of_it = html_text(text)
        text, whole = cleaned(text), whole and all_of_it
    elif part.parameters.get("format", "").lower() == "flowed":
        text = _unflowed(text)
    return text, reason if whole else Unread.TOO_LONG


def _unflowed(text: str) -> str:
    """Lines that end with a blank go on in the next one (RFC 3676), quoted ones within their own depth."""
    lines: list[str] = []
    going_on = ""
    for line in text.split("\n"):
        mark = line[: len(line) - len(line.lstrip(">"))]
        bare = line[len(mark) :].removeprefix(" ")
        if going_on and going_on == f"{mark}|":
            lines[-1] += bare
        else:
            lines.append(f"{mark} {bare}" if mark else bare)
        going_on = f"{mark}|" if line.endswith(" ") and bare.rstrip() != "--" else ""
    return "\n".join(lines)


def _pieces(part: Part, preferred: str) -> list[Part]:
    """The text parts of the letter in their order."""
    if part.kind == "multipart/alternative":
        versions = [found for found in (_pieces(one, preferred) for one in part.parts) if found]
        best = next((found for found in versions if any(one.kind == preferred for one in found)), None)
        return best or (versions[-1] if versions else [])
    if part.kind in ("multipart/report", "multipart/signed"):
        return _pieces(part.parts[0], preferred)
    if part.parts:
        return [found for one in part.parts for found in _pieces(one, preferred)]
    return [part] if part.kind in READ and not _is_attachment(part) else []


def _is_attachment(part: Part) -> bool:
    """Whether it is a file beside the letter: what is no text, and a text that has a name of its own."""
    if part.parts:
        return False
    if part.kind not in READ:
        return part.kind not in ("application/pgp-signature", "application/pkcs7-signature", "text/x-amp-html")
    placed = part.headers.first("content-disposition")
    return placed.strip().lower().startswith(b"attachment") or "filename" in parameters(placed)
