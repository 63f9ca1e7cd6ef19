"""A message of which nobody knows whether it went is settled by evidence, or waits; a required email goes once more."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from notifier import outbox
from notifier.outbox.doubt import MAYBE_DOUBLE
from notifier.pipeline.decided import say_resend, say_sent
from notifier.pipeline.house import House
from notifier.pipeline.unknown import Evidence
from notifier.store.tables import Attempt, Contact, Notice, PromiseTold
from notifier.terms.evidence import TextSeen
from notifier.terms.words import Channel, DeliveryMode, Outcome
from tests.doubtful import (
    DOWN,
    LEASE,
    MINUTE,
    PATIENCE,
    Lost,
    Mailbox,
    Texts,
    attempts,
    evidence,
    found,
    hand_off,
    lose,
    number_of,
    row,
    settle,
    state,
    with_notice,
)
from tests.rows import DELAY, NOW, PROGRESS, decision, queue
from tests.shop import Shop

SMS = Channel.SMS
SOON, OVER = NOW + MINUTE, NOW + PATIENCE


def test_an_email_whose_copy_lies_in_the_journal_was_accepted(shop: Shop, house: House) -> None:
    lost = lose(house)
    settle(house, evidence(Mailbox({row(house, lost.message).uid})))
    assert (state(house, lost), found(shop)) == (("accepted", ""), [("journal", "there", 1)])


def test_it_is_asked_for_by_its_message_id_from_the_day_of_the_attempt(shop: Shop, house: House) -> None:
    lost, mailbox = lose(house), Mailbox()
    settle(house, evidence(mailbox))
    assert mailbox.asked == [(frozenset({f"{row(house, lost.message).uid}@oak.example"}), NOW.date())]


def test_a_proven_email_is_a_contact_and_a_told_date_from_its_hand_off_on(shop: Shop, house: House) -> None:
    lost = lose(house)
    settle(house, evidence(Mailbox({row(house, lost.message).uid})), NOW + timedelta(days=1))
    told = [one.at for one in shop.rows(Contact)], [one.told_at for one in shop.rows(PromiseTold)]
    assert told == ([NOW], [NOW])


def test_a_proven_notice_counts_from_its_hand_off(shop: Shop, house: House) -> None:
    lost = lose(house)
    with_notice(house, lost)
    settle(house, evidence(Mailbox({row(house, lost.message).uid})))
    assert [one.sent_at for one in shop.rows(Notice)] == [NOW]


def test_what_does_not_lie_in_the_journal_is_unknown_still(shop: Shop, house: House) -> None:
    lost = lose(house)
    settle(house, evidence())
    assert (state(house, lost), found(shop)) == (("unknown", "no_answer"), [("journal", "nothing", 1)])


def test_a_required_email_without_proof_goes_once_more_with_the_same_message_id(shop: Shop, house: House) -> None:
    lost = lose(house)
    before = row(house, lost.message)
    settle(house, evidence(), OVER)
    after = row(house, lost.message)
    assert (after.state, after.reason, after.maybe_double, after.uid) == ("queued", MAYBE_DOUBLE, True, before.uid)


def test_it_does_not_go_before_its_time_is_over(house: House) -> None:
    lost = lose(house)
    settle(house, evidence(), OVER - timedelta(seconds=1))
    assert state(house, lost)[0] == "unknown"


def test_the_journal_is_looked_into_once_more_right_before_it_goes_again(house: House) -> None:
    lost, mailbox = lose(house), Mailbox()
    settle(house, evidence(mailbox), OVER - MINUTE)
    mailbox.there.add(row(house, lost.message).uid)
    settle(house, evidence(mailbox), OVER)
    assert (state(house, lost)[0], row(house, lost.message).maybe_double) == ("accepted", False)


def test_it_goes_once_more_where_nobody_can_be_asked(house: House) -> None:
    lost = lose(house)
    settle(house, Evidence(PATIENCE), OVER)
    assert row(house, lost.message).maybe_double


def test_an_email_that_the_law_does_not_require_waits_for_a_person(house: House) -> None:
    lost = lose(house, purpose=PROGRESS)
    settle(house, evidence(), OVER)
    assert state(house, lost)[0] == "unknown"


def test_one_that_is_unknown_a_second_time_waits_for_a_person(house: House) -> None:
    lost = lose(house)
    settle(house, evidence(), OVER)
    hand_off(house, lost.message, Outcome.UNKNOWN, OVER)
    settle(house, evidence(), OVER + timedelta(days=1))
    assert (state(house, lost)[0], attempts(house, lost.message)) == ("unknown", 2)


def test_a_copy_found_after_the_second_try_settles_it(house: House) -> None:
    lost = lose(house)
    settle(house, evidence(), OVER)
    hand_off(house, lost.message, Outcome.UNKNOWN, OVER)
    settle(house, evidence(Mailbox({row(house, lost.message).uid})), OVER + MINUTE)
    assert state(house, lost)[0] == "accepted"


def test_a_possible_duplicate_that_is_withdrawn_and_told_anew_stays_one(shop: Shop, house: House) -> None:
    lost = lose(house)
    settle(house, evidence(), OVER)
    with house.store.write() as tx:
        claimed = outbox.claim(tx, LEASE, Channel.EMAIL, 9, OVER)
        outbox.withdraw(tx, dict.fromkeys([one.id for one in claimed], "quiet_hours"), OVER)
    (anew,) = queue(house.store, [decision(lost.someone)]).values()
    assert (row(house, anew).maybe_double, row(house, anew).uid) == (True, row(house, lost.message).uid)


def test_what_is_new_is_no_possible_duplicate(house: House) -> None:
    assert row(house, lose(house).message).maybe_double is False


def test_it_is_asked_at_growing_gaps_for_two_days(house: House) -> None:
    lose(house, purpose=PROGRESS)
    mailbox, looks = Mailbox(), []
    for minute in range(3 * 24 * 60):
        before = len(mailbox.asked)
        if minute < 70 or minute % 60 == 0:
            settle(house, evidence(mailbox), NOW + minute * MINUTE)
        looks += [minute] * (len(mailbox.asked) - before)
    assert (looks[:7], len(looks), max(looks) < 48 * 60) == ([1, 2, 4, 8, 16, 32, 64], 19, True)


def test_a_mailbox_that_is_down_stops_no_text(shop: Shop, house: House) -> None:
    mail, text = lose(house), lose(house, "bob", channel=SMS)
    settle(house, evidence(Mailbox(fault=DOWN), Texts({number_of(text, "bob"): [TextSeen("SM1", Outcome.ACCEPTED)]})))
    assert (state(house, mail)[0], state(house, text)[0]) == ("unknown", "accepted")


def test_a_provider_that_is_down_stops_no_email(house: House) -> None:
    mail, text = lose(house), lose(house, "bob", channel=SMS)
    settle(house, evidence(Mailbox({row(house, mail.message).uid}), Texts(fault=DOWN)))
    assert (state(house, mail)[0], state(house, text)[0]) == ("accepted", "unknown")


@pytest.mark.parametrize("fault", [DOWN, TimeoutError(), RuntimeError("ann@shop.example")])
def test_trouble_is_logged_without_an_address_and_tried_again(shop: Shop, house: House, fault: Exception) -> None:
    lose(house)
    lose(house, "bob", channel=SMS)
    with capture_logs() as said:
        settle(house, evidence(Mailbox(fault=fault), Texts(fault=fault)))
        settle(house, evidence(Mailbox(fault=fault), Texts(fault=fault)), NOW + 2 * MINUTE)
    assert (len(said) >= 2, "ann@" in str(said)) == (True, False)


def test_no_transaction_is_open_while_somebody_is_asked(house: House) -> None:
    mail, text = lose(house), lose(house, "bob", channel=SMS)

    def write() -> None:
        with house.store.write() as tx:
            outbox.forget_days(tx, NOW)

    settle(house, evidence(Mailbox({row(house, mail.message).uid}, write), Texts(then=write)))
    assert state(house, mail)[0] == "accepted" and state(house, text)[0] == "unknown"


def test_evidence_that_comes_while_a_person_decides_moves_nothing(house: House) -> None:
    lost = lose(house)
    mailbox = Mailbox({row(house, lost.message).uid}, lambda: sent_again(house, lost))
    settle(house, evidence(mailbox))
    assert state(house, lost)[0] == "queued"


def sent_again(house: House, lost: Lost) -> None:
    say_resend(house, [lost.message], "Kim", SOON)


def test_evidence_about_an_older_attempt_moves_nothing(house: House) -> None:
    lost = lose(house)

    def again() -> None:
        sent_again(house, lost)
        hand_off(house, lost.message, Outcome.UNKNOWN, SOON)

    settle(house, evidence(Mailbox({row(house, lost.message).uid}, again)))
    assert state(house, lost)[0] == "unknown"


def test_what_a_person_settled_meanwhile_does_not_go_again(house: House) -> None:
    lost = lose(house)
    settle(house, evidence(Mailbox(then=lambda: went(house, lost))), OVER)
    assert state(house, lost)[0] == "accepted"


def went(house: House, lost: Lost) -> None:
    say_sent(house, [lost.message], "Kim", OVER)


def test_a_message_of_another_mode_is_neither_asked_about_nor_sent_again(shop: Shop, house: House) -> None:
    lost, mailbox = lose(house), Mailbox()
    other = open_house_in(house, DeliveryMode.REDIRECT)
    settle(other, evidence(mailbox), OVER)
    assert (mailbox.asked, state(house, lost)[0]) == ([], "unknown")


def open_house_in(house: House, mode: DeliveryMode) -> House:
    from dataclasses import replace

    return replace(house, sending=replace(house.sending, mode=mode))


def test_the_attempt_keeps_what_its_own_worker_heard(shop: Shop, house: House) -> None:
    lost = lose(house)
    settle(house, evidence(Mailbox({row(house, lost.message).uid})))
    assert [(one.outcome, one.code) for one in shop.rows(Attempt)] == [("unknown", "no_answer")]


def test_required_means_by_class_or_by_notice(house: House) -> None:
    lost = lose(house, purpose=PROGRESS)
    with_notice(house, lost)
    settle(house, evidence(), OVER)
    assert (DELAY.message_class, state(house, lost)[0]) == ("required", "queued")
