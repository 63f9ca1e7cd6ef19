"""The store's foundations: schema, transactions, and the SQL twin of a pure rule."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlmodel import SQLModel

from notifier.errors import SchemaError
from notifier.forecast.standing import Dates, Units, standing
from notifier.store.engine import Store, open_engine
from notifier.store.lookup import table_of
from notifier.store.migrate import head, open_store, require_current
from notifier.store.openness import is_open
from notifier.store.tables import OrderLine
from notifier.terms.words import LineStatus
from tests.rows import NOW, add_customer

LINE = table_of(OrderLine)
MOMENTS = st.one_of(st.none(), st.integers(-3, 3).map(lambda days: NOW + timedelta(days=days)))


def test_the_migrations_make_exactly_the_tables(store: Store) -> None:
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []


def test_an_empty_database_is_refused_with_the_command_to_type(tmp_path: Any) -> None:
    with pytest.raises(SchemaError, match="notifier migrate"):
        require_current(open_engine(f"sqlite:///{tmp_path / 'empty.db'}"))


def test_a_database_that_is_not_there_is_named_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"there is no database at .*gone\.db"):
        open_store(f"sqlite:///{tmp_path / 'gone.db'}")
    assert not list(tmp_path.iterdir())


def test_sqlite_writes_ahead_and_through_to_the_disk(sqlite_url: str) -> None:
    with open_engine(sqlite_url).connect() as connection:
        mode = connection.execute(text("PRAGMA journal_mode")).scalar_one()
        assert (mode, connection.execute(text("PRAGMA synchronous")).scalar_one()) == ("wal", 2)


@pytest.mark.slow
def test_postgresql_commits_to_the_disk_whatever_its_default_is(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url) as plain:
        default = plain.execute("SHOW synchronous_commit").fetchone()
    with open_engine(postgresql_url).connect() as connection:
        assert (default, connection.execute(text("SHOW synchronous_commit")).scalar_one()) == (("off",), "on")


@pytest.mark.slow
def test_postgresql_ends_the_transaction_of_a_frozen_worker(postgresql_url: str) -> None:
    with open_engine(postgresql_url).connect() as connection:
        assert connection.execute(text("SHOW idle_in_transaction_session_timeout")).scalar_one() == "1min"


@pytest.mark.slow
def test_a_silent_postgresql_is_given_up_within_a_lease_unless_the_url_says_otherwise(postgresql_url: str) -> None:
    def waits(url: str) -> list[str]:
        with open_engine(url).connect() as connection:
            said = connection.connection.driver_connection.info.get_parameters()  # type: ignore[union-attr]
            return [said["connect_timeout"], said["tcp_user_timeout"]]

    assert waits(postgresql_url) == ["10", "20000"]
    assert waits(f"{postgresql_url}&connect_timeout=3") == ["3", "20000"]


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.write() as tx:  # noqa: PT012
        add_customer(tx, "ann")
        raise ZeroDivisionError
    with store.read() as tx:
        assert tx.connection.execute(select(LINE.c.id)).all() == []


def test_the_databases_clock_is_aware_utc(store: Store) -> None:
    with store.read() as tx:
        assert abs(tx.database_now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_upkeep_runs_beside_an_open_database(store: Store) -> None:
    with store.write() as tx:
        add_customer(tx, "ann")
    store.tidy()


@given(
    label=st.sampled_from(list(LineStatus)),
    shipped_at=MOMENTS,
    cancelled_at=MOMENTS,
    units=st.tuples(st.integers(1, 3), st.integers(0, 3), st.integers(0, 3)),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_line_is_open_in_sql_just_when_it_stands_open_in_memory(
    store: Store,
    label: LineStatus,
    shipped_at: datetime | None,
    cancelled_at: datetime | None,
    units: tuple[int, int, int],
) -> None:
    stands = standing(label, Dates(shipped_at, cancelled_at), Units(*units), NOW)
    with store.engine.connect() as connection, connection.begin() as undone:
        tx = type("Tx", (), {"connection": connection})()
        line = add_customer(tx, "ann").lines[0]
        values = {"status": label.value, "shipped_at": shipped_at, "cancelled_at": cancelled_at}
        counts = dict(zip(("quantity", "quantity_shipped", "quantity_cancelled"), units, strict=True))
        connection.execute(LINE.update().where(LINE.c.id == line).values(**values, **counts))
        found = connection.execute(select(LINE.c.id).where(is_open(NOW))).all()
        undone.rollback()
    assert bool(found) == (stands.status in (LineStatus.OPEN, LineStatus.BACKORDERED))


def test_the_newest_revision_by_name_is_the_one_that_alembic_follows_to() -> None:
    from alembic.script import ScriptDirectory

    from notifier.store import migrations

    assert head() == ScriptDirectory(str(Path(str(migrations.__file__)).parent)).get_current_head()
