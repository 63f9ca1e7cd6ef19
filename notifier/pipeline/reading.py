"""Opens the database alone, for questions that only read. Colour: root. Called by cli.session.

Beside `app`, because what app imports to construct channels and templates takes longer than the answer.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from notifier.settings import Settings
from notifier.store.engine import Store as Store  # noqa: PLC0414 - for the doors
from notifier.store.migrate import open_store


@contextmanager
def reading(settings: Settings) -> Iterator[Store]:
    """The database, closed again at the end. Raises SchemaError where its schema is another."""
    store = open_store(settings.database_url)
    try:
        yield store
    finally:
        store.close()
