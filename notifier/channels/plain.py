"""A provider's words as they may be stored and shown. Colour: wire (pure functions). Used by the channels.

Replies are bytes from strangers: a byte that is no UTF-8 arrives as a lone surrogate, JSON may spell one out, and
neither database takes it; PostgreSQL takes no NUL either.
"""

import unicodedata

_LONGEST_ID = 200


def one_line(text: str) -> str:
    """The text on one line, valid UTF-8, without control and format characters; what was no UTF-8 becomes `?`."""
    shown = text if text.isascii() and text.isprintable() else "".join(map(_shown, text))
    return " ".join(shown.split())


def provider_id(text: str) -> str:
    """A queue id or SID without anything that cannot be stored, at most 200 characters long."""
    return one_line(text)[:_LONGEST_ID]


def _shown(sign: str) -> str:
    if " " <= sign <= "~":
        return sign
    match unicodedata.category(sign):
        case "Cs":
            return "?"
        case "Cc" | "Zl" | "Zp":
            return " "
        case "Cf":
            # Invisible: it could hide an address from masking.
            return ""
        case _:
            return sign
