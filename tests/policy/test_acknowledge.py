"""Whether a reply is answered: once, in time, never to a number that objected, and always where the law asks for it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from notifier.policy.acknowledge import judge
from notifier.policy.rulings import Answers, Candidate
from notifier.terms.facts import Consent, Suppression
from notifier.terms.incoming import Road
from notifier.terms.words import Channel, MessageClass, Verdict
from tests.policy.people import EMAIL, NOON, PACKAGED, PHONE, TEXTING, customer, line

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ADA = customer(line(phone=PHONE), timezone="Europe/Berlin")
REPLY = Answers(NOON, Road.SMS)
STOPPED = Consent(Channel.SMS, MessageClass.SERVICE, False, NOON - DAY, "reply by text", PHONE.id)


def judged(answers: Answers, channel: Channel = Channel.SMS, after: timedelta = MINUTE, **facts: Any) -> str:
    address = PHONE if channel is Channel.SMS else EMAIL
    candidate = Candidate(PACKAGED["reply_ack"], channel, address, ADA.lines, answers)
    found = judge(candidate, replace(ADA, **facts), TEXTING, NOON + after)
    return found.reason if found.verdict is not Verdict.SEND else "send"


def test_a_reply_is_answered() -> None:
    assert judged(REPLY) == "send"


@pytest.mark.parametrize(
    ("answers", "most"),
    [
        (replace(REPLY, changed=True), 10),
        (replace(REPLY, asked=True), 3),
        (REPLY, 1),
    ],
)
def test_only_so_many_answers_go_to_an_address_in_a_day(answers: Answers, most: int) -> None:
    found = [judged(replace(answers, lately=before)) for before in (most - 1, most)]
    assert found == ["send", "answered_lately"]


def test_an_opt_out_is_confirmed_within_five_minutes_or_not_at_all() -> None:
    stop = replace(REPLY, changed=True, confirms_opt_out=True)
    assert [judged(stop, after=5 * MINUTE), judged(stop, after=6 * MINUTE)] == ["send", "too_late_to_confirm"]


def test_after_an_opt_out_no_other_answer_goes_to_the_number() -> None:
    assert judged(replace(REPLY, changed=True), consents=(STOPPED,)) == "opted_out"


def test_the_confirmation_itself_goes_after_the_opt_out() -> None:
    stop = replace(REPLY, changed=True, confirms_opt_out=True)
    assert judged(stop, consents=(replace(STOPPED, at=NOON),)) == "send"


def test_a_dead_address_is_not_answered() -> None:
    assert judged(REPLY, Channel.EMAIL, suppressions=(Suppression(EMAIL.id, "bounced", NOON - DAY),)) == "suppressed"


def test_a_quarter_of_an_hour_after_the_customers_text_quiet_hours_hold_again() -> None:
    night = timedelta(hours=12)
    late = replace(REPLY, received_at=NOON + night)
    assert [judged(late, after=night + minutes * MINUTE) for minutes in (15, 16)] == ["send", "quiet_hours"]


def test_what_is_days_old_is_not_answered_any_more() -> None:
    assert judged(REPLY, Channel.EMAIL, after=3 * DAY) == "too_late_to_answer"


def test_a_withdrawal_is_confirmed_however_late_and_however_often() -> None:
    withdrawal = replace(REPLY, changed=True, must=True, lately=50)
    assert judged(withdrawal, Channel.EMAIL, after=3 * DAY) == "send"
