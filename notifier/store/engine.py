"""Opens the database and its transactions. Colour: store. Called by app;
every stage gets a Transaction from pipeline.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from notifier.errors import SettingsError
from notifier.store.turns import Turns

SQLITE_BUSY_SECONDS = 30

CONNECT_SECONDS = 10
"""How long a PostgreSQL server may take to answer when it is called."""

SILENT_SECONDS = 20
"""When a connection to PostgreSQL counts as cut, on both sides: well within a lease, which is 45 seconds unless it is
set. Without it a worker behind a broken network hangs for a quarter of an hour, and the server keeps its locks for two
hours.
"""

IDLE_SECONDS = 60
"""When PostgreSQL ends a transaction in which nothing is asked: its worker is frozen, and others wait for its locks.
The longest pause of our own is the judging of a batch of customers, less than a second of work.
"""

DATABASE_FAULTS: tuple[type[Exception], ...] = (SQLAlchemyError,)
"""All that the database raises, for those who may not know SQLAlchemy. The text may quote a row: never print it."""

DATABASE_TROUBLE: tuple[type[Exception], ...] = (OperationalError, InterfaceError, InternalError, NoConnectionFree)
"""Those of them that may pass: locked, down, full, read-only after a failover, a transaction that the server ended, no
connection free. Their text is about the server, not a row.
"""


def open_engine(url: str, pool_size: int = 5, patience: int | None = None) -> Engine:
    """Return an engine for a SQLite or PostgreSQL `url`; nothing is connected yet. Raises SettingsError for another.

    `patience` bounds, in seconds, the wait for SQLite's lock, and for a PostgreSQL server that does not answer at all.
    What the URL says itself of PostgreSQL's connections, like `?connect_timeout=5`, holds.
    """
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        busy = patience or SQLITE_BUSY_SECONDS
        engine = create_engine(parsed, connect_args={"timeout": busy}, hide_parameters=True)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_immediate)
        return engine
    if backend == "postgresql":
        said = {name: value for name, value in _waits(patience).items() if name not in parsed.query}
        engine = create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=10,
            pool_pre_ping=True,
            connect_args=said,
            hide_parameters=True,
        )
        event.listen(engine, "connect", _set_up_postgresql)
        return engine
    raise SettingsError([f"[database] url: {backend!r} is not supported; use sqlite:/// or postgresql://"])


def _waits(patience: int | None) -> dict[str, int]:
    """After what our side of a connection to PostgreSQL gives up; what is sent, and what is awaited."""
    silent = patience or SILENT_SECONDS
    return {
        "connect_timeout": patience or CONNECT_SECONDS,
        "tcp_user_timeout": silent * 1000,
        "keepalives_idle": max(silent // 2, 1),
        "keepalives_interval": max(silent // 4, 1),
        "keepalives_count": 2,
    }


_SET_UP_POSTGRESQL = f"""
SELECT set_config('synchronous_commit', replace(current_setting('synchronous_commit'), 'off', 'on'), false),
    set_config('idle_in_transaction_session_timeout', '{IDLE_SECONDS}s', false),
    set_config('tcp_user_timeout', '{SILENT_SECONDS}s', false),
    set_config('tcp_keepalives_idle', '{SILENT_SECONDS // 2}s', false),
    set_config('tcp_keepalives_interval', '{SILENT_SECONDS // 4}s', false),
    set_config('tcp_keepalives_count', '2', false)
"""
"""What is promised must be on the disk when a commit returns, whatever the server's default is: a hand-off that a crash
forgets is sent again.
"""


def _set_up_postgresql(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SET_UP_POSTGRESQL)
    connection.commit()


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-2048"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
    connection.exec_driver_sql(f"BEGIN {mode}")


class Transaction:
    """One open transaction: the only thing through which a stage reaches the database."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.postgresql = connection.dialect.name == "postgresql"

    def lock(self, name: str) -> None:
        """Wait for the single-run job `name`, until this transaction ends.

        SQLite's BEGIN IMMEDIATE is that lock already.
        """
        if self.postgresql:
            self.connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": name})

    def share(self, name: str) -> None:
        """Wait until nobody holds `name` by `lock`, and keep them waiting until this transaction ends."""
        if self.postgresql:
            self.connection.execute(text("SELECT pg_advisory_xact_lock_shared(hashtext(:name))"), {"name": name})

    def hurry(self, seconds: float) -> None:
        """Let PostgreSQL give up each further statement of this transaction after so long; SQLite cannot."""
        if self.postgresql:
            for name in ("statement_timeout", "lock_timeout"):
                self.connection.exec_driver_sql(f"SET LOCAL {name} = {round(seconds * 1000)}")

    def spread_out(self) -> None:
        """Give SQLite memory (64 MB) for work on many rows; the connection keeps it, so a worker's do without."""
        if not self.postgresql:
            self.connection.exec_driver_sql("PRAGMA cache_size=-65536")

    def database_now(self) -> datetime:
        """The database's own clock, aware UTC: leases are measured by it on every machine alike."""
        if self.postgresql:
            found: datetime = self.connection.execute(text("SELECT clock_timestamp()")).scalar_one()
            return found
        stamp: str = self.connection.execute(text("SELECT strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')")).scalar_one()
        return datetime.fromisoformat(stamp)


class Store:
    """The database as pipeline holds it: opens transactions, nothing else.

    `beside` is another store of the same database in this process: on SQLite their writers take turns.
    """

    def __init__(self, engine: Engine, beside: "Store | None" = None) -> None:
        self.engine = engine
        own = Turns() if engine.dialect.name == "sqlite" else None
        self.turns: Turns | None = beside.turns if beside is not None else own

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A transaction that commits at the end of the block and rolls back on an exception."""
        with self.turns.mine() if self.turns is not None else nullcontext(), self.engine.begin() as connection:
            yield Transaction(connection)

    @contextmanager
    def taken_back(self) -> Iterator[Transaction]:
        """As `write`, but it rolls back at the end of the block, too: it shows what would be."""
        turn = self.turns.mine() if self.turns is not None else nullcontext()
        with turn, self.engine.connect() as connection, connection.begin() as begun:
            yield Transaction(connection)
            begun.rollback()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction that only reads; on SQLite it keeps no writer waiting."""
        with self.engine.connect().execution_options(sqlite_begin="DEFERRED") as connection, connection.begin():
            yield Transaction(connection)

    @contextmanager
    def snapshot(self) -> Iterator[Transaction]:
        """A transaction that only reads, and sees one moment in all of its queries."""
        options = {"sqlite_begin": "DEFERRED"}
        if self.engine.dialect.name == "postgresql":
            options = {"isolation_level": "REPEATABLE READ"}
        with self.engine.connect().execution_options(**options) as connection, connection.begin():
            yield Transaction(connection)

    def tidy(self) -> None:
        """Let the database renew its statistics, and SQLite cut its log.

        PostgreSQL does so by itself, but too late: until then a great run's messages are sought by reading them all.
        """
        if self.engine.dialect.name == "postgresql":
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("ANALYZE"))
        else:
            # The driver's own connection: a transaction, which SQLAlchemy would begin, bars a checkpoint.
            raw = self.engine.raw_connection()
            try:
                for pragma in ("optimize", "wal_checkpoint(TRUNCATE)"):
                    raw.cursor().execute(f"PRAGMA {pragma}")
            finally:
                raw.close()

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()
