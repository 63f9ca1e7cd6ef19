"""The parts of an email, found in its bytes under caps (HOSTILE 70). Colour: pure. Called by read.

Written by hand, because the caps must hold while the parts are found, not after: Python's parser takes seconds for many
parts and fails on deep ones. What is inside message/rfc822 stays closed: it is an attachment. Linear in the bytes for
each level of depth.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from notifier.errors import UnreadableMail
from notifier.replies.mail.headers import Headers, parameters, read_headers

MOST_BYTES = 10 * 1024 * 1024
MOST_PARTS = 200
MOST_DEPTH = 20
MOST_HEADER = 64 * 1024
"""Bytes of one part's header."""
LONGEST_BOUNDARY = 200
"""Bytes; the standard allows 70."""

_KIND = re.compile(rb"\s*([\w.+-]{1,80})/([\w.+-]{1,80})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """One part. `kind` is its type in small letters, `body` its bytes as they came with LF; `parts` those inside it."""

    headers: Headers
    kind: str
    body: bytes
    parts: tuple["Part", ...] = ()

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of its Content-Type."""
        return parameters(self.headers.first("content-type"))

    def walk(self) -> Iterator["Part"]:
        """Itself and all that is inside, in order."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(slots=True)
class _Reading:
    """The whole mail and the parts found in it so far. Parts are places in `raw` until the end: a copy for each level
    of depth would cost more than the process has.
    """

    raw: bytes
    parts: int = 0

    def one_more(self) -> None:
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise UnreadableMail("too_many_parts")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where something stands in the mail."""

    begin: int
    end: int


def read_structure(raw: bytes) -> Part:
    """The whole mail as a part.

    Raises UnreadableMail: too_large, too_many_parts, too_deep, or malformed where there is no header at all.
    """
    if len(raw) > MOST_BYTES:
        raise UnreadableMail("too_large")
    reading = _Reading(raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
    whole = _part(reading, _Place(0, len(reading.raw)), "text/plain", 0)
    if not whole.headers.fields:
        raise UnreadableMail("malformed")
    return whole


def _part(reading: _Reading, place: _Place, otherwise: str, depth: int) -> Part:
    if depth > MOST_DEPTH:
        raise UnreadableMail("too_deep")
    headers, body = _opened(reading.raw, place)
    kind = _kind(headers, otherwise)
    boundary = _boundary(headers) if kind.startswith("multipart/") else b""
    inner = "message/rfc822" if kind == "multipart/digest" else "text/plain"
    parts = []
    for piece in _split(reading.raw, body, boundary) if boundary else ():
        reading.one_more()
        parts.append(_part(reading, piece, inner, depth + 1))
    if parts:
        return Part(headers, kind, b"", tuple(parts))
    # What calls itself multipart and is not: its text is read as text.
    return Part(headers, "text/plain" if kind.startswith("multipart/") else kind, reading.raw[body.begin : body.end])


def _opened(raw: bytes, place: _Place) -> tuple[Headers, _Place]:
    """Header and body. A header ends with a blank line or with a line that can be none of its own."""
    begin = place.begin
    if raw.startswith(b"\n", begin, place.end):
        return Headers(()), _Place(begin + 1, place.end)
    limit = min(begin + MOST_HEADER + 2, place.end)
    end = raw.find(b"\n\n", begin, limit)
    fields, used = read_headers(raw[begin : limit if end < 0 else end + 1])
    if used > MOST_HEADER:
        raise UnreadableMail("too_large")
    blank = end >= 0 and begin + used == end + 1
    return fields, _Place(begin + used + blank, place.end)


def _kind(headers: Headers, otherwise: str) -> str:
    found = _KIND.match(headers.first("content-type"))
    return b"/".join(found.groups()).decode("ascii").lower() if found else otherwise


def _boundary(headers: Headers) -> bytes:
    given = parameters(headers.first("content-type")).get("boundary", "")
    return given.encode("utf-8", "surrogateescape").rstrip()[:LONGEST_BOUNDARY]


def _split(raw: bytes, place: _Place, boundary: bytes) -> Iterator[_Place]:
    """What stands between the lines of the boundary; what stands before the first and after the last is nobody's."""
    begin = -1
    for line, last in _lines(raw, place, b"--" + boundary):
        if begin >= 0:
            yield _Place(begin, max(line.begin - 1, begin))
        begin = line.end
        if last:
            return
    if begin >= 0:
        yield _Place(begin, place.end)


def _lines(raw: bytes, place: _Place, mark: bytes) -> Iterator[tuple[_Place, bool]]:
    """Each line that is the mark and nothing else, and whether it is the closing one."""
    at = place.begin if raw.startswith(mark, place.begin, place.end) else _next(raw, place.begin, place.end, mark)
    while at >= 0:
        end = raw.find(b"\n", at, place.end)
        end = place.end if end < 0 else end
        rest = raw[at + len(mark) : min(end, at + len(mark) + 100)].rstrip()
        if rest in (b"", b"--"):
            yield _Place(at, min(end + 1, place.end)), rest == b"--"
        at = _next(raw, end, place.end, mark)


def _next(raw: bytes, begin: int, end: int, mark: bytes) -> int:
    """Where the next line begins that starts with the mark; -1 where none does."""
    found = raw.find(b"\n" + mark, begin, end)
    return found + 1 if found >= 0 else -1
