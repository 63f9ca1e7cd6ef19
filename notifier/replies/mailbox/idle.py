"""Waits until the server tells that something came in (IDLE, RFC 2177). Colour: wire. Called by folder.

The lines are spoken here, because imap-tools looks at the socket alone: what Python's client has read ahead, or TLS has
opened already, would go unnoticed, and an ended connection would look like silence.
"""

import selectors
import time
from imaplib import IMAP4

from notifier.replies.mailbox.stop import Stop

RENEW = 29 * 60.0
"""Seconds after which a server may log a client out that only waits (RFC 2177)."""

SLICE = 0.5
"""Seconds between two looks at `stop`."""

_TAG = b"WAIT"


def idle(client: IMAP4, seconds: float, stop: Stop) -> bool:
    """Wait until the server says something, `seconds` are over or `stop` is set.

    Returns False, at once, where the server does not let us wait. Raises imaplib's errors and OSError.
    """
    client.send(_TAG + b" IDLE\r\n")
    begun, early = _until(client, b"+")
    if not begun:
        return False
    if not early and not _read_ahead(client):
        _listen(client, time.monotonic() + min(seconds, RENEW), stop)
    client.send(b"DONE\r\n")
    _until(client, _TAG)
    return True


def _listen(client: IMAP4, deadline: float, stop: Stop) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(client.socket(), selectors.EVENT_READ)
        while not stop.is_set() and (rest := deadline - time.monotonic()) > 0:
            if selector.select(min(rest, SLICE)):
                return


def _until(client: IMAP4, start: bytes) -> tuple[bool, bool]:
    """Read lines up to the one with this `start`; whether it came before the command's end, and whether others did."""
    others = False
    while line := client.readline():
        if line.startswith(start):
            return True, others
        if line.startswith(_TAG):
            return False, others
        others = True
    raise client.abort("the connection has ended")


def _read_ahead(client: IMAP4) -> bool:
    """Whether the server's next words are here already, where a selector would not see them."""
    line = client.socket()
    patience = line.gettimeout()
    line.settimeout(0)
    try:
        return bool(client.readline())
    except OSError:
        return False  # There is nothing yet.
    finally:
        line.settimeout(patience)
