"""What settles a message of which nobody knows whether it went: who is asked, and what they can say. Colour: ground.

Used by channels, outbox, pipeline and web.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from notifier.terms.words import Outcome


class Source(StrEnum):
    """Who said something about an attempt. CLOCK: the time to wait was over. TEAM: it was told."""

    JOURNAL = "journal"
    TWILIO = "twilio"
    RECEIPT = "receipt"
    PERSON = "person"
    CLOCK = "clock"
    TEAM = "team"


LOOKS = (Source.JOURNAL, Source.TWILIO)
"""The sources that we ask; the others speak by themselves."""


class Found(StrEnum):
    """What it said. NOTHING is no proof; SEVERAL fit, so none is proof; NO_ANSWER: it could not be asked.

    AGAIN: it was sent once more. TOLD: the team has heard that it waits for a person.
    """

    THERE = "there"
    FAILED = "failed"
    NOTHING = "nothing"
    SEVERAL = "several"
    NO_ANSWER = "no_answer"
    AGAIN = "again"
    TOLD = "told"


@dataclass(frozen=True, slots=True)
class TextAsked:
    """One text to look for: to which E.164 number, with which words, handed off at the UTC instant `since`."""

    number: str = field(repr=False)
    body: str = field(repr=False)
    since: datetime


@dataclass(frozen=True, slots=True)
class TextSeen:
    """One text that the provider has and that fits. `outcome` and `code` are what its state means by now."""

    provider_id: str
    outcome: Outcome
    code: str = ""


class Journal(Protocol):
    """A mailbox that has a copy of each email that went. Synchronous: it is called in a thread."""

    def holding(self, message_ids: Collection[str], since: date) -> frozenset[str]:
        """Those of the Message-IDs (without <>) that came in since the day before `since`.

        Raises errors.Transient, with a sentence for the log, where it cannot be asked.
        """
        ...


class TextList(Protocol):
    """The provider's own list of the texts that it took."""

    async def seen(self, asked: TextAsked) -> Sequence[TextSeen]:
        """The texts that fit. Raises errors.Transient, with a sentence for the log, where it cannot be asked."""
        ...

    async def close(self) -> None:
        """Give the connections back; it may be asked again afterwards."""
        ...


@dataclass(frozen=True, slots=True)
class Doubt:
    """One attempt that is `unknown`: what is needed to ask about it, and what was found so far.

    `since` is when it became unknown, `started_at` when it was handed off, both aware UTC. `again`: it goes once more
    by itself. `looked_at` is None where nobody was asked yet.
    """

    message_id: int
    attempt_id: int
    uid: str
    started_at: datetime
    since: datetime
    again: bool
    looked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a source said about one attempt. `outcome` None: it settles nothing. `code` is normalised."""

    message_id: int
    attempt_id: int
    source: Source
    found: Found
    outcome: Outcome | None = None
    code: str = ""
    provider_id: str = ""
    by: str = ""


class Word(StrEnum):
    """A provider's word, normalised. SENT: it went on from there. DELIVERED: it arrived. FAILED: it never will."""

    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """One receipt, by the attempt that its URL names or by our uid. `code` is normalised and goes with FAILED."""

    word: Word
    attempt_id: int = 0
    uid: str = ""
    provider_id: str = ""
    code: str = ""
