"""What is told once on the next page, in a signed cookie. Colour: door. Called by asked.

It is signed for whom it is told, because a page offers its `undo` as a button.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import dataclass

from notifier.render.links import Keys, genuine, short_token
from notifier.terms.operator import Operator

PURPOSE = "console-said"
MOST_SAID = 600


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, and the path of a POST that takes back what it tells of; empty: nothing does."""

    words: str
    undo: str = ""


def packed(keys: Keys, operator: Operator, said: Said) -> str:
    """The cookie's value."""
    raw = json.dumps([said.words[:MOST_SAID], said.undo]).encode()
    text = urlsafe_b64encode(raw).decode("ascii").rstrip("=")
    return f"{text}.{short_token(keys, PURPOSE, f'{operator.id}/{text}')}"


def unpacked(keys: Keys, operator: Operator, value: str) -> Said | None:
    """What the cookie says; None for none, and for one that we did not make for them."""
    text, _, token = value.partition(".")
    if not text or not genuine(keys, PURPOSE, f"{operator.id}/{text}", token):
        return None
    try:
        words, undo = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (Error, ValueError):
        return None
    return Said(str(words), str(undo))
