"""The answer of an occasion. Colour: pure. Made by occasions and waiting, read by decide."""

from dataclasses import dataclass
from datetime import datetime

from notifier.terms.words import NoticeKind


@dataclass(frozen=True, slots=True)
class Occurrence:
    """`occasion` is the key by which this news is told once, None when there is none; `answers` the date it answers,
    `notice` the legal kind of a required message.

    `look_again` is a UTC instant after now, None when only a change of facts can change the answer.
    """

    occasion: str | None
    answers: str = ""
    notice: NoticeKind = NoticeKind.NONE
    look_again: datetime | None = None


NEVER = Occurrence(None)
"""Not due, and time alone will not change that."""
