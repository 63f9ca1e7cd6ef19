"""A text is kept before it is answered, and taken in once, whatever happens between."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from notifier import arrivals
from notifier.pipeline.erase import erase
from notifier.pipeline.house import House
from notifier.pipeline.intake import keep, take_in
from notifier.pipeline.people import Asked
from notifier.pipeline.receive import receive
from notifier.pipeline.retention import forget_old
from notifier.queries.for_people import texts_waiting
from notifier.store.tables import Arrival, Consent, Reply
from notifier.terms.incoming import Choice, Incoming, Road
from notifier.terms.reply import Intent
from tests.kept_shops import AsLeft
from tests.pipeline.test_receive_texts import ANN, BY_TEXT, told_by_text
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery."""

MINUTE = timedelta(minutes=1)
STOP = Incoming(Road.SMS, "SM1", NOON + MINUTE, "STOP", ANN, "+4915100000001")


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    """Ann was told of her backorder by text."""
    return as_left(told_by_text)


@pytest.fixture
def house(shop: Shop) -> Iterator[House]:
    with shop.house() as opened:
        yield opened


def test_what_was_kept_is_taken_in_as_of_its_arrival(shop: Shop, house: House) -> None:
    keep(house, STOP)
    take_in(house, NOON + 9 * MINUTE)
    assert [(row.key, row.received_at, row.known_at) for row in shop.rows(Reply)] == [
        ("SM1", NOON + MINUTE, NOON + 9 * MINUTE)
    ]


def test_what_is_taken_in_waits_no_more(shop: Shop, house: House) -> None:
    keep(house, STOP)
    assert (take_in(house, NOON + MINUTE), take_in(house, NOON + MINUTE), shop.rows(Arrival)) == (1, 0, [])


@pytest.mark.parametrize(("waits", "texts"), [(False, 2), (True, 1)])
def test_nothing_more_goes_to_a_number_whose_text_is_still_to_be_taken_in(
    shop: Shop, house: House, waits: bool, texts: int
) -> None:
    tomorrow = NOON + timedelta(days=1)
    slipped = BY_TEXT | {"eta_from": "2026-07-20", "eta_to": "2026-07-20"}
    shop.take_in("backorders", [order("ann", **slipped)], tomorrow - MINUTE)
    if waits:
        keep(house, replace(STOP, received_at=tomorrow - MINUTE))
    shop.plan(tomorrow)
    shop.deliver(tomorrow)
    assert len([mail for mail in shop.sent() if "Subject:" not in mail]) == texts


def test_the_same_text_kept_twice_waits_once(shop: Shop, house: House) -> None:
    for _ in range(3):
        keep(house, STOP)
    assert len(shop.rows(Arrival)) == 1


def test_a_process_that_died_after_taking_it_in_does_it_once(shop: Shop, house: House) -> None:
    keep(house, STOP)
    receive(house, STOP, NOON + MINUTE)
    take_in(house, NOON + MINUTE)
    assert (len(shop.rows(Reply)), len(shop.rows(Consent)), shop.rows(Arrival)) == (1, 2, [])


def test_the_mark_of_the_provider_is_kept(shop: Shop, house: House) -> None:
    marked = Incoming(Road.SMS, "SM2", NOON, "STOP", ANN, choice=Choice(Intent.OPT_OUT), answered=True)
    keep(house, marked)
    with house.store.read() as tx:
        assert [arrivals.incoming_of(row) for row in arrivals.due(tx, NOON, 9)] == [marked]


@pytest.fixture
def unreadable(house: House) -> House:
    """A text waits whose mark no version of this program knows."""
    with house.store.write() as tx:
        arrivals.keep(tx, STOP)
        tx.connection.exec_driver_sql("UPDATE arrival SET mark = 'unheard of'")
    return house


def test_a_text_that_fails_is_put_off_longer_each_time_and_stops_no_other(shop: Shop, unreadable: House) -> None:
    keep(unreadable, Incoming(Road.SMS, "SM2", NOON + MINUTE, "thanks", ANN))
    for minute in range(1, 9):
        take_in(unreadable, NOON + minute * MINUTE)
    waits = [(row.key, row.tries, row.due_at) for row in shop.rows(Arrival)]
    assert (waits, [row.key for row in shop.rows(Reply)]) == ([("SM1", 4, NOON + 16 * MINUTE)], ["SM2"])


def test_how_long_the_oldest_waits_is_told(house: House) -> None:
    keep(house, STOP)
    with house.store.read() as tx:
        found = texts_waiting(tx)
    assert (found.count, found.since) == (1, NOON + MINUTE)


def test_what_could_never_be_taken_in_is_forgotten_with_all_that_is_old(shop: Shop, unreadable: House) -> None:
    forget_old(unreadable, NOON + timedelta(days=4000))
    assert shop.rows(Arrival) == []


def test_to_erase_a_person_takes_the_texts_that_wait(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url)
    done = {"status": "shipped", "shipped_at": "2026-06-01T10:00:00Z"}
    shop.take_in("backorders", [order("ann", phone=ANN, country="DE", **done)])
    with shop.house() as house:
        keep(house, STOP)
        erase(house, Asked("ann"), "Lee", NOON + MINUTE)
    assert shop.rows(Arrival) == []
