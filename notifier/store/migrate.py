"""Brings a database to this code's schema, and says when it is not there. Colour: store. Called by app and tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from notifier.errors import SchemaError
from notifier.store.engine import Store, Transaction, open_engine

_HERE = Path(__file__).parent / "migrations"


def head() -> str:
    """The newest revision this code knows, by the names of the scripts: each begins with its revision.

    Alembic knows it too, but to load it takes longer than most commands.
    """
    revisions = [path.name.partition("_")[0] for path in (_HERE / "versions").glob("[0-9]*_*.py")]
    if not revisions:
        raise SchemaError("this installation has no migrations; install it again")
    return max(revisions)


def current(engine: Engine) -> str | None:
    """The revision the database is at; None for an empty one."""
    with engine.connect() as connection:
        return _revision(connection)


def is_current(tx: Transaction) -> bool:
    """Whether the database has this code's schema."""
    return _revision(tx.connection) == head()


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return found


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Bring the database to the newest schema; returns the revisions before and after. Safe to call again."""
    before = current(engine)
    if before == head():
        return before, before
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    with engine.connect() as connection, _tables_may_be_replaced(connection), connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before, head()


@contextmanager
def _tables_may_be_replaced(connection: Connection) -> Iterator[None]:
    """Let a migration put a changed copy of a table in its place, which SQLite refuses while rows refer to it.

    It can be set only outside of a transaction, so by the driver: SQLAlchemy would begin one. The copy has every id.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = cast(Any, connection.connection.driver_connection)
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def reachable_schema(url: str) -> str | None:
    """The revision of the database at `url`, None where there is none. Raises SchemaError with the remedy."""
    engine = open_engine(url)
    try:
        missing = engine.dialect.name == "sqlite" and not Path(engine.url.database or "").is_file()
        return None if missing else current(engine)
    except SQLAlchemyError as error:
        # The driver's own words may hold the password of the URL; only its kind is shown.
        kind = type(getattr(error, "orig", None) or error).__name__
        raise SchemaError(f"it cannot be reached ({kind}). Is the server up, and is [database] url right?") from None
    finally:
        engine.dispose()


def require_current(engine: Engine) -> None:
    """Raise SchemaError with the command to type unless the database has this code's schema."""
    found = current(engine)
    if found is None:
        raise SchemaError("the database is empty. Type: notifier migrate")
    if found != head():
        raise SchemaError(f"the database has schema {found}, this version needs {head()}. Type: notifier migrate")


def open_store(url: str) -> Store:
    """The database at `url`, ready. Raises SchemaError with the command to type where its schema is another."""
    engine = open_engine(url)
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    if file and not Path(file).is_file():
        # To look for it would make an empty one, in the wrong folder perhaps.
        raise SchemaError(
            f"there is no database at {Path(file).absolute()}. Is this the folder of the shop, with its settings.toml?"
            " A new shop begins with: notifier migrate"
        )
    require_current(engine)
    return Store(engine)
