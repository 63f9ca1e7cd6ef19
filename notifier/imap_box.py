"""A mailbox over IMAP: connecting, TLS, login, limits of time, and what each fault means to a person. Colour: wire.

The ground that channels.journal and replies.mailbox stand on. A server's own words are never passed on: they could hold
anything.
"""

import imaplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError
from imap_tools.mailbox import BaseMailBox
from imap_tools.utils import encode_folder

from notifier.errors import LockedOut, SettingsError, Transient
from notifier.terms.network import Security, is_loopback

MOST_AT_ONCE = 32 * 1024 * 1024
"""Bytes that a server may announce as one piece: Python's client would lay out as much memory as is announced."""

PASSING = (b"[UNAVAILABLE]", b"[INUSE]", b"[LIMIT]", b"[SERVERBUG]")
"""Codes of RFC 5530 of a refused login that say nothing against name and password."""


@dataclass(frozen=True, slots=True)
class ImapAccess:
    """How to reach one folder. `section` is the section of the settings that remedies name, like "inbox".

    `timeout` in seconds bounds each answer of the server, `longest` a step as a whole. `ca_file` adds a CA in PEM to
    the system's. Raises SettingsError where the password would travel in clear.
    """

    section: str
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
            raise SettingsError([f'{self.section}.security = "none" would send the password in clear: use "tls"'])

    @property
    def where(self) -> str:
        """The mailbox, for a sentence."""
        return f"the mailbox of [{self.section}] at {self.host}:{self.port}"


class Box(BaseMailBox):
    """The mailbox over a timed client."""

    client: "_Timed"

    def __init__(self, access: ImapAccess) -> None:
        self._access = access
        self._can: frozenset[str] = frozenset()
        super().__init__()

    def log_in(self) -> None:
        """Log in, and learn what the server can do for us: it may say more to those who are logged in."""
        access = self._access
        ask = self.login if f"{access.username}{access.password}".isascii() else self.login_utf8
        try:
            ask(access.username, access.password, initial_folder=None)
        except imaplib.IMAP4.abort:
            raise
        except (MailboxLoginError, imaplib.IMAP4.error) as refusal:
            if any(code.decode() in str(refusal).upper() for code in PASSING):
                raise Transient(f"{access.where} lets nobody in just now. Is it well?") from None
            section = access.section.upper()
            raise LockedOut(
                f"{access.where} refuses the login. Set [{access.section}] username and NOTIFIER_{section}__PASSWORD"
            ) from None
        _, words = self.client.capability()
        self._can = frozenset(b" ".join(one for one in words if one).decode("ascii", "replace").upper().split())

    def can(self, what: str) -> bool:
        """Whether the server has this capability, like IDLE or MOVE."""
        return what in self._can

    def enter(self, *, readonly: bool) -> None:
        """Open the folder of the settings."""
        self.folder.set(self._access.folder, readonly=readonly)

    def limit(self, seconds: float) -> None:
        """Cut the connection unless this is called again, or it is closed, within so long."""
        self.client.limit(seconds)

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
        try:
            client.starttls(context)
        except BaseException:
            _close(client)
            raise
        return client


@contextmanager
def opened(access: ImapAccess, *, readonly: bool) -> Iterator[Box]:
    """The folder, opened; what is done within is the caller's to explain, by `explained`.

    Raises LockedOut or Transient, with the remedy.
    """
    with explained(access):
        box = Box(access)
    try:
        with explained(access):
            box.log_in()
            box.enter(readonly=readonly)
        yield box
    finally:
        _leave(box)


@contextmanager
def explained(access: ImapAccess) -> Iterator[None]:
    """Turn what goes wrong with the mailbox into LockedOut or Transient, with the remedy."""
    set_it = f"Set [{access.section}]"
    try:
        yield
    except MailboxFolderSelectError:
        raise LockedOut(f"{access.where} has no folder {access.folder!r}. {set_it} folder") from None
    except imaplib.IMAP4.readonly:
        raise LockedOut(
            f"{access.where} lets nothing be marked in {access.folder!r}. Give its user the right, or {set_it} folder"
        ) from None
    except ssl.SSLCertVerificationError as fault:
        raise LockedOut(f"{access.where}: {fault.verify_message}. {set_it} host, port and security") from None
    except ssl.SSLError:
        raise Transient(f"{access.where}: TLS does not come about. {set_it} host, port and security") from None
    except (ImapToolsError, imaplib.IMAP4.error, OSError, ValueError) as fault:
        raise Transient(f"{access.where} cannot be looked into ({type(fault).__name__}). Is it up?") from None


def folder_name(folder: str) -> bytes:
    """A folder's name as it stands in a command."""
    return bytes(encode_folder(folder))


class _Timed(imaplib.IMAP4):
    """Python's client, cut off once a step has taken too long: a server that trickles outlasts each answer's limit."""

    def __init__(self, access: ImapAccess, **more: Any) -> None:
        self._longest = access.longest
        self._watch: threading.Timer | None = None
        super().__init__(access.host, access.port, timeout=access.timeout, **more)

    def open(self, *where: Any, **more: Any) -> None:
        """As imaplib calls it while it connects."""
        super().open(*where, **more)
        self.limit(self._longest)

    def limit(self, seconds: float) -> None:
        """Cut the connection after so long, and no longer after what was said before."""
        if self._watch is not None:
            self._watch.cancel()
        self._watch = threading.Timer(seconds, _cut, [self])
        self._watch.daemon = True
        self._watch.start()

    def read(self, size: int) -> bytes:
        """As imaplib calls it for each piece whose size is announced."""
        if size > MOST_AT_ONCE:
            raise self.abort(f"announces {size} bytes at once")
        return super().read(size)

    def shutdown(self) -> None:
        """As imaplib calls it at the end, whatever the end is."""
        if self._watch is not None:
            self._watch.cancel()
        super().shutdown()


class _TimedTls(_Timed, imaplib.IMAP4_SSL):
    """The same with TLS from the first byte."""


def _cut(client: imaplib.IMAP4) -> None:
    """End what waits for the server, from another thread."""
    try:
        client.socket().shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # It is closed already.


def _leave(box: Box) -> None:
    try:
        box.logout()
    except (ImapToolsError, imaplib.IMAP4.error, OSError, ValueError):
        pass  # What was changed there was answered for before.
    finally:
        _close(box.client)


def _close(client: imaplib.IMAP4) -> None:
    try:
        client.shutdown()
    except OSError:
        pass  # It is closed already.
