"""What one purpose says by one channel, in one locale, for one brand, and how a version of it came about.

Colour: ground. Kept by `wordings`, laid over the files by pipeline.in_force, written by pipeline.wording_desk.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from types import MappingProxyType

from notifier.terms.words import Channel

Texts = Mapping[str, str]
"""The parts of a wording by the names of their files, like `subject.txt`; none: the files' text holds."""

PARTS_OF: Mapping[Channel, tuple[str, ...]] = MappingProxyType(
    {Channel.EMAIL: ("subject.txt", "email.md"), Channel.SMS: ("sms.txt",)}
)


@dataclass(frozen=True, slots=True, order=True)
class Wording:
    """One wording. Empty `locale`: English, which stands in for all that is not translated; empty `brand`: every one.

    Made of what a person typed by `pipeline.wording_desk.wording_of`, which knows what there is.
    """

    purpose: str
    channel: Channel
    locale: str = ""
    brand: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of its files."""
        return PARTS_OF[self.channel]

    @property
    def words(self) -> str:
        """For a person: `delay by email in de for oak`."""
        for_brand = f" for {self.brand}" if self.brand else ""
        return f"{self.purpose} by {self.channel} in {self.locale or 'en'}{for_brand}"

    def file(self, part: str) -> str:
        """Where the team's folder has this part: `_brands/oak/delay/de/email.md`."""
        return "/".join(filter(None, (f"_brands/{self.brand}" if self.brand else "", self.purpose, self.locale, part)))


class VersionKind(StrEnum):
    """How a version came to be in force."""

    PUBLISHED = "published"
    ROLLED_BACK = "rolled_back"
    TAKEN_BACK = "taken_back"
    """Taken back to the file: it has no text, and that of the files holds."""


class DraftState(StrEnum):
    """Where a draft stands. A save makes it EDITING again; CLOSED: published or thrown away, nothing is open."""

    EDITING = "editing"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    CLOSED = "closed"


class Severity(IntEnum):
    """How much a fault matters; a FAULT keeps a draft from being published."""

    NOTE = 0
    WARNING = 1
    FAULT = 2

    @property
    def word(self) -> str:
        """`note`, `warning` or `fault`."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class WordingFault:
    """One thing about a draft, in a sentence with the remedy in it. `line` counts from 1; 0: none is named."""

    file: str
    line: int
    severity: Severity
    text: str

    def __str__(self) -> str:
        line = f" line {self.line}" if self.line else ""
        return f"{self.file}{line}: {self.text}" if self.file else self.text


@dataclass(frozen=True, slots=True)
class Draft:
    """The open draft of a wording. `revision` grows with each save, so that two people who edit notice each other.

    `base` is the number of the version that it was begun from (0: the file). `author` saved last, `asked_by` asked for
    approval, `approved_by` gave it; all times are UTC.
    """

    wording: Wording
    texts: Texts
    revision: int
    base: int
    state: DraftState
    author: str
    changed_at: datetime
    asked_by: str = ""
    approved_by: str = ""


@dataclass(frozen=True, slots=True)
class WordingVersion:
    """One version: never changed once it is written. `number` counts from 1 for each wording; no `texts`: the file's.

    `of` is the number of the version whose text came back (0: none did).
    """

    wording: Wording
    number: int
    kind: VersionKind
    texts: Texts
    author: str
    published_by: str
    approved_by: str
    note: str
    published_at: datetime
    of: int = 0
