"""One opened folder: what is new in it, one mail, its marks, the wait for more. Colour: wire. Called by reader.

A mail's bytes go through as they are: imap-tools would parse each one, which a hostile mail turns into half a minute.
Nothing is ever deleted or expunged.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from itertools import islice

from notifier.errors import Transient
from notifier.imap_box import Box, ImapAccess, explained, folder_name
from notifier.replies.mailbox.idle import idle
from notifier.replies.mailbox.stop import Stop

LARGEST = 10 * 1024 * 1024
"""Bytes of a mail that is read as a whole (HOSTILE 70)."""

HEADERS = 64 * 1024
"""Bytes of the headers of a larger one."""

AT_ONCE = 200
"""Mails whose sizes and dates are asked for in one command."""

_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_DATE = re.compile(rb'\bINTERNALDATE "([^"]+)"')
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


@dataclass(frozen=True, slots=True)
class Listed:
    """One mail of the folder; `received_at` is None where the server does not say it, `size` 0."""

    uid: int
    size: int = 0
    received_at: datetime | None = None


class Folder:
    """The folder that `box` has opened. Every method raises Transient or LockedOut, with the remedy."""

    def __init__(self, box: Box, access: ImapAccess) -> None:
        self._box, self._access = box, access
        self._can_wait = box.can("IDLE")
        self.validity = self._said("UIDVALIDITY")
        if not self.validity:
            raise Transient(f"{access.where} numbers no mails (UIDVALIDITY). Use another IMAP server")
        said = self._said("UIDNEXT")
        self.next_uid = said or max(self.search("ALL"), default=0) + 1
        self.says_next = bool(said)

    def search(self, *terms: str) -> list[int]:
        """The UIDs that fit, ascending."""
        with self._step():
            status, found = self._box.client.uid("SEARCH", *terms)
            if status != "OK":
                raise Transient(f"{self._access.where} does not let us search. Is it well?")
            return sorted({int(one) for line in found if line for one in line.split()})

    def from_uid(self, first: int) -> list[int]:
        """All UIDs from this one on. NOOP comes first: some servers find nothing new without it."""
        with self._step():
            self._box.client.noop()
        # The range n:* names the last mail even where its UID is below n.
        return [uid for uid in self.search("UID", f"{first}:*") if uid >= first]

    def since(self, first: int, beyond: int, day: date) -> list[int]:
        """The UIDs from `first` up to, without, `beyond` that came in on this day of the server's or later."""
        if first >= beyond:
            return []
        return self.search("UID", f"{first}:{beyond - 1}", "SINCE", f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}")

    def list(self, uids: Sequence[int]) -> Iterator[Listed]:
        """Size and date of each that is still there."""
        rest = iter(uids)
        while some := list(islice(rest, AT_ONCE)):
            status, lines = self._fetch(",".join(map(str, some)), "(UID INTERNALDATE RFC822.SIZE)")
            found = {one.uid: one for one in filter(None, map(_listed, lines))}
            # A mail of which the server says nothing, though the command failed, may be there all the same.
            yield from (found.get(uid, Listed(uid)) for uid in some if uid in found or status != "OK")

    def whole(self, uid: int) -> bytes | None:
        """All bytes of a mail; more than LARGEST where it is larger; None where it is gone."""
        return self._bytes(uid, f"BODY.PEEK[]<0.{LARGEST + 1}>")

    def headers(self, uid: int) -> bytes | None:
        """The headers of a mail, cut off; None where it is gone."""
        return self._bytes(uid, f"BODY.PEEK[HEADER]<0.{HEADERS}>")

    def mark_seen(self, uid: int) -> None:
        """Mark it as read. A server that does not let us is left alone: what is done is remembered on our side."""
        self._flag(uid, r"(\Seen)")

    def set_aside(self, uid: int, folder: str) -> None:
        """Move it to `folder`, made if need be; where that cannot be or `folder` is empty, flag it."""
        if not (folder and self._box.can("MOVE") and self._moved(uid, folder)):
            self._flag(uid, r"(\Flagged)")

    def wait(self, seconds: float, stop: Stop) -> None:
        """Until the server tells of something, `seconds` are over, or `stop` is set."""
        if self._can_wait:
            with self._step(seconds):
                self._can_wait = idle(self._box.client, seconds, stop)
        if not self._can_wait:
            # The wait is the caller's, not the server's: nothing is to be cut off meanwhile.
            self._box.limit(seconds + self._access.longest)
            stop.wait(seconds)

    def _said(self, what: str) -> int:
        _, found = self._box.client.response(what)
        return int(found[-1]) if found and found[-1] else 0

    def _bytes(self, uid: int, part: str) -> bytes | None:
        status, lines = self._fetch(str(uid), f"(UID {part})")
        pieces = [one[1] for one in lines if isinstance(one, tuple)]
        if pieces:
            return bytes(pieces[0])
        if status != "OK":
            raise Transient(f"{self._access.where} does not give out the mail with UID {uid}. Look at it there")
        # An empty one comes as a quoted text beside its UID.
        return b"" if any(isinstance(one, bytes) and _UID.search(one) for one in lines) else None

    def _fetch(self, uids: str, what: str) -> tuple[str, Sequence[bytes | tuple[bytes, bytes]]]:
        with self._step():
            client = self._box.client
            # A server that tells much would fill the memory in weeks: nobody asks for it.
            client.untagged_responses.clear()
            status, found = client.uid("FETCH", uids, what)
            if status != "OK":
                _, found = client.response("FETCH")
            return status, [one for one in found if one]

    def _flag(self, uid: int, flags: str) -> None:
        with self._step():
            self._box.client.uid("STORE", str(uid), "+FLAGS.SILENT", flags)

    def _moved(self, uid: int, folder: str) -> bool:
        with self._step():
            client, name = self._box.client, folder_name(folder).decode("ascii")
            if client.uid("MOVE", str(uid), name)[0] == "OK":
                return True
            client.create(name)
            return client.uid("MOVE", str(uid), name)[0] == "OK"

    @contextmanager
    def _step(self, more: float = 0.0) -> Iterator[None]:
        """One exchange with the server: bounded in time, its faults explained."""
        self._box.limit(more + self._access.longest)
        with explained(self._access):
            yield


def _listed(line: bytes | tuple[bytes, bytes]) -> Listed | None:
    if not isinstance(line, bytes) or not (uid := _UID.search(line)):
        return None
    size, date_ = _SIZE.search(line), _DATE.search(line)
    return Listed(int(uid[1]), int(size[1]) if size else 0, _moment(date_[1]) if date_ else None)


def _moment(text: bytes) -> datetime | None:
    try:
        return parsedate_to_datetime(text.decode("ascii", "replace").strip()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
