"""A real postfix on an ephemeral loopback port as a private instance, delivering to Maildirs that a test reads.

Needs Debian's postfix package and root, since its master drops privileges itself; skips with a sentence otherwise.
"""

import os
import pwd
import shutil
import smtplib
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest

from tests.standins.ports import kept_port

_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
showq unix n - n - - showq
pickup unix n - n 60 1 pickup
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """The running server: where to send, and what arrived."""

    host: str
    port: int
    folder: Path

    @property
    def replies(self) -> Path:
        """The Maildir of `replies@`."""
        return self.folder / "mail" / "replies"

    def mails(self, address: str) -> list[EmailMessage]:
        """The mails of one mailbox so far, oldest first."""
        return [mail for mail in self._all() if mail["Delivered-To"] == address]

    def wait_for_mail(self, address: str, count: int = 1, seconds: float = 120) -> list[EmailMessage]:
        """The mails of one mailbox, oldest first, as soon as there are `count`.

        Fails with the server's log otherwise.
        """
        deadline = time.monotonic() + seconds
        while True:
            found = self.mails(address)
            if len(found) >= count:
                return found
            if time.monotonic() > deadline:
                log = (self.folder / "postfix.log").read_text(errors="replace")
                raise AssertionError(f"{len(found)} of {count} mails arrived for {address}\n{log[-3000:]}")
            time.sleep(0.05)

    def _all(self) -> list[EmailMessage]:
        # Postfix takes no address apart in a mailbox map, so all mailboxes share one Maildir.
        files = sorted((self.folder / "mail" / "all").glob("new/*"), key=lambda file: file.stat().st_mtime_ns)
        return [BytesParser(policy=policy.default).parsebytes(file.read_bytes()) for file in files]


@contextmanager
def running_postfix(*domains: str) -> Iterator[Postfix]:
    """Start it for these domains (any local part is a mailbox), yield, stop and remove it.

    All mailboxes share one Maildir, but for `replies@` with whatever follows a plus: those have a Maildir of their own.
    """
    command = shutil.which("postfix") or "/usr/sbin/postfix"
    if not Path(command).exists() or os.geteuid() != 0:
        pytest.skip("needs Debian's postfix package and root: apt-get install postfix")
    folder, held = Path(tempfile.mkdtemp(prefix="postfix-")), ExitStack()
    try:
        # pytest's own folders are closed to the user that postfix delivers as.
        folder.chmod(0o755)
        port = held.enter_context(kept_port())
        _configure(folder, domains or ("shop.example",), port)
        started = subprocess.run([command, "-c", folder / "etc", "start"], check=False, capture_output=True, text=True)
        server = Postfix("127.0.0.1", port, folder)
        try:
            _wait_until_ready(server, started.stderr)
            yield server
        finally:
            subprocess.run([command, "-c", folder / "etc", "stop"], check=False, capture_output=True)
    finally:
        held.close()
        shutil.rmtree(folder, ignore_errors=True)


def _configure(folder: Path, domains: tuple[str, ...], port: int) -> None:
    owner = pwd.getpwnam("postfix")
    for name in ("etc", "queue", "lib", "mail"):
        (folder / name).mkdir()
    for name in ("lib", "mail"):
        os.chown(folder / name, owner.pw_uid, owner.pw_gid)
    (folder / "etc" / "mailboxes").write_text("/^replies(\\+.*)?@/ replies/\n/./ all/\n")
    (folder / "etc" / "master.cf").write_text(_MASTER.format(port=port))
    settings = {
        "compatibility_level": "3.6",
        "queue_directory": folder / "queue",
        "data_directory": folder / "lib",
        "maillog_file": folder / "postfix.log",
        "maillog_file_prefixes": folder,
        "inet_interfaces": "127.0.0.1",
        "inet_protocols": "ipv4",
        "myhostname": "mx.shop.example",
        "mydestination": "",
        "mynetworks": "127.0.0.0/8",
        "alias_maps": "",
        "alias_database": "",
        "smtpd_peername_lookup": "no",
        "virtual_mailbox_domains": " ".join(domains),
        "virtual_mailbox_base": folder / "mail",
        "virtual_mailbox_maps": f"regexp:{folder}/etc/mailboxes",
        "virtual_minimum_uid": "1",
        "virtual_uid_maps": f"static:{owner.pw_uid}",
        "virtual_gid_maps": f"static:{owner.pw_gid}",
    }
    (folder / "etc" / "main.cf").write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))


def _wait_until_ready(server: Postfix, complaint: str) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            with smtplib.SMTP(server.host, server.port, timeout=5) as client:
                client.noop()
            return
        except OSError as fault:
            if time.monotonic() > deadline:
                log = server.folder / "postfix.log"
                words = log.read_text() if log.exists() else ""
                raise AssertionError(f"postfix did not start: {complaint}{words}") from fault
            time.sleep(0.05)
