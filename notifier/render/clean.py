"""What may not reach a header, a link, a colour or a body (HOSTILE 26, 33, 38). Colour: pure.

Called by context and mime.
"""

import re
from urllib.parse import urlsplit

_CONTROLS = "\x00-\x1f\x7f-\x9f"
_SEPARATORS = "\u2028\u2029"
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_INVISIBLE = (
    "\u00ad\u034f\u115f\u1160\u180e\u200b-\u200d\u2060-\u2064\u206a-\u206f\u3164\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
)
_SURROGATES = "\ud800-\udfff"
_BREAKS = re.compile(f"[\\s{_CONTROLS}{_SEPARATORS}]+")
_HEADER_NEVER = re.compile(f"[{_BIDI}{_INVISIBLE}{_SURROGATES}\U000e0000-\U000e007f]")
_BODY_NEVER = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069{_SURROGATES}]")
_LINK_NEVER = re.compile(f"[\\s{_CONTROLS}{_SEPARATORS}{_BIDI}{_INVISIBLE}{_SURROGATES}<>\"'`\\\\{{}}|^]")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
LINK_SCHEMES = frozenset({"https", "http", "mailto"})
_PLAIN = bytes(range(0x20, 0x7F)) + b"\n\t"
"""What may stand in a body as it is, of ASCII. To look for anything else this way takes a fifth of a search."""
LONGEST_LINK = 900
"""Characters. A header line holds at most 998, and no shop's link comes near."""


def header(text: str) -> str:
    """One line without controls, bidi overrides, line separators and invisible characters;

    runs of blanks become one.
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return _BREAKS.sub(" ", _HEADER_NEVER.sub("", text)).strip()


def line(text: str) -> str:
    """One line for a body: blanks and breaks collapse, bidi overrides and controls go, joiners within words stay."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return _BREAKS.sub(" ", _BODY_NEVER.sub(" ", text)).strip()


def body(text: str) -> str:
    """A whole body: NUL and other controls go; line ends become LF."""
    if text.isascii() and not text.encode("ascii").translate(None, _PLAIN):
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n")
    return _BODY_NEVER.sub("", text.replace("\u2028", "\n").replace("\u2029", "\n"))


def link(address: str) -> str:
    """The address if it is an absolute https, http or mailto link without blanks or controls, else empty."""
    address = address.strip()
    if not address or len(address) > LONGEST_LINK or _LINK_NEVER.search(address):
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme.lower() not in LINK_SCHEMES:
        return ""
    return address if parts.netloc or (parts.scheme.lower() == "mailto" and parts.path) else ""


def colour(text: str, otherwise: str) -> str:
    """The colour if it is #rrggbb, else `otherwise`: it lands in CSS, where escaping does not protect."""
    return text.lower() if _COLOUR.fullmatch(text) else otherwise
