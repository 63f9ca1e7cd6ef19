"""A part's bytes as clean text, whatever they claim to be. Colour: pure. Called by headers, letter, returned.

Nothing fails: a charset that nobody knows is read as UTF-8, else as Windows-1252, and it is said that it was a guess.
"""

import binascii
import codecs
import re

MOST_ENCODED = 1024 * 1024
"""Bytes of one part that are decoded: nobody writes more, and what is cut is said."""

# What the names stand for in practice: the larger set that mail programs really write.
_MEANT = {
    "": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "unknown-8bit": "utf-8",
    "default": "utf-8",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "utf8mb4": "utf-8",
    "cp-850": "cp850",
}
# Codecs that are no charsets, and one that is slow without bound.
_NEVER = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"})
_CONTROLS = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
    "\ud800-\udfff\ufff9-\ufffc\U000e0000-\U000e007f]"
)
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/=]*")


def as_text(raw: bytes, charset: str) -> tuple[str, bool]:
    """The text, and whether its letters are what was meant: a guess where the bytes are not in the charset named."""
    if raw.isascii() and charset in ("", "us-ascii", "utf-8"):
        return raw.decode("ascii"), True
    known = _codec(charset)
    if known:
        try:
            return raw.decode(known), True
        except (UnicodeError, ValueError):
            pass
    try:
        return raw.decode("utf-8"), True
    except UnicodeDecodeError:
        # A bare 8-bit text without a charset is what old programs write: Windows-1252, nearly always.
        return raw.decode("cp1252", "replace"), charset.lower() in ("", "us-ascii", "ascii")


def _codec(charset: str) -> str:
    """The codec of that charset; empty where there is none."""
    name = charset.strip("\"' ").lower()[:60]
    name = _MEANT.get(name, name)
    try:
        found = codecs.lookup(name).name
        if found.replace("_", "-") in _NEVER:
            return ""
        b"a".decode(found, "ignore")  # raises for codecs that make no text, like zip
    except (LookupError, ValueError, UnicodeError):
        return ""
    return found


def cleaned(text: str) -> str:
    """The text without controls, invisible marks and lone surrogates; its line ends are LF."""
    return _CONTROLS.sub("", _BREAKS.sub("\n", text).replace("\t", " "))


def untransferred(body: bytes, encoding: str) -> tuple[bytes, bool]:
    """What the transfer encoding hides, and whether all of it: of what is too long, whole lines alone are looked at."""
    whole = len(body) <= MOST_ENCODED
    if not whole:
        body = body[: body.rfind(b"\n", 0, MOST_ENCODED) + 1] or body[:MOST_ENCODED]
    match encoding:
        case "base64":
            return _base64(body), whole
        case "quoted-printable":
            return binascii.a2b_qp(body), whole
        case _:
            return body, whole


def _base64(body: bytes) -> bytes:
    """The lines that can be base64, up to the first that cannot: a list adds its footer in plain text behind it.

    A body whose first line is none says the wrong encoding and is taken as it stands.
    """
    lines = []
    for line in body.split(b"\n"):
        bare = re.sub(rb"\s", b"", line)
        if not _BASE64_LINE.fullmatch(bare) or b" " in line.strip():
            break
        lines.append(bare)
    joined = b"".join(lines)
    if not joined and body.strip():
        return body
    return from_base64(joined)


def from_base64(raw: bytes) -> bytes:
    """What broken base64 holds: foreign characters and a cut end are passed over."""
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    whole = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))
