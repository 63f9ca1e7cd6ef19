"""Which of our emails lie in the journal mailbox: a copy of each that went, by BCC or as a "sent" folder. Colour: wire.

Called by pipeline.unknown in a thread, built by app. What lies there went; what does not is no proof. The mailbox is
only read.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from itertools import islice

from imap_tools import AND, OR, H

from notifier.imap_box import Box, ImapAccess, explained, opened

IDS_A_SEARCH = 20
"""Message-IDs in one SEARCH: servers bound the length of a line and how deep its terms may nest."""

COPIES = 4
"""Most mails looked at for each Message-ID: SEARCH also gives those that only contain it."""


class JournalMailbox:
    """Keeps terms.evidence.Journal over IMAP. Each look is a connection of its own, within `access.longest`."""

    def __init__(self, access: ImapAccess) -> None:
        self._access = access

    def holding(self, message_ids: Collection[str], since: date) -> frozenset[str]:
        """Those of the Message-IDs (without <>) in the folder that came in since the day before `since`.

        Raises Transient with the remedy, where the mailbox cannot be looked into.
        """
        wanted = sorted(one for one in message_ids if one.isascii())
        if not wanted:
            return frozenset()
        with opened(self._access, readonly=True) as box, explained(self._access):
            return frozenset(_look(box, wanted, since))


def _look(box: Box, wanted: Sequence[str], since: date) -> Iterator[str]:
    rest = iter(wanted)
    while some := list(islice(rest, IDS_A_SEARCH)):
        named = OR(header=[H("Message-ID", one) for one in some])
        # The server's day may be another than ours.
        query = AND(named, date_gte=since - timedelta(days=1))
        most = COPIES * len(some)
        mails = box.fetch(query, None, limit=most, mark_seen=False, headers_only=True, bulk=most, reverse=True)
        there = {str(one).strip(" <>\r\n\t") for mail in mails for one in mail.obj.get_all("Message-ID") or ()}
        yield from there.intersection(some)
