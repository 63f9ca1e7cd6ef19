"""What the tests of the mailbox share: who takes the mails, and a stop that ends after so many waits."""

import queue
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from notifier.imap_box import ImapAccess
from notifier.replies.mailbox import Intake, MailboxReader, Reading, ReadingThread
from notifier.terms.mailbox import Position, RawMail
from notifier.terms.network import Security

NOON = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)


class Memory:
    """Keeps terms.mailbox.Positions, as long as the test lasts."""

    def __init__(self) -> None:
        self.kept: dict[str, Position] = {}

    def position(self, mailbox: str) -> Position | None:
        return self.kept.get(mailbox)

    def keep(self, mailbox: str, position: Position, *, back: bool = False) -> None:
        self.kept[mailbox] = position


class Waits:
    """A stop that does not wait: it notes each wait, and is set after so many of them."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.seconds: list[float] = []

    def is_set(self) -> bool:
        return len(self.seconds) >= self.most

    def wait(self, timeout: float) -> bool:
        self.seconds.append(timeout)
        return self.is_set()


@dataclass
class Desk:
    """Takes mails. `faults` are raised in order, one a mail, None for none; `told` is what a person would read."""

    memory: Memory = field(default_factory=Memory)
    faults: Sequence[Exception | None] = ()
    mails: "queue.Queue[RawMail]" = field(default_factory=queue.Queue)
    told: list[str] = field(default_factory=list)
    given: list[RawMail] = field(default_factory=list)
    now: datetime = NOON

    def take(self, mail: RawMail) -> None:
        self.given.append(mail)
        fault = self.faults[len(self.given) - 1] if len(self.given) <= len(self.faults) else None
        if fault:
            raise fault
        self.mails.put(mail)

    def next(self, seconds: float = 120) -> RawMail:
        return self.mails.get(timeout=seconds)

    def intake(self) -> Intake:
        return Intake(self.memory, self.take, lambda: self.now, tell=self.told.append)

    @property
    def uids(self) -> list[int]:
        """Of all that it was given, refused ones among them."""
        return [mail.uid for mail in self.given]


def access_to(port: int, **changes: Any) -> ImapAccess:
    said: dict[str, Any] = {
        "host": "localhost",
        "username": "journal",
        "password": "stand-in-password",
        "security": Security.NONE,
        "timeout": 60,
    }
    return ImapAccess("inbox", port=port, **(said | changes))


def reader(access: ImapAccess, desk: Desk, **reading: Any) -> MailboxReader:
    return MailboxReader(access, Reading(**reading), desk.intake())


@contextmanager
def reading_thread(access: ImapAccess, desk: Desk, **reading: Any) -> Iterator[ReadingThread]:
    thread = ReadingThread(reader(access, desk, **reading))
    thread.start()
    try:
        yield thread
    finally:
        thread.stop(patience=0.1)
