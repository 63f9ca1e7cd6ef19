"""What one delivery costs does not grow with the log: none of its statements reads a long table through."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, update

from notifier.store.decisions import bring_forward
from notifier.store.lookup import table_of
from notifier.store.tables import Contact, Decision, Message, MessageLine, PromiseTold
from tests.shop import NOON, Shop, open_shop, order

LONG = frozenset(
    "message contact attempt message_line message_body promise_told decision customer shop_order order_line address"
    " consent notice answer fact_change reward_code hold".split()
)
"""Tables that only grow, or that grow with the shop."""

Statements = dict[str, Any]


@pytest.fixture
def shop(tmp_path: Path, sqlite_url: str) -> Shop:
    return open_shop(tmp_path, sqlite_url, '[delivery]\nmode = "folder"\n')


@contextmanager
def heard(shop: Shop) -> Iterator[Statements]:
    """The statements that run within, each with one set of its parameters."""
    said: Statements = {}

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        said[statement] = parameters[0] if many else parameters

    with shop.house() as house:
        event.listen(house.store.engine, "before_cursor_execute", hear)
        try:
            yield said
        finally:
            event.remove(house.store.engine, "before_cursor_execute", hear)


def read_through(shop: Shop, said: Statements) -> list[str]:
    """Long tables that SQLite would read through, with the statement that makes it."""
    found = []
    with shop.house() as house, house.store.read() as tx:
        for statement, parameters in said.items():
            if statement.split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"):
                steps = tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
                scans = [row[3].split()[1] for row in steps if row[3].startswith("SCAN ") and "USING" not in row[3]]
                found += [f"{table}: {statement}" for table in scans if table in LONG]
    return found


def test_no_statement_of_a_delivery_reads_a_long_table_through(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann", eta_to="2026-06-20"), order("bob", eta_to="2026-06-21")])
    shop.plan()
    with heard(shop) as said:
        report = shop.deliver()
    assert (report.accepted, len(shop.rows(Contact)), len(shop.rows(PromiseTold))) == (2, 2, 2)
    assert len(said) > 30
    assert read_through(shop, said) == []


def test_what_was_refused_before_is_found_by_its_key_alone(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann", eta_to="2026-06-20")])
    shop.plan()
    with shop.house() as house, house.store.write() as tx:
        tx.connection.execute(update(table_of(Message)).values(state="refused"))
        tx.connection.execute(update(table_of(MessageLine)).values(live=None))
        bring_forward(tx, [1], NOON)
    with heard(shop) as said:
        shop.plan(NOON)
    assert shop.rows(Decision)[-1].reason == "refused_before"
    (asked,) = [one for one in said if one.startswith(("SELECT message.key", 'SELECT message."key"'))]
    with shop.house() as house, house.store.read() as tx:
        steps = tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", said[asked]).all()
    assert "uq_message_key_live" in steps[0][3]


def test_a_plan_reads_through_no_log(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann", eta_to="2026-06-20")])
    with heard(shop) as said:
        shop.plan(NOON)
    assert [one for one in read_through(shop, said) if one.partition(":")[0] in ("message", "contact", "attempt")] == []
