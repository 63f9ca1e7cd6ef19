"""What a text message costs, and which characters make it dear. Colour: pure. Called by faults and the preview.

A text in the alphabet of GSM-7 holds 160 characters, or 153 in each segment of several; one character outside of it
makes the whole text UCS-2: 70, or 67 in each of several.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import smsutil  # it ships no types

from notifier.render.texts import measured, simple
from notifier.terms.money import Money

_ONE = {"GSM-7": 160, "UCS-2": 70}
_OF_SEVERAL = {"GSM-7": 153, "UCS-2": 67}
_DOUBLE = frozenset("^{}\\[~]|€\f")
"""Characters of GSM-7 that count twice."""


@dataclass(frozen=True, slots=True)
class Costly:
    """A character that GSM-7 cannot write: where it first stands (from 1), and what could stand there instead.

    `instead` is empty where it can only be left out; `times` is how often it stands there.
    """

    character: str
    line: int
    column: int
    instead: str
    times: int

    @property
    def shown(self) -> str:
        """For a person: the character, or its code where it cannot be seen."""
        return self.character if self.character.isprintable() else f"U+{ord(self.character):04X}"

    @property
    def name(self) -> str:
        """Its Unicode name, in small letters."""
        return unicodedata.name(self.character, f"U+{ord(self.character):04X}").lower()

    @property
    def remedy(self) -> str:
        """What to write instead."""
        return f"write {self.instead}" if self.instead else "leave it out"


@dataclass(frozen=True, slots=True)
class TextCost:
    """What a text costs. `used` and `left` are characters, of those that the last segment ends with."""

    segments: int
    encoding: str
    used: int
    left: int
    costly: tuple[Costly, ...]
    price: Money | None = None


def cost(text: str, per_segment: Money | None = None) -> TextCost:
    """What a text costs as it is sent; without a price where no price of a segment is known."""
    segments, encoding = measured(text)
    used = _units(text, encoding)
    room = _ONE[encoding] if segments <= 1 else segments * _OF_SEVERAL[encoding]
    price = Money(per_segment.amount * Decimal(segments), per_segment.currency) if per_segment else None
    return TextCost(segments, encoding, used, max(0, room - used), tuple(costly(text)), price)


def costly(text: str) -> Iterator[Costly]:
    """Each character that makes a text UCS-2, once, after the marks that are sent as GSM-7 writes them (`simple`)."""
    suspects = {one: text.count(one) for one in dict.fromkeys(text) if not one.isascii() and not _writable(simple(one))}
    for one, times in suspects.items():
        at = text.index(one)
        bare = "".join(c for c in unicodedata.normalize("NFKD", one) if not unicodedata.combining(c))
        instead = bare if bare and bare != one and _writable(bare) else ""
        yield Costly(one, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at), instead, times)


def _writable(text: str) -> bool:
    return bool(smsutil.is_valid_gsm(text))


def _units(text: str, encoding: str) -> int:
    if encoding == "GSM-7":
        return len(text) + sum(text.count(one) for one in _DOUBLE)
    return len(text.encode("utf-16-be", "surrogatepass")) // 2
