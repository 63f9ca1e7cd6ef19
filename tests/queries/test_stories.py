"""What the log tells of one customer, order or message, on both databases."""

from datetime import date

import pytest
from sqlalchemy import event

from notifier.queries.stories import of_customer, of_message, of_order
from notifier.store.engine import Store
from notifier.terms.words import Verdict
from tests.queries.shop_log import PROGRESS, ShopLog

LINE = ("11008", "1")
OTHER = ("11019", "1")


@pytest.fixture
def log(store: Store) -> ShopLog:
    """Two orders, a message about each, one accepted with a date told, one queued; and a skip about the second."""
    log = ShopLog(store)
    log.queue([LINE], {LINE: (date(1998, 7, 1), date(1998, 7, 3))})
    log.deliver()
    log.queue([OTHER])
    log.decide([OTHER], purpose=PROGRESS, verdict=Verdict.SKIP, reason="opted_out")
    return log


def test_a_customers_chapter_holds_everything(log: ShopLog) -> None:
    with log.store.read() as tx:
        (chapter,) = of_customer(tx, "QUICK")
    found = (chapter.decisions, chapter.messages, chapter.contacts, chapter.promises)
    assert [len(part) for part in found] == [3, 2, 1, 1]


def test_an_orders_chapter_leaves_the_other_orders_out(log: ShopLog) -> None:
    with log.store.read() as tx:
        (chapter,) = of_order(tx, "11019")
    assert [one.verdict for one in chapter.decisions] == ["send", "skip"]
    assert [one.state for one in chapter.messages] == ["queued"]
    assert (chapter.contacts, chapter.promises) == ((), ())


def test_a_messages_chapter_holds_its_decision_its_attempts_and_its_promise(log: ShopLog) -> None:
    with log.store.read() as tx:
        (chapter,) = of_message(tx, 1)
    assert [one.message for one in chapter.decisions] == [1]
    assert [(one.outcome, one.code) for one in chapter.messages[0].attempts] == [("accepted", "sent")]
    assert [(one.order, one.line, one.eta_to) for one in chapter.promises] == [("11008", "1", date(1998, 7, 3))]
    assert [one.message for one in chapter.contacts] == [1]


def test_the_same_key_in_two_brands_is_two_chapters(log: ShopLog) -> None:
    ShopLog(log.store, brand="outlet").queue([("11008", "1")])
    with log.store.read() as tx:
        assert [one.brand for one in of_customer(tx, "QUICK")] == ["main", "outlet"]
        assert [one.brand for one in of_order(tx, "11008")] == ["main", "outlet"]


def test_what_nobody_has_gives_no_chapter(log: ShopLog) -> None:
    with log.store.read() as tx:
        assert (of_customer(tx, "NOBODY"), of_order(tx, "0"), of_message(tx, 99)) == ([], [], [])


def test_the_number_of_queries_does_not_grow_with_the_log(log: ShopLog) -> None:
    seen: list[str] = []
    event.listen(log.store.engine, "before_cursor_execute", lambda _c, _k, words, *_: seen.append(words))
    with log.store.read() as tx:
        of_customer(tx, "QUICK")
    few = len(seen)
    for n in range(30):
        log.queue([(f"more-{n}", "1")])
    log.deliver()
    seen.clear()
    with log.store.read() as tx:
        of_customer(tx, "QUICK")
    assert (len(seen), few <= 12) == (few, True)


def test_no_query_of_a_story_walks_through_a_whole_table(sqlite_url: str) -> None:
    from notifier.store.engine import open_engine

    store = Store(open_engine(sqlite_url))
    log = ShopLog(store)
    log.queue([LINE])
    log.deliver()
    seen: list[tuple[str, object]] = []
    event.listen(store.engine, "before_cursor_execute", lambda _c, _k, words, given, *_: seen.append((words, given)))
    with store.read() as tx:
        of_customer(tx, "QUICK")
        of_order(tx, "11008")
        of_message(tx, 1)
    asked = [one for one in seen if one[0].startswith("SELECT")]
    with store.read() as tx:
        plans = [
            row[3]
            for words, given in asked
            for row in tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", given)  # type: ignore[arg-type]
        ]
    store.close()
    assert [plan for plan in plans if plan.startswith("SCAN")] == []
