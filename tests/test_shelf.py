"""What is asked of the shelf: the places in the queue, however their owners are named, and no goods but theirs."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from notifier.store.engine import Store
from notifier.store.gather import due_query
from notifier.store.lookup import table_of
from notifier.store.shelf import in_stock, queue_positions, read_shelf
from notifier.store.tables import Customer, OrderLine, Product, Supply
from notifier.terms.time import EPOCH
from tests.rows import NOW, Someone, add_customer

LINE, CUSTOMER = table_of(OrderLine), table_of(Customer)


@pytest.fixture
def queue(store: Store) -> list[Someone]:
    """Three customers who wait for one SKU with known stock, in the order of ordering; the second is due."""
    with store.write() as tx:
        people = [add_customer(tx, name) for name in ("ann", "bob", "cem")]
        tx.connection.execute(insert(table_of(Product)), {"sku": "LAMP", "stock": 1})
        for days, one in enumerate(people):
            at = NOW - timedelta(days=9 - days)
            tx.connection.execute(
                update(LINE).where(LINE.c.customer_id == one.customer).values(sku="LAMP", ordered_at=at, quantity=2)
            )
        tx.connection.execute(update(CUSTOMER).values(due_at=None))
        tx.connection.execute(update(CUSTOMER).where(CUSTOMER.c.id == people[1].customer).values(due_at=EPOCH))
    return people


def test_only_the_lines_of_those_asked_for_have_a_place_behind_all_that_was_ordered_before(
    store: Store, queue: list[Someone]
) -> None:
    with store.read() as tx:
        assert list(queue_positions(tx, NOW, [queue[2].customer]).values()) == [4]


def test_a_query_of_who_is_due_gives_the_places_that_their_ids_give(store: Store, queue: list[Someone]) -> None:
    with store.read() as tx:
        by_query = queue_positions(tx, NOW, due_query(NOW, every=False))
        assert by_query == queue_positions(tx, NOW, [queue[1].customer])
        assert list(by_query.values()) == [2]


def test_a_query_of_everybody_gives_every_place(store: Store, queue: list[Someone]) -> None:
    with store.read() as tx:
        assert sorted(queue_positions(tx, NOW, due_query(NOW, every=True)).values()) == [0, 2, 4]


def test_nobody_has_no_place(store: Store, queue: list[Someone]) -> None:
    with store.read() as tx:
        assert queue_positions(tx, NOW, []) == {}


def test_what_nobody_waits_for_is_not_read(store: Store, queue: list[Someone]) -> None:
    with store.write() as tx:
        tx.connection.execute(insert(table_of(Product)), {"sku": "CHAIR", "stock": 9})
        po = {"quantity": 5, "ordered_on": NOW.date(), "promised_on": NOW.date() + timedelta(days=9)}
        supplies = [po | {"po": "P1", "sku": "LAMP"}, po | {"po": "P2", "sku": "CHAIR"}]
        tx.connection.execute(insert(table_of(Supply)), supplies)
        ware = read_shelf(tx, NOW.date(), [queue[1].customer])
    assert (list(ware.products), list(ware.supplies)) == (["LAMP"], ["LAMP"])


def test_what_may_stand_in_is_everything_in_stock(store: Store, queue: list[Someone]) -> None:
    with store.write() as tx:
        tx.connection.execute(insert(table_of(Product)), [{"sku": "CHAIR", "stock": 9}, {"sku": "DESK", "stock": 0}])
        assert sorted(row.sku for row in in_stock(tx)) == ["CHAIR", "LAMP"]
