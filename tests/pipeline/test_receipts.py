"""Receipts of a provider: the first one settles what is unknown, all others change nothing, in whatever order."""

from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from notifier.outbox.doubt import forget_receipts
from notifier.pipeline.decided import say_resend
from notifier.pipeline.house import House
from notifier.pipeline.receipts import Receipt, Taken, Word, take_receipt
from notifier.store.tables import Finding, Suppression
from notifier.terms.words import Channel, Outcome
from tests.doubtful import (
    MINUTE,
    PATIENCE,
    attempts,
    contacts,
    evidence,
    hand_off,
    lose,
    row,
    settle,
    state,
)
from tests.rows import NOW
from tests.shop import Shop

SOON = NOW + MINUTE


@pytest.mark.parametrize("word", [Word.SENT, Word.DELIVERED])
def test_a_receipt_that_it_went_settles_it_with_the_providers_id(house: House, word: Word) -> None:
    lost = lose(house, channel=Channel.SMS)
    done = take_receipt(house, Receipt(word, lost.attempt, provider_id="SM1"), SOON)
    assert (done, state(house, lost)[0], row(house, lost.message).provider_id) == (Taken.SETTLED, "accepted", "SM1")


def test_a_receipt_that_it_failed_refuses_it_with_its_code(shop: Shop, house: House) -> None:
    lost = lose(house, channel=Channel.SMS)
    take_receipt(house, Receipt(Word.FAILED, lost.attempt, code="bad_number"), SOON)
    assert (state(house, lost), len(shop.rows(Suppression))) == (("refused", "bad_number"), 1)


def test_an_email_is_found_by_its_uid(house: House) -> None:
    lost = lose(house)
    take_receipt(house, Receipt(Word.DELIVERED, uid=row(house, lost.message).uid), SOON)
    assert state(house, lost)[0] == "accepted"


def test_a_receipt_of_an_attempt_that_nobody_made_says_nothing(house: House) -> None:
    assert take_receipt(house, Receipt(Word.SENT, 999), SOON) is Taken.NOTHING


def test_a_receipt_of_an_older_attempt_settles_nothing(house: House) -> None:
    lost = lose(house, channel=Channel.SMS)
    say_resend(house, [lost.message], "Kim", SOON)
    hand_off(house, lost.message, Outcome.UNKNOWN, SOON)
    done = take_receipt(house, Receipt(Word.DELIVERED, lost.attempt), SOON)
    assert (done, state(house, lost)[0]) == (Taken.NOTHING, "unknown")


def test_a_failure_of_one_of_two_emails_with_one_message_id_says_nothing(house: House) -> None:
    lost = lose(house)
    settle(house, evidence(), NOW + PATIENCE)
    hand_off(house, lost.message, Outcome.UNKNOWN, NOW + PATIENCE)
    done = take_receipt(house, Receipt(Word.FAILED, uid=row(house, lost.message).uid), NOW + 2 * PATIENCE)
    assert (done, state(house, lost)[0]) == (Taken.NOTHING, "unknown")


def test_a_receipt_before_the_workers_answer_is_kept_and_settles_what_the_worker_left(house: House) -> None:
    lost = lose(house)
    say_resend(house, [lost.message], "Kim", NOW)
    attempt = hand_off(house, lost.message, None)
    kept = take_receipt(house, Receipt(Word.SENT, attempt, provider_id="SM1"), SOON)
    still = state(house, lost)[0]
    with house.store.write() as tx:
        tx.connection.exec_driver_sql(
            "UPDATE message SET state = 'unknown', reason = 'worker_lost', settled_at = queued_at"
        )
    settle(house, evidence(), SOON)
    assert (kept, still, state(house, lost)[0]) == (Taken.KEPT, "handed_off", "accepted")


def test_a_receipt_that_was_kept_for_an_answer_that_came_is_forgotten(shop: Shop, house: House) -> None:
    lost = lose(house)
    say_resend(house, [lost.message], "Kim", NOW)
    attempt = hand_off(house, lost.message, None)
    take_receipt(house, Receipt(Word.SENT, attempt), SOON)
    with house.store.write() as tx:
        tx.connection.exec_driver_sql("UPDATE attempt SET outcome = 'accepted'")
        forget_receipts(tx)
    assert [one.source for one in shop.rows(Finding)] == ["person"]


WORDS = st.lists(
    st.tuples(st.sampled_from(Word), st.sampled_from(["", "filtered", "bad_number"])), min_size=1, max_size=8
)


@pytest.mark.slow
@given(WORDS, st.sampled_from(Channel), st.data())
@examples(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_first_receipt_decides_in_whatever_order_and_however_often_they_come(
    house: House, words: list[tuple[Word, str]], channel: Channel, data: st.DataObject
) -> None:
    lost = lose(house, f"c{uuid4()}", channel=channel)
    shuffled = data.draw(st.permutations(words * 2))
    done = [
        take_receipt(house, Receipt(word, lost.attempt, code=code, provider_id=f"SM{number}"), SOON + number * MINUTE)
        for number, (word, code) in enumerate(shuffled)
    ]
    first, code = shuffled[0]
    expected = ("refused", code or "rejected") if first is Word.FAILED else ("accepted", "")
    assert (state(house, lost), done) == (expected, [Taken.SETTLED] + [Taken.NOTHING] * (len(done) - 1))
    assert (row(house, lost.message).provider_id, contacts(house, lost.message)) == (
        "SM0",
        0 if first is Word.FAILED else 1,
    )


def test_receipts_make_no_second_attempt(house: House) -> None:
    lost = lose(house)
    take_receipt(house, Receipt(Word.FAILED, lost.attempt), SOON)
    assert attempts(house, lost.message) == 1
