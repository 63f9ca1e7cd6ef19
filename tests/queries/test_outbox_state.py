"""How the outbox stands, and that to ask costs what waits, not what was ever sent."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Select, insert, text, update

from notifier.queries.outbox_state import (
    Lease,
    OutboxState,
    counted_query,
    last_hour,
    last_plan_query,
    leases,
    oldest_query,
    outbox_state,
    overdue_query,
)
from notifier.store.decisions import close_run, open_run
from notifier.store.engine import Store, Transaction
from notifier.store.lookup import table_of
from notifier.store.pauses import keep_pause
from notifier.store.tables import Attempt, LegalStanding, Message, MessageLine, PlanRun, SourceState
from notifier.terms.pause import Pause
from notifier.terms.words import Channel, MessageState, Outcome, Rung, RunState
from tests.rows import NOW, Someone, add_customer
from tests.test_cap_queries import add_messages, explained, touched

MESSAGE, ATTEMPT, RUN = table_of(Message), table_of(Attempt), table_of(PlanRun)
HOUR = timedelta(hours=1)


@pytest.fixture
def tx(store: Store) -> Iterator[Transaction]:
    with store.write() as found:
        yield found


@pytest.fixture
def ann(tx: Transaction) -> Someone:
    return add_customer(tx, "ann")


def put(tx: Transaction, who: Someone, count: int = 1, **values: Any) -> None:
    """So many messages to `who`, the first at `queued_at` (default: now), a minute apart backwards."""
    at = values.pop("queued_at", NOW)
    add_messages(tx, who, count, queued_at=at, **{"state": "queued", "occasion": str(values), **values})


def look(tx: Transaction, **limits: timedelta) -> OutboxState:
    return outbox_state(tx, "live", limits, NOW)


def test_an_empty_outbox_is_counted_as_such(tx: Transaction) -> None:
    found = look(tx)
    assert (found.messages, found.oldest, found.plan, found.stopped) == ({}, {}, None, ())


def test_open_messages_are_counted_by_state_and_rung(tx: Transaction, ann: Someone) -> None:
    put(tx, ann, 3, rung=1)
    put(tx, ann, 2, rung=6, state="held")
    put(tx, ann, 4, rung=6, state="accepted")
    found = look(tx).messages
    assert found == {(MessageState.QUEUED, Rung.REQUIRED): 3, (MessageState.HELD, Rung.PROGRESS): 2}


def test_the_next_of_a_rung_is_told_with_its_reason(tx: Transaction, ann: Someone) -> None:
    for minutes, reason in ((9, "rate_limit"), (5, "no_connection")):
        at = NOW + timedelta(minutes=minutes)
        put(tx, ann, rung=1, queued_at=at, reason=reason)
    assert look(tx).next == {Rung.REQUIRED: (NOW + timedelta(minutes=5), "no_connection")}


def test_the_oldest_of_a_rung_is_the_one_that_could_have_gone_first(tx: Transaction, ann: Someone) -> None:
    for minutes in (1, 3, 2):
        put(tx, ann, rung=1, queued_at=NOW - timedelta(minutes=minutes))
    assert look(tx).oldest == {Rung.REQUIRED: NOW - timedelta(minutes=3)}


def test_what_may_go_later_does_not_wait_yet(tx: Transaction, ann: Someone) -> None:
    put(tx, ann, rung=1, queued_at=NOW + HOUR)
    assert look(tx).oldest == {}


def test_what_is_paused_does_not_wait(tx: Transaction, ann: Someone) -> None:
    put(tx, ann, 5, rung=6, queued_at=NOW - HOUR)
    put(tx, ann, rung=6, purpose="placed")
    keep_pause(tx, Pause("progress"), "Lee", "", NOW)
    found = look(tx)
    assert (found.oldest, found.pauses) == ({Rung.PROGRESS: NOW}, 1)


def test_the_oldest_unknown_message_counts_from_its_hand_off(tx: Transaction, ann: Someone) -> None:
    put(tx, ann, state="unknown", handed_off_at=NOW - HOUR)
    tx.connection.execute(update(MESSAGE).values(handed_off_at=NOW - HOUR))
    assert look(tx).unknown_since == NOW - HOUR


def test_a_stopped_run_of_this_mode_waits(tx: Transaction) -> None:
    for mode in ("live", "shadow"):
        run = open_run(tx, NOW, mode)
        tx.connection.execute(update(RUN).where(RUN.c.id == run).values(state=RunState.STOPPED.value))
    assert len(look(tx).stopped) == 1


def test_the_last_plan_is_told_with_its_seconds(tx: Transaction) -> None:
    for minutes in (10, 5):
        run = open_run(tx, NOW - timedelta(minutes=minutes))
        close_run(tx, run, RunState.DONE, {"sends": minutes, "seconds": 1.5})
    plan = look(tx).plan
    assert plan is not None and (plan.sends, plan.seconds, plan.at) == (5, 1.5, NOW - timedelta(minutes=5))


def source(tx: Transaction, name: str, **values: Any) -> None:
    row = SourceState(name=name, **values).model_dump()
    tx.connection.execute(insert(table_of(SourceState)), row)


@pytest.mark.parametrize(("hours", "stale"), [(1, False), (25, True)])
def test_a_source_without_news_for_its_hours_is_stale(tx: Transaction, hours: int, stale: bool) -> None:
    source(tx, "erp", last_read_at=NOW, last_new_at=NOW - hours * HOUR)
    assert [one.stale for one in look(tx, erp=24 * HOUR).sources] == [stale]


def test_a_source_that_was_never_looked_at_is_shown(tx: Transaction) -> None:
    found = look(tx, erp=HOUR).sources
    assert [(one.name, one.new_at, one.stale) for one in found] == [("erp", None, False)]


def owed(tx: Transaction, line: int, late: timedelta, **values: Any) -> None:
    given = {"state": "notice_due", "rule": "F1", "deadline_at": NOW - late, "since": NOW - 48 * HOUR} | values
    tx.connection.execute(insert(table_of(LegalStanding)), LegalStanding(line_id=line, **given).model_dump())


def told(tx: Transaction, who: Someone, hours_ago: int) -> None:
    """A required message about the first line of `who` went so long ago."""
    put(tx, who, state="accepted", rung=1, queued_at=NOW - hours_ago * HOUR)
    message = tx.connection.execute(MESSAGE.select()).one().id
    row = MessageLine(message_id=message, line_id=who.lines[0], channel="email", purpose="delay", occasion="x")
    tx.connection.execute(insert(table_of(MessageLine)), row.model_dump(exclude={"id"}))


def test_a_notice_that_did_not_go_for_half_a_day_is_overdue(tx: Transaction, ann: Someone) -> None:
    owed(tx, ann.lines[0], 13 * HOUR)
    assert look(tx).overdue == 1


def test_a_notice_that_waits_for_the_morning_is_not_overdue(tx: Transaction, ann: Someone) -> None:
    owed(tx, ann.lines[0], 11 * HOUR)
    assert look(tx).overdue == 0


def test_a_notice_that_went_since_plan_looked_is_not_overdue(tx: Transaction, ann: Someone) -> None:
    owed(tx, ann.lines[0], 13 * HOUR)
    told(tx, ann, 14)
    assert look(tx).overdue == 0


def test_a_notice_of_a_trial_tells_no_customer(tx: Transaction, ann: Someone) -> None:
    owed(tx, ann.lines[0], 13 * HOUR)
    told(tx, ann, 14)
    assert outbox_state(tx, "folder", {}, NOW).overdue == 1


def test_what_waits_in_another_mode_waits_for_nobody(tx: Transaction, ann: Someone) -> None:
    put(tx, ann, 3, rung=1)
    found = outbox_state(tx, "folder", {}, NOW)
    assert (found.messages, found.oldest) == ({}, {})


def test_a_notice_that_went_before_another_was_owed_does_not_count(tx: Transaction, ann: Someone) -> None:
    owed(tx, ann.lines[0], 13 * HOUR, state="renewal_due")
    told(tx, ann, 49)
    assert look(tx).overdue == 1


def test_alarms_are_counted_by_their_word(tx: Transaction) -> None:
    who = add_customer(tx, "bob", lines=3)
    for line, alarm in zip(who.lines, ["no_consent", "no_consent", ""], strict=True):
        owed(tx, line, -HOUR, alarm=alarm)
    assert look(tx).alarms == {"no_consent": 2}


def test_workers_are_told_with_what_they_hold(tx: Transaction, ann: Someone) -> None:
    put(tx, ann, 2, state="claimed", claimed_by="b:1", lease_until=NOW)
    put(tx, ann, 1, state="handed_off", claimed_by="a:1", lease_until=NOW)
    assert leases(tx) == [Lease("a:1", 1, NOW), Lease("b:1", 2, NOW)]


def attempts(tx: Transaction, outcome: str, hours_ago: float, count: int = 1) -> None:
    message = tx.connection.execute(MESSAGE.select()).first()
    assert message is not None
    at = NOW - hours_ago * HOUR
    row = Attempt(message_id=message.id, worker="w", fence=1, started_at=at, outcome=outcome)
    tx.connection.execute(insert(ATTEMPT), [row.model_dump(exclude={"id"})] * count)


def test_the_last_hour_is_counted_by_outcome(tx: Transaction, ann: Someone) -> None:
    put(tx, ann)
    attempts(tx, "accepted", 2, 5)
    attempts(tx, "accepted", 0.5, 3)
    attempts(tx, "refused", 0.1)
    attempts(tx, "", 0.01)
    found = last_hour(tx, NOW)
    counts = {Outcome.ACCEPTED: 3, Outcome.REFUSED: 1, Outcome.DEFERRED: 0, Outcome.UNKNOWN: 0}
    assert (found.outcomes, found.whole) == (counts, True)


@pytest.fixture
def long_log(store: Store) -> Store:
    """Ten thousand messages long gone and as many plans, some waiting, and statistics of that."""
    with store.write() as tx:
        someone = add_customer(tx, "ann")
        put(tx, someone, 10_000, state="accepted", queued_at=NOW - HOUR)
        put(tx, someone, 50, state="queued", rung=1)
        put(tx, someone, 20, state="claimed", claimed_by="w")
        rows = [
            PlanRun(at=NOW - n * timedelta(minutes=5), state="done").model_dump(exclude={"id"}) for n in range(10_000)
        ]
        tx.connection.execute(insert(RUN), rows)
    with store.write() as tx:
        tx.connection.execute(text("ANALYZE"))
    return store


def cost(store: Store, query: Select[Any]) -> int:
    """Rows that PostgreSQL touches for `query`; of SQLite, which tells no rows, 0 where it reads no table through."""
    with store.read() as tx:
        plan = explained(tx, query)
        if tx.postgresql:
            return touched(json.loads(plan)[0]["Plan"])
    return sum(name in plan for name in ("SCAN message", "SCAN plan_run", "SCAN legal_standing", "SCAN attempt"))


WAITING = 70


@pytest.mark.slow
def test_to_count_what_waits_costs_what_waits(long_log: Store) -> None:
    assert cost(long_log, counted_query("live")) <= 2 * WAITING


@pytest.mark.slow
def test_to_find_the_oldest_costs_a_step_for_each_rung_and_channel(long_log: Store) -> None:
    with long_log.read() as tx:
        query = oldest_query(tx, "live", NOW)
    assert cost(long_log, query) <= 2 * len(Rung) * len(Channel)


@pytest.mark.slow
def test_to_count_late_notices_reads_no_log(long_log: Store) -> None:
    assert cost(long_log, overdue_query("live", NOW)) == 0


@pytest.mark.slow
def test_the_last_plan_costs_a_row_or_two(long_log: Store) -> None:
    assert cost(long_log, last_plan_query()) <= 2
