"""Which of our emails lie in the journal mailbox: a copy of each that went, by BCC or as a "sent" folder. Colour: wire.

Called by pipeline.unknown in a thread, built by app. What lies there went; what does not is no proof. The mailbox is
only read.
"""

import imaplib
import socket
import ssl
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from typing import Any

from imap_tools import AND, OR, H
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError
from imap_tools.mailbox import BaseMailBox

from notifier.channels.email import Security, is_loopback
from notifier.errors import SettingsError, Transient

IDS_A_SEARCH = 20
"""Message-IDs in one SEARCH: servers bound the length of a line and how deep its terms may nest."""

COPIES = 4
"""Most mails looked at for each Message-ID: SEARCH also gives those that only contain it."""


@dataclass(frozen=True, slots=True)
class JournalAccess:
    """How to reach the mailbox. `timeout` in seconds bounds each step, `longest` a look as a whole.

    `ca_file` adds a CA in PEM to the system's. Raises SettingsError where the password would travel in clear.
    """

    host: str
    username: str
    password: str = field(repr=False)
    port: int = 993
    security: Security = Security.TLS
    folder: str = "INBOX"
    timeout: float = 10.0
    longest: float = 60.0
    ca_file: str = ""

    def __post_init__(self) -> None:
        if self.security is Security.NONE and not is_loopback(self.host):
            raise SettingsError(['journal.security = "none" would send the password in clear: use "tls"'])


class JournalMailbox:
    """Keeps terms.evidence.Journal over IMAP. Each look is a connection of its own."""

    def __init__(self, access: JournalAccess) -> None:
        self._access = access

    def holding(self, message_ids: Collection[str], since: date) -> frozenset[str]:
        """Those of the Message-IDs (without <>) in the folder that came in since the day before `since`.

        Raises Transient with the remedy, where the mailbox cannot be looked into.
        """
        wanted = sorted(one for one in message_ids if one.isascii())
        if not wanted:
            return frozenset()
        where = f"the journal mailbox at {self._access.host}:{self._access.port}"
        try:
            with self._opened() as box:
                return frozenset(_look(box, wanted, since))
        except MailboxLoginError:
            raise Transient(
                f"{where} refuses the login. Set [journal] username and NOTIFIER_JOURNAL__PASSWORD"
            ) from None
        except MailboxFolderSelectError:
            raise Transient(f"{where} has no folder {self._access.folder!r}. Set [journal] folder") from None
        except ssl.SSLError as fault:
            reason = getattr(fault, "verify_message", "") or "TLS does not come about"
            raise Transient(f"{where}: {reason}. Set [journal] host, port and security") from None
        except (ImapToolsError, imaplib.IMAP4.error, OSError, ValueError) as fault:
            # A server's own words could hold anything, so only their kind is told.
            raise Transient(f"{where} cannot be looked into ({type(fault).__name__}). Is it up?") from None

    @contextmanager
    def _opened(self) -> Iterator[BaseMailBox]:
        access = self._access
        box = _Box(access)
        try:
            login = box.login if f"{access.username}{access.password}".isascii() else box.login_utf8
            login(access.username, access.password, initial_folder=None)
            box.folder.set(access.folder, readonly=True)
            yield box
        finally:
            _leave(box)


class _Timed(imaplib.IMAP4):
    """Python's client, cut off once a look has taken `longest` seconds: a server that trickles outlasts each step."""

    def __init__(self, access: JournalAccess, **more: Any) -> None:
        self._watch = threading.Timer(access.longest, _cut, [self])
        self._watch.daemon = True
        super().__init__(access.host, access.port, timeout=access.timeout, **more)

    def open(self, *where: Any, **more: Any) -> None:
        """As imaplib calls it while it connects."""
        super().open(*where, **more)
        self._watch.start()

    def shutdown(self) -> None:
        """As imaplib calls it at the end, whatever the end is."""
        self._watch.cancel()
        super().shutdown()


class _TimedTls(_Timed, imaplib.IMAP4_SSL):
    """The same with TLS from the first byte."""


class _Box(BaseMailBox):
    """The mailbox over a timed client."""

    def __init__(self, access: JournalAccess) -> None:
        self._access = access
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        access = self._access
        if access.security is Security.NONE:
            return _Timed(access)
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if access.ca_file:
            context.load_verify_locations(cafile=access.ca_file)
        if access.security is Security.TLS:
            return _TimedTls(access, ssl_context=context)
        client = _Timed(access)
        client.starttls(context)
        return client


def _look(box: BaseMailBox, wanted: Sequence[str], since: date) -> Iterator[str]:
    rest = iter(wanted)
    while some := list(islice(rest, IDS_A_SEARCH)):
        named = OR(header=[H("Message-ID", one) for one in some])
        # The server's day may be another than ours.
        query = AND(named, date_gte=since - timedelta(days=1))
        most = COPIES * len(some)
        mails = box.fetch(query, None, limit=most, mark_seen=False, headers_only=True, bulk=most, reverse=True)
        there = {str(one).strip(" <>\r\n\t") for mail in mails for one in mail.obj.get_all("Message-ID") or ()}
        yield from there.intersection(some)


def _cut(client: imaplib.IMAP4) -> None:
    """End what waits for the server, from another thread."""
    try:
        client.socket().shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # It is closed already.


def _leave(box: BaseMailBox) -> None:
    try:
        box.logout()
    except (ImapToolsError, imaplib.IMAP4.error, OSError, ValueError):
        pass  # Nothing was changed there.
