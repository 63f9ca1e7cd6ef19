"""A mailbox that is read: one mail as it lies there, and how far the reading has come. Colour: ground.

Used by replies.mailbox, store and pipeline.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RawMail:
    """One mail, before anybody has looked into it.

    `mailbox`, `validity` (UIDVALIDITY) and `uid` (UID) name it for good. `received_at` is when the mailbox's server
    took it in (INTERNALDATE), aware UTC: the moment of receipt. `raw` is all of it; where it is not `whole`, its
    headers alone, cut off after 64 KB, or nothing at all, because it is too large (`size` in bytes) or the server does
    not give it out.
    """

    mailbox: str
    validity: int
    uid: int
    received_at: datetime
    size: int
    raw: bytes = field(repr=False)
    whole: bool = True

    @property
    def key(self) -> str:
        """The same whenever the same mail is read again."""
        return f"{self.mailbox}/{self.validity}/{self.uid}"


@dataclass(frozen=True, slots=True)
class Position:
    """How far a mailbox was read while its UIDVALIDITY is `validity`: `uid` is the highest UID that is done.

    What has a UID below `first_uid` was there when the reading began; of that, mails that came in before `since` are
    not read. `newest` is when the latest of all that is done came in. Both are aware UTC.
    """

    validity: int
    uid: int
    first_uid: int
    since: datetime
    newest: datetime


class Positions(Protocol):
    """Where positions outlive a process. Synchronous: it is called in the reader's thread."""

    def position(self, mailbox: str) -> Position | None:
        """How far it was read; None before the first time."""
        ...

    def keep(self, mailbox: str, position: Position, *, back: bool = False) -> None:
        """Remember it for good, unless it was read further already; `back`: even then."""
        ...
