"""Asks another database whether it answers a SELECT. Colour: store. Called by `notifier check` for sources."""

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from notifier.errors import Transient
from notifier.store.engine import open_engine


def columns_of(url: str, select: str) -> tuple[str, ...]:
    """The names of the columns that `select` gives; its rows are left where they are.

    Raises Transient with the remedy, SettingsError for a database that is not supported.
    """
    engine = open_engine(url)
    try:
        with (
            engine.connect().execution_options(stream_results=True, sqlite_begin="DEFERRED") as connection,
            connection.execute(text(select)) as answer,
        ):
            return tuple(answer.keys())
    except SQLAlchemyError as error:
        # The driver's own words may hold the password of the URL; only its kind is shown.
        kind = type(getattr(error, "orig", None) or error).__name__
        raise Transient(f"it does not answer ({kind}). Is it up, and are database_url and select right?") from None
    finally:
        engine.dispose()
