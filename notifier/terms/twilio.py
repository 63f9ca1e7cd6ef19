"""Twilio's error codes in our words, and the texts that it hands on. Colour: ground.

Used by channels for its answers and its list, by web for its receipts and texts.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

CODES: Mapping[int, str] = MappingProxyType(
    {
        20003: "auth",
        20404: "auth",
        21211: "bad_number",
        21212: "bad_sender",
        21214: "bad_number",
        21217: "bad_number",
        21265: "bad_number",
        21408: "region_blocked",
        21602: "no_body",
        21603: "bad_sender",
        21606: "bad_sender",
        21610: "opted_out",
        21612: "unreachable",
        21614: "bad_number",
        21617: "too_large",
        21635: "bad_number",
        21659: "bad_sender",
        21701: "bad_sender",
        21703: "bad_sender",
        21705: "bad_sender",
        30002: "auth",
        30003: "unreachable",
        30004: "blocked",
        30005: "bad_number",
        30006: "bad_number",
        30007: "filtered",
        30034: "unregistered_sender",
        30036: "window_over",
        63038: "rate_limited",
    }
)
"""https://www.twilio.com/docs/api/errors, by HOSTILE.md 51."""

REJECTED = "rejected"
"""The word for every other code."""


SID, SENDER = r"(SM|MM)[0-9a-f]{32}", r"\+[1-9][0-9]{6,14}"
"""How the id of a text looks, and the number that it came from."""

_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def words_heard(body: str, pictures: int) -> str:
    """The words of an incoming text. A picture stands in them, so that they are clear to nobody but a person."""
    words = _INVISIBLE.sub("", body)
    return f"{words}\n[{pictures} picture{'s' if pictures > 1 else ''}]".strip() if pictures else words


def word_of(code: int) -> str:
    """The normalised code."""
    return CODES.get(code, REJECTED)
