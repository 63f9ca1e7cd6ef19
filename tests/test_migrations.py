"""An upgrade of a database that has been used: what was in it stays, and points where it pointed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

from notifier.store import migrations
from notifier.store.engine import open_engine
from notifier.store.migrate import head, upgrade

FIRST = "0003"
"""The schema of the first release."""

RUN = "INSERT INTO plan_run (id, at, state, customers, sends, holds, skips) VALUES (7, :at, 'done', 1, 0, 0, 1)"
CUSTOMER = """INSERT INTO customer (id, brand, key, name, locale, preferred_channel, timezone, country, region,
postal_code, business) VALUES (3, 'main', 'ann', '', '', '', '', '', '', '', :no)"""
DECISION = """INSERT INTO decision (run_id, last_run, customer_id, brand, channel, purpose, notice, verdict, reason,
lines, trace, fingerprint, first_at, last_at, times)
VALUES (7, 7, 3, 'main', 'email', 'progress', '', 'skip', 'opted_out', '[]', '[]', 'x', :at, :at, 1)"""


@pytest.fixture
def used(tmp_path: Path) -> Iterator[Engine]:
    """A SQLite database of the first release with a run, a customer and a decision."""
    engine = open_engine(f"sqlite:///{tmp_path / 'used.db'}")
    config = Config()
    config.set_main_option("script_location", str(Path(str(migrations.__file__)).parent))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, FIRST)
        for row in (RUN, CUSTOMER, DECISION):
            connection.execute(text(row), {"at": "2026-06-01 15:00:00.000000", "no": False})
    yield engine
    engine.dispose()


def test_an_upgrade_of_a_used_database_keeps_its_rows(used: Engine) -> None:
    assert upgrade(used) == (FIRST, head())
    with used.connect() as connection:
        found = "SELECT run_id FROM decision JOIN plan_run ON plan_run.id = run_id JOIN customer ON customer.id = 3"
        assert connection.execute(text(found)).scalars().all() == [7]


def test_after_an_upgrade_every_row_points_to_one_that_is_there(used: Engine) -> None:
    upgrade(used)
    with used.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []


def test_after_an_upgrade_sqlite_watches_over_references_again(used: Engine) -> None:
    upgrade(used)
    with used.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
