"""Brings a database to this code's schema, and says when it is not there. Colour: store. Called by app and tests."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from notifier.errors import SchemaError
from notifier.store.engine import open_engine

_HERE = Path(__file__).parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    return config


def head() -> str:
    """The newest revision this code knows."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:
        raise SchemaError("this installation has no migrations; install it again")
    return revision


def current(engine: Engine) -> str | None:
    """The revision the database is at; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Bring the database to the newest schema; returns the revisions before and after. Safe to call again."""
    before = current(engine)
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before, head()


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
