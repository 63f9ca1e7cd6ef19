"""A real dovecot on ephemeral loopback ports as a private instance, with one mailbox that a test fills.

Needs Debian's dovecot-imapd package and root, since its master drops privileges itself; skips with a sentence
otherwise.
"""

import imaplib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from tests.standins.authority import Authority, make_authority
from tests.standins.ports import kept_port

USER, PASSWORD = "journal", "stand-in-password"

_SETTINGS = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/localhostFalse.pem
ssl_key = <{folder}/localhostFalse.key
disable_plaintext_auth = no
default_login_user = nobody
default_internal_user = nobody
default_internal_group = nogroup
mail_location = maildir:{maildir}
first_valid_uid = 1
passdb {{
  driver = static
  args = password={{plain}}{password} user={user}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
namespace inbox {{
  inbox = yes
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """The running server; `port` speaks in clear and knows STARTTLS, `tls_port` speaks TLS for the name localhost."""

    port: int
    tls_port: int
    folder: Path
    authority: Authority
    servers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        """Start it, at the same ports as before; returns once it answers."""
        command = [_command(), "-F", "-c", self.folder / "dovecot.conf"]
        self.servers.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))
        _wait_until_ready(self)

    def stop(self) -> None:
        """Stop it, and every connection with it."""
        while self.servers:
            server = self.servers.pop()
            server.terminate()
            server.wait(120)

    @contextmanager
    def session(self, folder: str = "INBOX") -> Iterator[imaplib.IMAP4]:
        """Somebody else who looks into `folder`, made if need be."""
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=120) as box:
            box.login(USER, PASSWORD)
            box.create(folder)
            box.select(folder)
            yield box

    def put(self, message_id: str, at: datetime | None = None, folder: str = "INBOX") -> None:
        """Lay a mail with this Message-ID (without <>) into a folder, as if it had come in at `at`."""
        mail = f"From: shop@shop.example\r\nMessage-ID: <{message_id}>\r\nSubject: Hello\r\n\r\nWords\r\n"
        self.put_bytes(mail.encode(), at, folder)

    def put_bytes(self, mail: bytes, at: datetime | None = None, folder: str = "INBOX") -> None:
        """Lay these bytes into a folder, as if they had come in at `at`."""
        with self.session(folder) as box:
            done, words = box.append(folder, "", at or "", mail)
            assert done == "OK", words


@contextmanager
def running_dovecot(maildir: Path | None = None) -> Iterator[Dovecot]:
    """Start it, yield, stop and remove it. `maildir` is the mailbox of another server, which owns its folder."""
    if not Path(_command()).exists() or os.geteuid() != 0:
        pytest.skip("missing: Debian's dovecot-imapd package, and root: apt-get install dovecot-imapd")
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
    found, ports = None, ExitStack()
    try:
        # Its processes run as another user, to whom pytest's own folders are closed.
        folder.chmod(0o755)
        found = _configure(folder, maildir, [ports.enter_context(kept_port()) for _ in range(2)])
        found.start()
        yield found
    finally:
        if found is not None:
            found.stop()
        ports.close()
        shutil.rmtree(folder, ignore_errors=True)


def _command() -> str:
    return shutil.which("dovecot") or "/usr/sbin/dovecot"


def _configure(folder: Path, maildir: Path | None, ports: Sequence[int]) -> Dovecot:
    authority = make_authority(folder)
    authority.server_context()
    if maildir is None:
        maildir = folder / "mail"
        maildir.mkdir()
        os.chown(maildir, 65534, 65534)
    owner = maildir.stat()
    said = {"folder": folder, "user": USER, "password": PASSWORD, "plain": ports[0], "tls": ports[1]}
    said |= {"maildir": maildir, "uid": owner.st_uid, "gid": owner.st_gid}
    (folder / "dovecot.conf").write_text(_SETTINGS.format(**said))
    return Dovecot(ports[0], ports[1], folder, authority)


def _wait_until_ready(server: Dovecot) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            with imaplib.IMAP4("127.0.0.1", server.port, timeout=5) as box:
                box.noop()
            return
        except (OSError, imaplib.IMAP4.error) as fault:
            if time.monotonic() > deadline:
                log = server.folder / "dovecot.log"
                raise AssertionError(f"dovecot did not start: {log.read_text() if log.exists() else ''}") from fault
            time.sleep(0.05)
