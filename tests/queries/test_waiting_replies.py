"""To ask what waits for a person, or how much was asked lately, costs what waits and was asked, not what ever came."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import event

from notifier import consent_requests, conversation
from notifier.queries.for_people import replies_waiting
from notifier.queries.inbox import waiting
from notifier.store.engine import Store, Transaction, open_engine
from notifier.terms.words import Channel
from tests.rows import NOW

ASKED: dict[str, Callable[[Transaction], object]] = {
    "status": replies_waiting,
    "inbox": waiting,
    "close": lambda tx: conversation.close(tx, [1, 2], "Kim", "done", NOW),
    "requests": lambda tx: consent_requests.asked_in_all(tx, Channel.SMS, NOW),
}


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    opened = Store(open_engine(sqlite_url))
    yield opened
    opened.close()


@pytest.mark.parametrize("name", ASKED)
def test_no_reply_that_is_done_with_is_looked_at(store: Store, name: str) -> None:
    seen: list[tuple[str, object]] = []
    event.listen(store.engine, "before_cursor_execute", lambda _c, _k, words, given, *_: seen.append((words, given)))
    with store.write() as tx:
        ASKED[name](tx)
        asked = [one for one in seen if one[0].startswith(("SELECT", "UPDATE"))]
        steps = [
            step[3]
            for words, given in asked
            for step in tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", given)  # type: ignore[arg-type]
        ]
    whole = [one for one in steps if one.startswith("SCAN") and "ix_reply_waiting" not in one]
    assert (bool(steps), whole) == (True, [])
