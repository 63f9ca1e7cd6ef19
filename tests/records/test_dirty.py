"""A mark that a customer is due is not lost to a plan that runs at the same time."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from notifier.records.dirty import mark_customers
from notifier.records.importer import import_file
from notifier.records.report import ImportRequest
from notifier.store.engine import Store, open_engine
from notifier.store.lookup import table_of
from notifier.store.tables import Customer
from notifier.terms.time import EPOCH
from tests.databases import WAITING
from tests.records.conftest import CONTEXT, NOW

pytestmark = pytest.mark.slow
"""Each imports beside a plan, or much at once."""

_customer = table_of(Customer)


@pytest.fixture
def store(postgresql_url: str) -> Iterator[Store]:
    """SQLite has one writer at a time: only PostgreSQL can lose a mark."""
    store = Store(open_engine(postgresql_url))
    yield store
    store.close()


def marked(store: Store) -> int:
    with store.write() as tx:
        row = {"brand": "north", "key": "C1", "due_at": EPOCH}
        number: int = tx.connection.execute(_customer.insert().values(**row).returning(_customer.c.id)).scalar_one()
    return number


def mark_or_give_up(store: Store, number: int) -> None:
    with store.write() as tx:
        tx.connection.execute(text("SET LOCAL lock_timeout = '50ms'"))
        mark_customers(tx, [number])


@pytest.mark.slow
def test_a_mark_waits_for_the_plan_that_is_clearing_the_same_mark(store: Store) -> None:
    number = marked(store)
    with store.write() as plan:
        plan.connection.execute(_customer.update().values(due_at=None))
        with pytest.raises(OperationalError, match="lock timeout"):
            mark_or_give_up(store, number)


def test_an_import_writes_nothing_while_a_plan_judges(store: Store, tmp_path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text("customer_id,customer_name,email\nC1,Ann,a@example.com\n")
    request = ImportRequest("customers", path)
    work = threading.Thread(target=import_file, args=(store, request, CONTEXT, NOW, lambda done, whole: None))
    with store.write() as plan:
        plan.lock("records")
        work.start()
        while work.is_alive() and not plan.connection.execute(text(WAITING)).scalar_one():
            pass
        assert plan.connection.execute(select(_customer.c.id)).all() == []
        assert work.is_alive()
    work.join()
    with store.read() as tx:
        assert len(tx.connection.execute(select(_customer.c.id)).all()) == 1
