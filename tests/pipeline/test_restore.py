"""A restored backup end to end: nothing goes out until a person has seen what would be repeated."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from notifier import app
from notifier.errors import Unsafe, UsageError
from notifier.pipeline.guard import guarded
from notifier.pipeline.restore import Gap, gap, go_on, join
from notifier.store.lookup import table_of
from notifier.store.tables import Message, MessageLine, Meta
from notifier.store.ticks import tick
from tests.live import open_live
from tests.shop import NOON, Shop, open_shop, order
from tests.standins.smtp_sink import Script, Sink, smtp_sink

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery; the rules themselves are tested without it."""

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_sink(Script()) as found:
        yield found


@pytest.fixture
def shop(tmp_path: Path, database_url: str, sink: Sink) -> Shop:
    """Live on loopback: ann was written to after the backup was made, which knows of the plan before."""
    found = open_live(tmp_path, database_url, "localhost", sink.port)
    found.plan()
    found.take_in("backorders", [order("ann")])
    found.plan()
    found.deliver()
    forget(found)
    return found


def forget(shop: Shop) -> None:
    """Take the database back to where the backup was made: the second plan and the delivery are lost to it."""
    meta = table_of(Meta)
    with shop.house() as house, house.store.write() as tx:
        for name in ("promise_told", "contact", "attempt", "message_body"):
            tx.connection.exec_driver_sql(f"DELETE FROM {name}")
        tx.connection.execute(delete(table_of(MessageLine)))
        tx.connection.exec_driver_sql("UPDATE decision SET message_id = NULL")
        tx.connection.execute(delete(table_of(Message)))
        tx.connection.exec_driver_sql("UPDATE customer SET due_at = '1970-01-01 00:00:00+00:00'")
        tx.connection.execute(update(meta).where(meta.c.name.startswith("tick:")).values(value="1"))


def look(shop: Shop) -> Gap:
    with shop.house() as house:
        return gap(house, LATER)


def carry_on(shop: Shop, *, already_told: bool) -> None:
    with shop.house() as house:
        go_on(house, "Ada", LATER, already_told=already_told)


def test_a_restored_database_plans_nothing(shop: Shop) -> None:
    with pytest.raises(Unsafe, match="--after-restore"):
        shop.plan(LATER)


def test_a_restored_database_delivers_nothing(shop: Shop) -> None:
    with pytest.raises(Unsafe, match="lacks 2 of the 3 pieces of work"):
        shop.deliver(LATER)


def test_the_gap_and_what_would_be_repeated_are_shown(shop: Shop) -> None:
    found = look(shop)
    assert (found.behind, found.worked_until, {name: one.customers for name, one in found.due.items()}) == (
        2,
        NOON,
        {"delay": 1},
    )


def test_what_was_told_already_is_not_sent_again(shop: Shop, sink: Sink) -> None:
    carry_on(shop, already_told=True)
    shop.plan(LATER)
    shop.deliver(LATER)
    assert len(sink.book.mails) == 1


def test_what_is_to_be_told_again_is_sent(shop: Shop, sink: Sink) -> None:
    carry_on(shop, already_told=False)
    shop.plan(LATER)
    shop.deliver(LATER)
    assert len(sink.book.mails) == 2


def test_what_waited_in_the_backups_outbox_may_have_gone(shop: Shop) -> None:
    carry_on(shop, already_told=False)
    shop.plan(LATER)
    meta = table_of(Meta)
    with shop.house() as house, house.store.write() as tx:
        tx.connection.execute(update(meta).where(meta.c.name.startswith("tick:")).values(value="2"))
    assert look(shop).queued == {"delay": 1}
    carry_on(shop, already_told=True)
    assert [row.state for row in shop.rows(Message)] == ["taken_over"]


def test_a_database_that_is_no_copy_has_nothing_to_resume(tmp_path: Path, database_url: str) -> None:
    shop = open_live(tmp_path, database_url, "localhost")
    shop.plan()
    with shop.house() as house, pytest.raises(UsageError, match="no older copy"):
        gap(house, NOON)


def test_another_database_under_the_same_machine_is_noticed(shop: Shop) -> None:
    meta = table_of(Meta)
    with shop.house() as house, house.store.write() as tx:
        tx.connection.execute(update(meta).where(meta.c.name == "database").values(value="other"))
    with pytest.raises(Unsafe, match="another one"):
        shop.plan(LATER)


def test_what_another_machine_did_since_does_not_hide_an_older_copy(shop: Shop) -> None:
    with shop.house() as house, house.store.write() as tx:
        for _ in range(9):
            tick(tx, "another")
    with pytest.raises(Unsafe, match="lacks 2 of the 3"):
        shop.plan(LATER)


def test_one_word_after_a_restore_is_enough_for_all_machines(shop: Shop) -> None:
    file = shop.settings.tick_file
    ours = file.read_text()
    carry_on(shop, already_told=True)
    file.write_text(ours)
    assert shop.plan(LATER).verdicts["send"] == 0


def test_a_copy_of_an_era_before_is_noticed(shop: Shop) -> None:
    carry_on(shop, already_told=False)
    meta = table_of(Meta)
    with shop.house() as house, house.store.write() as tx:
        tx.connection.execute(update(meta).where(meta.c.name == "era").values(value="0"))
        tx.connection.execute(update(meta).where(meta.c.name.startswith("tick:")).values(value="99"))
    with pytest.raises(Unsafe, match="--after-restore"):
        shop.plan(LATER)


def test_a_machine_that_is_new_to_a_database_may_have_a_clone(shop: Shop) -> None:
    shop.settings.tick_file.unlink()
    with pytest.raises(Unsafe, match="--new-machine"):
        shop.plan(LATER)


def test_a_new_machine_works_once_a_person_says_so(shop: Shop) -> None:
    shop.settings.tick_file.unlink()
    with shop.house() as house:
        join(house, "Ada", LATER)
    assert shop.plan(LATER).verdicts["send"] == 1


def test_a_backup_on_new_hardware_shows_what_would_be_repeated(shop: Shop) -> None:
    shop.settings.tick_file.unlink()
    found = look(shop)
    assert (found.behind, found.worked_until, {name: one.customers for name, one in found.due.items()}) == (
        None,
        None,
        {"delay": 1},
    )


def test_a_backup_on_new_hardware_counts_as_told_where_a_person_says_so(shop: Shop) -> None:
    shop.settings.tick_file.unlink()
    carry_on(shop, already_told=True)
    assert shop.plan(LATER).verdicts["send"] == 0


def test_a_machine_that_is_not_new_cannot_join(shop: Shop) -> None:
    with shop.house() as house, pytest.raises(UsageError, match="not new"):
        join(house, "Ada", LATER)


def test_the_first_machine_needs_no_word(tmp_path: Path, database_url: str) -> None:
    assert open_live(tmp_path, database_url, "localhost").plan().customers == 0


def test_the_machines_file_is_for_its_owner_and_holds_no_secret(shop: Shop) -> None:
    file = shop.settings.tick_file
    names = ["at", "database", "era", "machine", "tick"]
    assert (file.stat().st_mode & 0o777, sorted(json.loads(file.read_text()))) == (0o600, names)


def test_a_damaged_tick_file_stops_with_the_remedy(shop: Shop) -> None:
    shop.settings.tick_file.write_text("{")
    with pytest.raises(Unsafe, match="cannot be read"):
        shop.plan(LATER)


def test_mode_folder_knows_no_counter(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url)
    shop.plan()
    assert not shop.settings.tick_file.exists()


@pytest.mark.parametrize(("seconds", "stops"), [(-120, True), (120, True), (20, False), (-20, False)])
def test_clocks_that_differ_by_more_than_a_minute_stop_everything(
    tmp_path: Path, database_url: str, seconds: int, stops: bool
) -> None:
    shop = open_live(tmp_path, database_url, "localhost")

    def host_clock() -> datetime:
        return app.clock() + timedelta(seconds=seconds)

    with shop.house() as house:
        skewed = replace(house, guards=replace(house.guards, host_clock=host_clock))
        stopped = False
        try:
            with guarded(skewed, NOON):
                pass
        except Unsafe:
            stopped = True
    assert stopped is stops
