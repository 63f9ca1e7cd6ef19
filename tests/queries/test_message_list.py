"""The messages of the outbox by state, a page at a time, on both databases."""

import pytest

from notifier.queries.message_list import Wanted, counted, held_reasons, message_page
from notifier.store.engine import Store
from notifier.terms.words import MessageState, Outcome
from tests.queries.shop_log import PROGRESS, ShopLog

LINE = ("11008", "1")


@pytest.fixture
def log(store: Store) -> ShopLog:
    """Three messages: one sent, one refused, one queued."""
    log = ShopLog(store)
    log.queue([LINE])
    log.deliver()
    log.queue([("11008", "2")], purpose=PROGRESS, occasion="half:1")
    log.deliver(Outcome.REFUSED, "policy")
    log.queue([("11019", "1")], occasion="promise:1998-06-01")
    return log


def listed(log: ShopLog, state: MessageState, **more: object) -> list[tuple[str, ...]]:
    with log.store.read() as tx:
        return [one.orders for one in message_page(tx, Wanted(state, "live", **more)).messages]  # type: ignore[arg-type]


def test_messages_are_listed_by_where_they_stand(log: ShopLog) -> None:
    states = (MessageState.ACCEPTED, MessageState.REFUSED, MessageState.QUEUED, MessageState.HELD)
    assert [listed(log, one) for one in states] == [[("11008",)], [("11008",)], [("11019",)], []]


@pytest.mark.parametrize(
    ("filters", "many"),
    [({"purpose": "progress"}, 1), ({"purpose": "delay"}, 0), ({"channel": "sms"}, 0), ({"brand": "main"}, 1)],
)
def test_filters_leave_what_they_name(log: ShopLog, filters: dict[str, str], many: int) -> None:
    assert len(listed(log, MessageState.REFUSED, **filters)) == many


def test_counts_are_by_state_and_end_somewhere(log: ShopLog) -> None:
    with log.store.read() as tx:
        found = counted(tx, "live")
    assert {state: many for state, many in found.items() if many} == dict.fromkeys(
        (MessageState.ACCEPTED, MessageState.REFUSED, MessageState.QUEUED), 1
    )


@pytest.mark.parametrize("few", [True, False])
def test_a_state_is_paged_by_key_whether_it_is_rare_or_not(store: Store, few: bool) -> None:
    log, many = ShopLog(store), 120
    for number in range(many):
        log.queue([("O", str(number))])
    before: int | None = None
    seen: list[int] = []
    for _ in range(5):
        with store.read() as tx:
            page = message_page(tx, Wanted(MessageState.QUEUED, "live", before=before), few=5_000 if few else 10)
        seen += [one.id for one in page.messages]
        before = page.before
        if before is None:
            break
    assert (len(seen), seen == sorted(set(seen), reverse=True)) == (many, True)


def test_why_messages_are_held_is_counted_by_reason(log: ShopLog) -> None:
    with log.store.write() as tx:
        tx.connection.exec_driver_sql(
            "UPDATE message SET state = 'held', reason = 'render_failed: x' WHERE state = 'queued'"
        )
    with log.store.read() as tx:
        assert held_reasons(tx, "live") == [("render_failed: x", 1)]
