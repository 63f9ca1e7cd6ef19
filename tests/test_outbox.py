"""The outbox: what is queued once is sent once, and every state has one way out."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Row, select

from notifier import contact_log, outbox
from notifier.store.bodies import Packer
from notifier.store.engine import Store, open_engine
from notifier.store.lookup import table_of
from notifier.store.tables import Attempt, Contact, Message, MessageBody, MessageLine, PromiseTold
from notifier.terms.delivery import SendResult
from notifier.terms.words import Channel, Outcome
from tests.rows import NOW, PROGRESS, Someone, add_customer, decision, queue

BACKOFF = outbox.Backoff(first_seconds=300, most=3)


@pytest.fixture
def ann(store: Store) -> Someone:
    with store.write() as tx:
        return add_customer(tx, "ann", lines=2)


def rows(store: Store, model: type) -> list[Row[Any]]:
    with store.read() as tx:
        return list(tx.connection.execute(select(table_of(model)).order_by(*table_of(model).primary_key)))


def take(store: Store, worker: str = "w1", lease: float = 60, most: int = 10) -> list[Row[Any]]:
    with store.write() as tx:
        return outbox.claim(tx, outbox.Lease(worker, lease), Channel.EMAIL, most, NOW)


def hand(store: Store, taken: list[Row[Any]], worker: str = "w1", lease: float = 60) -> dict[int, int]:
    group = [outbox.Rendered(row.id, row.fence, "Late", Packer().packed(b"the mail"), "v1", "") for row in taken]
    with store.write() as tx:
        return outbox.hand_off(tx, outbox.Lease(worker, lease), group, NOW)


def settle(store: Store, made: dict[int, int], outcome: Outcome, **more: Any) -> list[int]:
    results = [SendResult(message, attempt, outcome, "code", "raw", "p1", **more) for message, attempt in made.items()]
    with store.write() as tx:
        accepted = outbox.settle(tx, results, BACKOFF, NOW).accepted
        contact_log.log_sent(tx, accepted)
        return accepted


def test_the_same_decision_twice_is_one_message(store: Store, ann: Someone) -> None:
    assert len(queue(store, [decision(ann)])) == 1
    assert queue(store, [decision(ann)]) == {}


def test_a_line_that_was_told_is_not_told_again_beside_another_line(store: Store, ann: Someone) -> None:
    queue(store, [decision(ann, lines=ann.lines[:1])])
    assert queue(store, [decision(ann)]) == {}


def test_a_withdrawn_message_frees_its_key(store: Store, ann: Someone) -> None:
    queue(store, [decision(ann)])
    taken = take(store)
    with store.write() as tx:
        outbox.withdraw(tx, {taken[0].id: "shipped"}, NOW)
    assert len(queue(store, [decision(ann)])) == 1


def test_the_highest_rung_is_claimed_first(store: Store, ann: Someone) -> None:
    queue(store, [decision(ann, PROGRESS, occasion="half"), decision(ann)])
    assert [row.purpose for row in take(store, most=1)] == ["delay"]


def test_workers_at_the_same_time_never_claim_the_same_message(store: Store) -> None:
    with store.write() as tx:
        people = [add_customer(tx, f"c{number}") for number in range(40)]
    queue(store, [decision(one) for one in people])
    with ThreadPoolExecutor(4) as pool:
        claims = list(pool.map(lambda number: take(store, f"w{number}", most=25), range(4)))
    ids = [row.id for claim in claims for row in claim]
    assert (len(ids), len(set(ids))) == (40, 40)


def test_a_claim_that_another_worker_took_over_is_not_handed_off(store: Store, ann: Someone) -> None:
    queue(store, [decision(ann)])
    slept = take(store, "slow", lease=-1)
    with store.write() as tx:
        outbox.recover(tx, NOW)
    take(store, "slow")
    assert hand(store, slept, "slow") == {}


def test_a_worker_that_lost_its_claim_can_neither_give_it_back_nor_hold_it(store: Store, ann: Someone) -> None:
    queue(store, [decision(ann)])
    slept = take(store, "slow", lease=-1)
    with store.write() as tx:
        outbox.recover(tx, NOW)
    take(store, "quick")
    with store.write() as tx:
        outbox.put_back(tx, "slow", [slept[0].id], outbox.Later(NOW))
        outbox.hold_back(tx, "slow", [outbox.Fault(slept[0].id, "render_failed")], NOW)
    assert [(row.state, row.claimed_by) for row in rows(store, Message)] == [("claimed", "quick")]


def test_a_sign_of_life_keeps_a_claim(store: Store, ann: Someone) -> None:
    queue(store, [decision(ann)])
    take(store, lease=-1)
    with store.write() as tx:
        outbox.extend(tx, outbox.Lease("w1", 60))
        outbox.recover(tx, NOW)
    assert [row.state for row in rows(store, Message)] == ["claimed"]


def test_an_expired_claim_returns_to_the_queue(store: Store, ann: Someone) -> None:
    queue(store, [decision(ann)])
    take(store, "dead", lease=-1)
    with store.write() as tx:
        outbox.recover(tx, NOW)
    assert (len(take(store, "w2")), [row.claimed_by for row in rows(store, Message)]) == (1, ["w2"])


def test_a_hand_off_whose_worker_died_becomes_unknown_and_is_not_sent_again(store: Store, ann: Someone) -> None:
    queue(store, [decision(ann)])
    hand(store, take(store), lease=-1)
    with store.write() as tx:
        outbox.recover(tx, NOW)
    assert ([row.state for row in rows(store, Message)], take(store)) == (["unknown"], [])


def test_the_body_that_goes_out_is_stored_at_hand_off(store: Store, ann: Someone) -> None:
    queue(store, [decision(ann)])
    hand(store, take(store))
    assert len(rows(store, MessageBody)) == 1


def test_an_attempt_is_a_row_with_worker_and_fence_before_any_answer(store: Store, ann: Someone) -> None:
    queue(store, [decision(ann)])
    hand(store, take(store))
    assert [(row.worker, row.fence, row.outcome) for row in rows(store, Attempt)] == [("w1", 1, "")]


def test_accepted_is_a_contact_and_every_date_told_is_in_the_ledger(store: Store, ann: Someone) -> None:
    queue(store, [decision(ann)])
    settle(store, hand(store, take(store)), Outcome.ACCEPTED)
    assert (len(rows(store, Contact)), len(rows(store, PromiseTold))) == (1, 2)


def test_the_same_answer_twice_is_one_contact(store: Store, ann: Someone) -> None:
    queue(store, [decision(ann)])
    made = hand(store, take(store))
    settle(store, made, Outcome.ACCEPTED)
    settle(store, made, Outcome.ACCEPTED)
    assert len(rows(store, Contact)) == 1


def test_a_deferred_message_comes_again_later(store: Store, ann: Someone) -> None:
    queue(store, [decision(ann)])
    settle(store, hand(store, take(store)), Outcome.DEFERRED)
    (row,) = rows(store, Message)
    assert (row.state, row.not_before >= NOW + timedelta(minutes=5), take(store)) == ("queued", True, [])


def test_the_providers_own_wish_for_a_pause_is_never_undercut() -> None:
    result = SendResult(1, 1, Outcome.DEFERRED, "rate_limited", "429", retry_after=3600.0)
    assert BACKOFF.wait(1, 1, result) == timedelta(hours=1)


def test_an_absurd_wish_for_a_pause_is_a_day() -> None:
    result = SendResult(1, 1, Outcome.DEFERRED, "rate_limited", "429", retry_after=99999999999999.0)
    assert BACKOFF.wait(1, 1, result) == timedelta(days=1)


def test_messages_deferred_together_come_back_apart() -> None:
    result = SendResult(1, 1, Outcome.DEFERRED, "greylisted", "451")
    assert len({BACKOFF.wait(message, 1, result) for message in range(50)}) > 40


def test_trouble_of_our_own_uses_up_no_try(store: Store, ann: Someone) -> None:
    queue(store, [decision(ann)])
    made = hand(store, take(store))
    with store.write() as tx:
        ((message, attempt),) = made.items()
        outbox.settle(tx, [SendResult(message, attempt, Outcome.DEFERRED, "no_connection", "")], BACKOFF, NOW)
    assert [(row.state, row.attempts) for row in rows(store, Message)] == [("queued", 0)]


def test_the_answer_to_an_older_attempt_settles_nothing(store: Store, ann: Someone) -> None:
    queue(store, [decision(ann)])
    first = hand(store, take(store))
    settle(store, first, Outcome.DEFERRED)
    with store.write() as tx:
        later = outbox.claim(tx, outbox.Lease("w1", 60), Channel.EMAIL, 10, NOW + timedelta(hours=1))
    hand(store, later)
    settle(store, first, Outcome.REFUSED)
    assert [row.state for row in rows(store, Message)] == ["handed_off"]


def test_a_message_deferred_too_often_is_withdrawn_for_plan_to_judge_afresh(store: Store, ann: Someone) -> None:
    once = outbox.Backoff(first_seconds=300, most=1)
    queue(store, [decision(ann)])
    made = hand(store, take(store))
    with store.write() as tx:
        result = SendResult(next(iter(made)), next(iter(made.values())), Outcome.DEFERRED, "greylisted", "451")
        outbox.settle(tx, [result], once, NOW)
    assert [(row.state, row.reason) for row in rows(store, Message)] == [("withdrawn", "gave_up_greylisted")]


def test_a_late_answer_settles_what_was_unknown(store: Store, ann: Someone) -> None:
    queue(store, [decision(ann)])
    made = hand(store, take(store), lease=-1)
    with store.write() as tx:
        outbox.recover(tx, NOW)
    settle(store, made, Outcome.ACCEPTED)
    assert [row.state for row in rows(store, Message)] == ["accepted"]


def test_a_dropped_line_may_be_told_by_another_message(store: Store, ann: Someone) -> None:
    queue(store, [decision(ann)])
    (row,) = take(store)
    with store.write() as tx:
        outbox.drop_lines(tx, {row.id: [ann.lines[1]]})
    assert [line.live for line in rows(store, MessageLine)] == ["live", None]


def test_a_clean_stop_gives_the_claims_back(store: Store, ann: Someone) -> None:
    queue(store, [decision(ann)])
    take(store, lease=3600)
    with store.write() as tx:
        outbox.release(tx, "w1", NOW)
    assert len(take(store, "w2")) == 1


def test_a_worker_that_begins_anew_leaves_no_hand_off_of_its_own_without_an_end(store: Store, ann: Someone) -> None:
    queue(store, [decision(ann)])
    hand(store, take(store), lease=3600)
    with store.write() as tx:
        outbox.release(tx, "w1", NOW)
    assert [row.state for row in rows(store, Message)] == ["unknown"]


def test_a_refused_message_leaves_its_lines_to_another_address(store: Store, ann: Someone) -> None:
    queue(store, [decision(ann)])
    settle(store, hand(store, take(store)), Outcome.REFUSED)
    assert [line.live for line in rows(store, MessageLine)] == [None, None]


def test_a_refused_message_is_not_sent_to_the_same_address_again(store: Store, ann: Someone) -> None:
    queue(store, [decision(ann)])
    settle(store, hand(store, take(store)), Outcome.REFUSED)
    assert queue(store, [decision(ann)]) == {}


@pytest.mark.slow
def test_who_takes_back_what_the_dead_left_waits_for_nobody_that_works_on_it(postgresql_url: str) -> None:
    store = Store(open_engine(postgresql_url))
    with store.write() as tx:
        ann = add_customer(tx, "ann", lines=2)
    queue(store, [decision(ann)])
    take(store, lease=-1)
    with store.write() as at_work, store.write() as tx:
        outbox.hold_back(at_work, "w1", [outbox.Fault(1, "slow")], NOW)
        tx.hurry(5)
        outbox.extend(tx, outbox.Lease("w1", 60))
        assert outbox.recover(tx, NOW) == (0, 0)
    store.close()
