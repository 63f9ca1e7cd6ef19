"""Checking a cap costs what counts, however long the log is: shown by the databases' own plans, not by time."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Select, insert, text

from notifier.store.engine import Store, Transaction
from notifier.store.gather import Past, contact_queries, gather
from notifier.store.lookup import table_of
from notifier.store.tables import Message
from notifier.terms.words import DeliveryMode, MessageState
from tests.rows import NOW, PROGRESS, Someone, add_customer, decision, queue

MESSAGE = table_of(Message)
OLD = 10_000
PAST = Past(DeliveryMode.LIVE, timedelta(days=7))


def add_messages(tx: Transaction, who: Someone, count: int, **values: Any) -> None:
    """So many messages to `who`, a minute apart, the first a minute before `queued_at`."""
    first = values.pop("queued_at")
    made = Message(
        key="", uid="", customer_id=who.customer, address_id=who.address, brand="default", channel="email",
        purpose="progress", message_class="service", rung=6, locale="en", occasion="", queued_at=first,
        not_before=first,
    ).model_dump(exclude={"id"})  # fmt: skip
    rows = []
    for number in range(count):
        at = first - timedelta(minutes=number)
        row = made | {"key": f"{values['state']}-{who.customer}-{first}-{number}", "queued_at": at} | values
        rows.append(row | ({"handed_off_at": at} if values["state"] == "accepted" else {}))
    tx.connection.execute(insert(MESSAGE), rows)


@pytest.fixture
def old_customer(store: Store) -> Someone:
    """Somebody with 10,000 old messages sent and as many withdrawn, two new ones sent, and one long in the queue."""
    with store.write() as tx:
        someone, others = add_customer(tx, "ann"), [add_customer(tx, f"n{number}") for number in range(50)]
        add_messages(tx, someone, OLD, state="accepted", queued_at=NOW - timedelta(days=8))
        add_messages(tx, someone, OLD, state="withdrawn", queued_at=NOW)
        add_messages(tx, someone, 2, state="accepted", queued_at=NOW - timedelta(hours=1))
        add_messages(tx, someone, 1, state="queued", queued_at=NOW - timedelta(days=30))
        for other in others:
            add_messages(tx, other, 100, state="accepted", queued_at=NOW - timedelta(days=1))
    with store.write() as tx:
        tx.connection.execute(text("ANALYZE"))
    return someone


def queries(someone: Someone) -> Iterator[Select[Any]]:
    yield from contact_queries(MESSAGE.c.customer_id, [someone.customer], NOW, PAST)
    yield from contact_queries(MESSAGE.c.address_id, [someone.address], NOW, PAST)


def explained(tx: Transaction, query: Select[Any]) -> str:
    command = "EXPLAIN (ANALYZE, FORMAT JSON) " if tx.postgresql else "EXPLAIN QUERY PLAN "
    compiled = query.compile(tx.connection.engine, compile_kwargs={"render_postcompile": True})
    names = compiled.positiontup or list(compiled.params)
    processors = compiled._bind_processors
    values = {name: processors[name](value) if name in processors else value for name, value in compiled.params.items()}
    given: Any = tuple(values[name] for name in names) if compiled.positional else values
    rows = tx.connection.exec_driver_sql(command + str(compiled), given).all()
    return json.dumps(rows[0][0]) if tx.postgresql else " ".join(row[3] for row in rows)


def touched(plan: Any) -> int:
    """Rows that the scans of PostgreSQL's plan met: those that they gave, and those that a filter threw away."""
    if isinstance(plan, list):
        return sum(touched(one) for one in plan)
    inner = sum(touched(one) for one in plan.get("Plans", ()))
    own = plan.get("Actual Rows", 0) + plan.get("Rows Removed by Filter", 0) if "Scan" in plan["Node Type"] else 0
    return int(max(own, 0) + inner)


@pytest.mark.slow
def test_the_queries_of_caps_are_ranges_of_an_index(store: Store, old_customer: Someone) -> None:
    with store.read() as tx:
        plans = [explained(tx, query) for query in queries(old_customer)]
        for column, (sent, waiting) in zip(("customer", "address"), (plans[:2], plans[2:]), strict=True):
            assert f"ix_message_{column}_sent" in sent
            assert f"ix_message_{column}_waiting" in waiting
            if tx.postgresql:
                assert touched(json.loads(sent)[0]["Plan"]) <= 4
                assert touched(json.loads(waiting)[0]["Plan"]) <= 2
            else:
                assert f"({column}_id=? AND handed_off_at>?)" in sent
                assert "SCAN" not in sent + waiting


@pytest.mark.slow
def test_what_counts_is_what_was_sent_in_the_period_and_what_waits_however_long(
    store: Store, old_customer: Someone
) -> None:
    with store.read() as tx:
        found = gather(tx, [old_customer.customer], NOW, PAST).contacts
    assert sorted((NOW - row.at, bool(row.sent)) for row in found) == [
        (timedelta(0), False),
        (timedelta(hours=1), True),
        (timedelta(hours=1, minutes=1), True),
    ]


def test_a_message_counts_from_its_hand_off_and_not_from_its_queueing(store: Store) -> None:
    with store.write() as tx:
        someone = add_customer(tx, "ann")
    [message] = queue(store, [decision(someone, PROGRESS)]).values()
    with store.write() as tx:
        late = {"state": MessageState.ACCEPTED.value, "handed_off_at": NOW + timedelta(days=6)}
        tx.connection.execute(MESSAGE.update().where(MESSAGE.c.id == message).values(**late))
        [found] = gather(tx, [someone.customer], NOW + timedelta(days=10), PAST).contacts
    assert found.at == NOW + timedelta(days=6)
