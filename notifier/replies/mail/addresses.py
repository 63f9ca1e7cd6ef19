"""Addresses and Message-IDs in a field's bytes, found in one pass. Colour: pure. Called by read, machines, returned.

An address is looked for in the bytes as they came: a name that is an encoded word and holds an address proves nothing.
"""

import re
from collections.abc import Iterator

from notifier.replies.mail.headers import LONGEST_FIELD

MOST_ADDRESSES = 100
MOST_ANSWERS = 50
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"\\]{1,64}@[^\s@<>()\[\],;:\"\\]{1,190}")
_SEPARATOR = re.compile(r"[,;]")
_ANGLE = re.compile(r"<\s{0,5}([^<>\s]{3,260})\s{0,5}>")
_ID = re.compile(rb"<\s{0,5}([^<>\s]{1,250})\s{0,5}>")
_BARE_ID = re.compile(rb"[^<>\s\"(),;]{1,120}@[^<>\s\"(),;]{1,120}")


def addresses(value: bytes) -> list[str]:
    """The addresses of a field like To in their order, in small letters; what is no address is passed over."""
    text = value[:LONGEST_FIELD].decode("utf-8", "replace")
    found = [one for one in map(_address, _mailboxes(text)) if one]
    if not found:
        # A bracket or a quote that nothing closes hides all behind it; angle brackets are still plain to see.
        found = [one for one in map(_address, _ANGLE.findall(text)) if one]
    return list(dict.fromkeys(found))[:MOST_ADDRESSES]


def counted(value: bytes) -> int:
    """How many mailboxes a field names, good or bad."""
    return len(_mailboxes(value[:LONGEST_FIELD].decode("utf-8", "replace")))


def _mailboxes(text: str) -> list[str]:
    """What stands between commas, without comments and quoted names."""
    return [bare for piece in _SEPARATOR.split("".join(_outside(text))) if (bare := piece.strip())]


def _outside(text: str) -> Iterator[str]:
    """The characters outside comments and quotes. Depth is a number: nothing nests."""
    comment, quoted, escaped = 0, False, False
    for one in text:
        if escaped:
            escaped = False
        elif one == "\\" and (comment or quoted):
            escaped = True
        elif one == '"' and not comment:
            quoted = not quoted
        elif one in "()" and not quoted:
            comment = max(comment + (1 if one == "(" else -1), 0)
        elif not (comment or quoted):
            yield one


def _address(mailbox: str) -> str:
    """The address of `name <address>`, `group: address` or a bare one; empty where there is none."""
    begin = mailbox.rfind("<")
    inner = mailbox[begin + 1 :].partition(">")[0] if begin >= 0 else mailbox.rpartition(":")[2]
    inner = inner.strip().lower()
    return inner if _ADDRESS.fullmatch(inner) and inner.isprintable() and "\ufffd" not in inner else ""


def message_id(value: bytes) -> str:
    """The Message-ID without <>, as it was given; empty where there is none."""
    return next(iter(_ids(value)), "")


def answered(in_reply_to: bytes, references: bytes) -> tuple[str, ...]:
    """The ids that a mail says it answers, each once, the newest last."""
    ids = [*_ids(in_reply_to), *_ids(references)]
    newest_first = list(dict.fromkeys(reversed(ids)))[:MOST_ANSWERS]
    return tuple(reversed(newest_first))


def _ids(value: bytes) -> list[str]:
    # The newest references stand last, so a field that is too long loses its beginning.
    value = value[-LONGEST_FIELD:]
    found = _ID.findall(value) or _BARE_ID.findall(value)
    return [one for one in (id_.decode("utf-8", "replace") for id_ in found) if one.isascii() and one.isprintable()]
