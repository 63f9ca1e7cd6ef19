"""The fields of a header and what is written in them: bounded, tolerant. Colour: pure. Called by structure, read.

Python's own policy parser builds a tree of every field: 4 KB of parentheses crash it, many encoded words freeze it
(HOSTILE 70). Here a field is bytes until somebody asks, and then only its beginning is decoded.
"""

import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from notifier.replies.mail.decoding import as_text, cleaned, from_base64

LONGEST_FIELD = 8 * 1024
"""Bytes of one field that are looked at: no real field that is read here comes near."""
_NAME = re.compile(rb"([!-9;-~]{1,100})[ \t]*:")
_WORD = re.compile(r"=\?([\w.:+*-]{1,60})\?([bq])\?([^?\s]{0,1000})\?=", re.IGNORECASE | re.ASCII)
_PARAMETER = re.compile(rb"""[;\s]([\w*-]{1,40})\s{0,5}=\s{0,5}(?:"([^"]{0,300})"|([^\s;"]{1,300}))""", re.ASCII)
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Headers:
    """The fields in their order: the name in small letters, the value unfolded."""

    fields: tuple[tuple[str, bytes], ...]

    def all(self, *names: str) -> list[bytes]:
        """The values of these fields, name by name."""
        return [value for name in names for field, value in self.fields if field == name]

    def first(self, name: str) -> bytes:
        """The first value of that field; empty where there is none."""
        return next((value for field, value in self.fields if field == name), b"")

    def has(self, names: Iterable[str]) -> bool:
        """Whether one of these fields is there."""
        wanted = frozenset(names)
        return any(name in wanted for name, _ in self.fields)

    def said(self, name: str) -> str:
        """The first value of a field that holds a plain word, in small letters without what stands behind `;`."""
        return self.first(name)[:LONGEST_FIELD].decode("ascii", "replace").partition(";")[0].strip().lower()


def read_headers(block: bytes) -> tuple[Headers, int]:
    """The fields, and how many bytes they take. The first line that is neither a field nor its continuation ends it."""
    fields: list[tuple[str, list[bytes]]] = []
    used = 0
    for line in block.splitlines(keepends=True):
        bare = line.rstrip(b"\n")
        if fields and bare[:1] in (b" ", b"\t"):
            fields[-1][1].append(bare)
        elif found := _NAME.match(bare):
            fields.append((found[1].decode("ascii").lower(), [bare[found.end() :]]))
        elif not used and bare.startswith((b"From ", b">From ")):
            pass  # the first line of an mbox
        else:
            break
        used += len(line)
    return Headers(tuple((name, b"".join(lines).strip()) for name, lines in fields)), used


def shown(value: bytes, most: int) -> str:
    """A field's text for people: encoded words decoded, one clean line of at most `most` characters."""
    text, _ = as_text(value[:LONGEST_FIELD], "")
    pieces: list[str] = []
    run, charset, at = b"", "", 0
    for found in _WORD.finditer(text):
        between = text[at : found.start()]
        # Blanks between encoded words are no text, and a letter may be cut in two between them (RFC 2047, 6.2).
        named = found[1].partition("*")[0].lower()
        if between.strip() or named != charset:
            pieces += [as_text(run, charset)[0], between if between.strip() or not charset else ""]
            run, charset = b"", named
        run += _encoded(found[2], found[3])
        at = found.end()
    pieces += [as_text(run, charset)[0], text[at:]]
    return _BLANKS.sub(" ", cleaned("".join(pieces))).strip()[:most].rstrip()


def _encoded(how: str, text: str) -> bytes:
    raw = text.encode("ascii", "ignore")
    if how in "qQ":
        return binascii.a2b_qp(raw.replace(b"_", b" "), header=False)
    return from_base64(raw)


def parameters(value: bytes) -> dict[str, str]:
    """The parameters of Content-Type or Content-Disposition; those in pieces (RFC 2231) are put together."""
    found: dict[str, bytes] = {}
    for name, quoted, bare in _PARAMETER.findall(value[:LONGEST_FIELD]):
        key, star, _ = name.decode("ascii").lower().partition("*")
        text = quoted or bare
        if star and b"'" in text:
            text = unquote_to_bytes(text.rpartition(b"'")[2])
        if star or key not in found:
            found[key] = (found.get(key, b"") if star else b"") + text
    return {key: text.decode("utf-8", "surrogateescape") for key, text in found.items()}
