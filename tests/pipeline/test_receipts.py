"""Receipts of a provider: the first settles what is unknown, the last word teaches, all others change nothing."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from notifier.outbox.doubt import forget_receipts
from notifier.pipeline.decided import say_resend
from notifier.pipeline.explain import explain_message
from notifier.pipeline.house import House
from notifier.pipeline.receipts import Taken, take_receipt
from notifier.store.tables import Attempt, Finding, Suppression, Wake
from notifier.terms.evidence import Receipt, Word
from notifier.terms.words import Channel, Outcome
from tests.doubtful import (
    MINUTE,
    PATIENCE,
    Lost,
    attempts,
    contacts,
    evidence,
    hand_off,
    lose,
    row,
    settle,
    state,
)
from tests.rows import NOW, PROGRESS, decision, queue
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
    assert (done, state(house, lost)[0]) == (Taken.NOTED, "unknown")


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
LAST = (Word.DELIVERED, Word.FAILED)


@pytest.mark.slow
@given(WORDS, st.sampled_from(Channel), st.data())
@examples(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_first_receipt_decides_in_whatever_order_and_however_often_they_come(
    house: House, words: list[tuple[Word, str]], channel: Channel, data: st.DataObject
) -> None:
    lost = lose(house, f"c{uuid4()}", channel=channel)
    shuffled = data.draw(st.permutations(words * 2))
    done = [
        take_receipt(house, Receipt(word, lost.attempt, code=code, provider_id=f"SM{lost.attempt}"), SOON)
        for word, code in shuffled
    ]
    first, code = shuffled[0]
    expected = ("refused", code or "rejected") if first is Word.FAILED else ("accepted", "")
    last = next((number for number, (word, _) in enumerate(shuffled) if word in LAST), 0)
    counted = [Taken.SETTLED, *(Taken.NOTED if number == last else Taken.NOTHING for number in range(1, len(done)))]
    assert (state(house, lost), done) == (expected, counted)
    assert (row(house, lost.message).provider_id, contacts(house, lost.message)) == (
        f"SM{lost.attempt}",
        0 if first is Word.FAILED else 1,
    )


def sent(house: House, name: str = "ann", now: datetime = NOW) -> Lost:
    """A text that the provider took."""
    lost = lose(house, name, channel=Channel.SMS, now=now)
    take_receipt(house, Receipt(Word.SENT, lost.attempt), now)
    return lost


def late(house: House, lost: Lost, word: Word = Word.FAILED, code: str = "", sid: str = "") -> Taken:
    return take_receipt(house, Receipt(word, lost.attempt, provider_id=sid, code=code), SOON)


@pytest.mark.parametrize("code", ["opted_out", "bad_number"])
def test_a_late_failure_of_a_text_that_was_taken_suppresses_its_number(shop: Shop, house: House, code: str) -> None:
    lost = sent(house)
    done = late(house, lost, code=code)
    assert (done, state(house, lost)[0], [one.reason for one in shop.rows(Suppression)]) == (
        Taken.NOTED,
        "accepted",
        [code],
    )


def test_a_late_failure_that_says_nothing_of_the_number_suppresses_nothing(shop: Shop, house: House) -> None:
    late(house, sent(house), code="filtered")
    assert shop.rows(Suppression) == []


def test_a_failure_that_comes_46_times_suppresses_once(shop: Shop, house: House) -> None:
    lost = sent(house)
    done = [late(house, lost, code="opted_out") for _ in range(46)]
    assert (len(shop.rows(Suppression)), done.count(Taken.NOTED)) == (1, 1)


def test_two_texts_that_fail_alike_suppress_their_number_once(shop: Shop, house: House) -> None:
    first = sent(house)
    second = another(house, first)
    late(house, first, code="bad_number")
    late(house, second, code="bad_number")
    assert len(shop.rows(Suppression)) == 1


def test_a_failure_after_the_delivery_changes_nothing(shop: Shop, house: House) -> None:
    lost = sent(house)
    late(house, lost, Word.DELIVERED)
    assert (late(house, lost, code="opted_out"), shop.rows(Suppression)) == (Taken.NOTHING, [])


def test_a_delivery_after_the_failure_leaves_the_failure(shop: Shop, house: House) -> None:
    lost = sent(house)
    late(house, lost, code="filtered")
    late(house, lost, Word.DELIVERED)
    assert [(one.receipt, one.receipt_code) for one in shop.rows(Attempt)] == [("failed", "filtered")]


def test_a_failure_before_the_workers_answer_suppresses_all_the_same(shop: Shop, house: House) -> None:
    lost = lose(house, channel=Channel.SMS)
    say_resend(house, [lost.message], "Kim", NOW)
    attempt = hand_off(house, lost.message, None)
    done = take_receipt(house, Receipt(Word.FAILED, attempt, code="bad_number"), SOON)
    assert (done, [one.reason for one in shop.rows(Suppression)]) == (Taken.KEPT, ["bad_number"])


def test_a_receipt_of_another_text_of_the_provider_says_nothing(shop: Shop, house: House) -> None:
    lost = sent(house)
    with house.store.write() as tx:
        tx.connection.exec_driver_sql("UPDATE attempt SET provider_id = 'SM1'")
    assert (late(house, lost, code="opted_out", sid="SM2"), shop.rows(Suppression)) == (Taken.NOTHING, [])


def test_a_redirected_text_that_failed_says_nothing_of_the_customers_number(shop: Shop, house: House) -> None:
    lost = sent(house)
    with house.store.write() as tx:
        tx.connection.exec_driver_sql("UPDATE message SET mode = 'redirect'")
    late(house, lost, code="bad_number")
    assert shop.rows(Suppression) == []


def test_a_phone_that_was_off_for_days_counts_as_gone_after_the_third_text(shop: Shop, house: House) -> None:
    texts = spread(house, [timedelta(), timedelta(days=2), timedelta(days=4)])
    reasons = []
    for lost in texts:
        late(house, lost, code="unreachable")
        reasons.append([one.reason for one in shop.rows(Suppression)])
    assert reasons == [[], [], ["unreachable"]]


def test_three_texts_of_one_day_that_a_phone_did_not_take_say_nothing(shop: Shop, house: House) -> None:
    for lost in spread(house, [timedelta(), timedelta(hours=4), timedelta(hours=8)]):
        late(house, lost, code="unreachable")
    assert shop.rows(Suppression) == []


def test_a_phone_that_took_one_of_the_last_texts_is_no_dead_one(shop: Shop, house: House) -> None:
    first, second, third = spread(house, [timedelta(), timedelta(days=2), timedelta(days=4)])
    late(house, first, code="unreachable")
    late(house, second, Word.DELIVERED)
    late(house, third, code="unreachable")
    assert shop.rows(Suppression) == []


def test_a_number_that_is_of_no_use_lets_plan_look_again(shop: Shop, house: House) -> None:
    lost = sent(house)
    before = len(shop.rows(Wake))
    late(house, lost, code="bad_number")
    assert [one.customer_id for one in shop.rows(Wake)[before:]] == [lost.someone.customer]


@pytest.mark.parametrize(
    ("word", "code", "said"),
    [
        (Word.DELIVERED, "", "It arrived, as the provider said"),
        (Word.FAILED, "filtered", "It never arrived, because the carrier filtered the text out, as the provider said"),
    ],
)
def test_the_story_of_a_text_tells_its_last_word(house: House, word: Word, code: str, said: str) -> None:
    lost = sent(house)
    late(house, lost, word, code)
    (chapter,) = explain_message(house.store, lost.message, ZoneInfo("UTC"))
    assert said in chapter.as_text()


def spread(house: House, waits: list[timedelta]) -> list[Lost]:
    """Texts to one number that the provider took, each handed off so long after NOW."""
    first = sent(house, now=NOW + waits[0])
    return [first, *(another(house, first, NOW + wait) for wait in waits[1:])]


def another(house: House, like: Lost, now: datetime = NOW) -> Lost:
    """One more text to the same customer that the provider took."""
    chosen = replace(decision(like.someone, PROGRESS, occasion=f"waiting:{now}"), channel=Channel.SMS)
    (message,) = queue(house.store, [chosen]).values()
    lost = Lost(message, hand_off(house, message, Outcome.UNKNOWN, now), like.someone)
    take_receipt(house, Receipt(Word.SENT, lost.attempt), now)
    return lost


def test_receipts_make_no_second_attempt(house: House) -> None:
    lost = lose(house)
    take_receipt(house, Receipt(Word.FAILED, lost.attempt), SOON)
    assert attempts(house, lost.message) == 1
