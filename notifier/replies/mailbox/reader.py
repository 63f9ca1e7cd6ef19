"""The order of reading: what is new, one mail after the other, and what becomes of a fault. Colour: wire.

Run by thread for `notifier run`, by a tick of pipeline for a single look; built by app. A mail is fetched, handed to
`take`, marked, and only then remembered as done. So a crash at any moment brings it again, under the same key.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event, Lock

import structlog

from notifier.errors import LockedOut, NotifierError, Quarantined, Transient
from notifier.imap_box import ImapAccess, opened
from notifier.replies.mailbox.folder import LARGEST, Folder, Listed
from notifier.replies.mailbox.stop import Stop
from notifier.terms.mailbox import Position, Positions, RawMail

log = structlog.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds before the next try after a fault of the network or of our own; they double from try to try."""

FIRST_LOCKED_OUT, LONGEST_LOCKED_OUT = 60.0, 3600.0
"""The same where somebody must mend something: too many refused logins close an account."""

TOLD_AFTER = 3
"""Faults in a row after which one of the network is told; the first ones often pass by themselves."""

WHOLE_TRIES, TRIES = 3, 5
"""How often a mail is asked for as a whole, and at all, before it is handed on without the rest."""

TAKES = 3
"""How often a mail is handed on that `take` fails for in a way nobody foresaw; then it is handed on without content."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read. `first` is how far back the first look goes, and the one after the server has numbered the mails
    anew. `poll` in seconds is the time between two looks. Mails that cannot be read go to the folder `quarantine`;
    empty: they are flagged.
    """

    first: timedelta = timedelta(days=7)
    poll: float = 60.0
    quarantine: str = "Notifier-Unread"


@dataclass(frozen=True, slots=True)
class Intake:
    """Who takes the mails, and what else the reader works with.

    `take` gets each mail, in the reader's thread, and returns once it is taken for good. The same `key` may come again
    and must then change nothing. It raises Quarantined for a mail that cannot be read. What it raises of `passing` is
    trouble that is not the mail's own: the mail comes again, however often. Where it raises anything else TAKES times,
    it gets the mail once more without content, and the mail is set aside; where that fails too, the mail comes again.
    `tell` gets a sentence for a person when the reading is in trouble, and "" when it is over; it is called seldom.
    """

    positions: Positions
    take: Callable[[RawMail], None]
    clock: Callable[[], datetime]
    passing: tuple[type[Exception], ...] = (Transient,)
    tell: Callable[[str], None] = lambda _: None


class MailboxReader:
    """Reads one folder of one mailbox. One thread at a time."""

    def __init__(self, access: ImapAccess, reading: Reading, intake: Intake) -> None:
        self._access, self._reading, self._intake = access, reading, intake
        self._mailbox = f"{access.username}@{access.host}/{access.folder}"
        self._fetches: Counter[int] = Counter()
        self._takes: Counter[int] = Counter()
        self._failures, self._locked_out, self._told = 0, False, ""
        self.taking = Lock()
        """Held while a mail is being taken."""

    def look(self, stop: Stop | None = None) -> int:
        """Connect, take what is new, and leave; returns how many mails are done that were not before.

        Raises LockedOut or Transient with the remedy, and what `take` and the positions raise.
        """
        before = self._intake.positions.position(self._mailbox)
        with opened(self._access, readonly=False) as box:
            return self._take_new(self._entered(Folder(box, self._access), before), stop or Event())

    def watch(self, stop: Stop) -> None:
        """Take what is there and what comes, until `stop` is set. Raises nothing: it tells, waits and tries again."""
        while not stop.is_set():
            try:
                before = self._intake.positions.position(self._mailbox)
                with opened(self._access, readonly=False) as box:
                    self._stay(self._entered(Folder(box, self._access), before), stop)
            except Exception as fault:  # noqa: BLE001 - whatever it is, the next mail must find a reader
                stop.wait(self._after(fault))

    def _stay(self, folder: Folder, stop: Stop) -> None:
        while not stop.is_set():
            self._take_new(folder, stop)
            self._works_again()
            folder.wait(self._reading.poll, stop)

    def _take_new(self, folder: Folder, stop: Stop) -> int:
        position, done = self._position(folder), 0
        uids = folder.since(position.uid + 1, position.first_uid, (position.since - timedelta(days=1)).date())
        uids += folder.from_uid(max(position.uid + 1, position.first_uid))
        for one in folder.list(uids):
            if one.uid >= position.first_uid or one.received_at is None or one.received_at >= position.since:
                if not self._done(folder, one, stop):
                    return done
                done += 1
            position = self._keep(replace(position, uid=one.uid, newest=max(position.newest, self._moment(one))))
        if position.uid < position.first_uid - 1:
            self._keep(replace(position, uid=position.first_uid - 1))
        return done

    def _entered(self, folder: Folder, before: Position | None) -> Folder:
        """The same folder. `before` was how far it was read before it was opened: what another machine has read since
        is no sign. A restored mailbox may keep its UIDVALIDITY and give UIDs that were given before.
        """
        same = before is not None and before.validity == folder.validity
        if before is not None and same and folder.says_next and folder.next_uid <= before.uid:
            self._intake.positions.keep(self._mailbox, self._anew(folder, before), back=True)
        return folder

    def _position(self, folder: Folder) -> Position:
        """How far the folder was read."""
        found = self._intake.positions.position(self._mailbox)
        if found and found.validity == folder.validity:
            return found
        return self._keep(self._anew(folder, found))

    def _anew(self, folder: Folder, found: Position | None) -> Position:
        """Mails that are numbered anew are read again from the newest days on, and from the last that is done,
        whichever is earlier: those read before are told apart by their Message-ID.
        """
        since = self._intake.clock() - self._reading.first
        if found:
            log.warning("the server has numbered the mails anew, the newest are read again", mailbox=self._access.where)
            since = min(since, found.newest)
        return Position(folder.validity, 0, folder.next_uid, since, since)

    def _keep(self, position: Position) -> Position:
        self._intake.positions.keep(self._mailbox, position)
        return position

    def _done(self, folder: Folder, one: Listed, stop: Stop) -> bool:
        """Take one mail and mark it; False where the reading ended before."""
        mail = self._fetched(folder, one)
        if mail is None:
            return True
        with self.taking:
            if stop.is_set():
                return False
            taken = self._taken(mail)
        if taken:
            folder.mark_seen(mail.uid)
        else:
            folder.set_aside(mail.uid, self._reading.quarantine)
        return True

    def _fetched(self, folder: Folder, one: Listed) -> RawMail | None:
        """None where it is gone. What a server does not give out as a whole, or at all, is handed on without."""
        tries = self._fetches[one.uid]
        # Counted beforehand: a server may hang up instead of saying no.
        self._fetches[one.uid] += 1
        raw: bytes | None = b""
        whole = one.size <= LARGEST and tries < WHOLE_TRIES
        if whole:
            raw = folder.whole(one.uid)
            whole = raw is None or len(raw) <= LARGEST
        if not whole and tries < TRIES:
            raw = folder.headers(one.uid)
        del self._fetches[one.uid]
        if raw is None:
            return None
        return RawMail(self._mailbox, folder.validity, one.uid, self._moment(one), one.size or len(raw), raw, whole)

    def _moment(self, one: Listed) -> datetime:
        """When it came in; a server whose clock is ahead does not date it into the future."""
        now = self._intake.clock()
        return min(one.received_at or now, now)

    def _taken(self, mail: RawMail) -> bool:
        """Whether it was taken as it is; False: it is to be set aside."""
        tries = self._takes[mail.uid]
        given = mail if tries < TAKES else replace(mail, raw=b"", whole=False)
        try:
            self._intake.take(given)
        except Quarantined:
            log.warning("a mail that cannot be read is set aside", uid=mail.uid)
            return False
        except self._intake.passing:
            raise
        except Exception:
            self._takes[mail.uid] += 1
            if given is not mail:
                # No mail is at fault where an empty one fails too: it is kept, and has its tries anew.
                del self._takes[mail.uid]
            raise
        del self._takes[mail.uid]
        return given is mail

    def _works_again(self) -> None:
        self._failures = 0
        if self._told:
            self._tell("")

    def _after(self, fault: Exception) -> float:
        """Note a fault; returns the seconds to wait before the next try."""
        locked_out = isinstance(fault, LockedOut)
        self._failures = self._failures + 1 if locked_out == self._locked_out else 1
        self._locked_out = locked_out
        # What others say of their faults could quote a row or a mail.
        of_ours = isinstance(fault, NotifierError)
        kind = type(fault).__name__
        why = str(fault) if of_ours else f"answers by email wait, because they cannot be taken in ({kind}). Mend that"
        log.warning("the mailbox of replies is not read", why=why, failures=self._failures)
        if why != self._told and (locked_out or self._failures >= TOLD_AFTER):
            self._tell(why)
        first, longest = (FIRST_LOCKED_OUT, LONGEST_LOCKED_OUT) if locked_out else (FIRST_PAUSE, LONGEST_PAUSE)
        return float(min(first * 2 ** min(self._failures - 1, 10), longest))

    def _tell(self, words: str) -> None:
        self._told = words
        # The reading must not end because nobody can be told.
        with suppress(Exception):
            self._intake.tell(words)
