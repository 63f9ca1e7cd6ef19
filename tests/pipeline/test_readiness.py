"""Whether a process can work, as /readyz says it: asked of real databases in the states that stop all work."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from notifier.pipeline.guard import Guards
from notifier.pipeline.house import House
from notifier.pipeline.readiness import not_ready
from notifier.store.engine import Store, open_engine
from notifier.store.meta import keep_moment
from notifier.store.ticks import tick
from notifier.terms.readiness import NotReady
from tests.shop import NOON, open_shop


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> House:
    shop = open_shop(tmp_path, database_url)
    with shop.house() as found:
        return found


def guarded(house: House, **guards: object) -> House:
    return replace(house, guards=Guards(**guards))  # type: ignore[arg-type]


def run(house: House, statement: str) -> None:
    with house.store.write() as tx:
        tx.connection.execute(text(statement))


def test_a_shop_in_order_is_ready(house: House) -> None:
    assert not_ready(house) == ()


def test_a_schema_of_another_version_is_told(house: House) -> None:
    run(house, "UPDATE alembic_version SET version_num = '9999'")
    assert not_ready(house) == (NotReady.SCHEMA,)


def test_a_shop_that_is_not_live_is_told(house: House) -> None:
    assert not_ready(guarded(house, go_live=True)) == (NotReady.NOT_LIVE,)


def test_a_shop_that_went_live_is_ready(house: House) -> None:
    with house.store.write() as tx:
        keep_moment(tx, "live_since", NOON)
    assert not_ready(guarded(house, go_live=True)) == ()


def test_clocks_that_disagree_are_told(house: House) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=1)
    assert not_ready(guarded(house, host_clock=lambda: ahead)) == (NotReady.CLOCKS,)


def test_a_machine_that_is_new_to_the_database_is_told(house: House, tmp_path: Path) -> None:
    with house.store.write() as tx:
        tick(tx, "another")
    assert not_ready(guarded(house, tick_file=tmp_path / "tick")) == (NotReady.NEW_MACHINE,)


def test_an_older_copy_of_the_database_is_told(house: House, tmp_path: Path) -> None:
    file = tmp_path / "tick"
    file.write_text('{"machine": "m", "database": "lost", "era": 0, "tick": 5, "at": "2026-06-01T15:00:00+00:00"}')
    assert not_ready(guarded(house, tick_file=file)) == (NotReady.RESTORED,)


def test_a_tick_file_that_cannot_be_read_is_told(house: House, tmp_path: Path) -> None:
    (tmp_path / "tick").write_text("{")
    assert not_ready(guarded(house, tick_file=tmp_path / "tick")) == (NotReady.TICK_FILE,)


def test_a_database_that_takes_no_write_is_told(house: House) -> None:
    if house.store.engine.dialect.name == "sqlite":
        # As SQLite says it when a page finds no room.
        run(house, "CREATE TRIGGER full BEFORE INSERT ON meta BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
    else:
        with house.store.engine.connect() as connection:
            name = connection.execute(text("SELECT current_database()")).scalar_one()
        run(house, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        house.store.close()
    assert not_ready(house) == (NotReady.NOT_WRITABLE,)


def test_a_database_that_is_not_there_is_told(house: House) -> None:
    nowhere = Store(open_engine("postgresql://nobody@127.0.0.1:1/none", patience=1))
    assert not_ready(replace(house, store=nowhere)) == (NotReady.DATABASE,)


@pytest.mark.slow
def test_a_database_that_somebody_locks_is_told(tmp_path: Path, sqlite_url: str) -> None:
    """For as long as one waits for it: patience, here a second."""
    with open_shop(tmp_path, sqlite_url).house() as house:
        beside = replace(house, store=Store(open_engine(sqlite_url, patience=1)))
        with house.store.write():
            assert not_ready(beside) == (NotReady.DATABASE,)
        beside.store.close()
