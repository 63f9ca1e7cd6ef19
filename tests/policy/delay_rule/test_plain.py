"""What must hold in the EU, elsewhere and for exempt lines, over any facts: nothing lapses, silence says nothing."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.policy.delay_rule import stand
from notifier.terms.facts import Eta, LineFacts, Telling
from notifier.terms.law import Answer, Jurisdiction, LegalFacts, LegalStanding, LegalState, Said
from notifier.terms.time import EtaRange
from notifier.terms.words import Channel, LineStatus, NoticeKind
from tests.policy.delay_rule.lawful import FIGURES, ORDERED, at, expected, lawful, on

NOW = at("2027-03-20")
PAST = st.integers(0, 47 * 24).map(lambda hours: ORDERED + timedelta(hours=hours))
SELDOM = st.sampled_from((False, False, False, True)).flatmap(lambda happened: PAST if happened else st.none())
DAYS = st.integers(-20, 40).map(lambda days: NOW.date() + timedelta(days=days))
ETAS = st.none() | DAYS.map(lambda day: EtaRange(day, day))
TELLINGS = st.builds(
    Telling,
    st.integers(1, 99),
    st.sampled_from(("delay", "delay_renewed", "eta_change")),
    st.just(Channel.EMAIL),
    PAST,
    DAYS.map(lambda day: f"promise:{day}"),
    ETAS,
    st.booleans(),
)
LAWS = st.builds(
    LegalFacts,
    st.sampled_from((Jurisdiction.EU, Jurisdiction.NONE, Jurisdiction.US_435)),
    DAYS,
    st.just(ORDERED),
    answers=st.lists(st.builds(Answer, st.sampled_from(Said), PAST), max_size=3).map(tuple),
    refunded_at=SELDOM,
    paid=st.booleans(),
    exempt=st.just(True),
)
LINES = st.builds(
    lambda law, tellings, eta, covered, gone: lawful(
        law,
        tellings=tuple(sorted(tellings, key=lambda one: one.at)),
        forecast=Eta(eta, "line"),
        covered=covered,
        shipped_at=gone[0],
        cancelled_at=None if gone[0] else gone[1],
        status=LineStatus.SHIPPED if gone[0] else LineStatus.CANCELLED if gone[1] else LineStatus.BACKORDERED,
    ),
    LAWS,
    st.lists(TELLINGS, max_size=3),
    ETAS,
    st.booleans(),
    st.tuples(SELDOM, SELDOM),
)


def judged(line: LineFacts, now: datetime = NOW) -> LegalStanding:
    found = stand(line, FIGURES, now)
    assert found is not None
    return found


def said(line: LineFacts, word: Said) -> list[datetime]:
    assert line.law is not None
    return [one.at for one in line.law.answers if one.said is word]


@given(LINES)
def test_no_message_is_barred_and_no_notice_has_a_kind(line: LineFacts) -> None:
    found = judged(line)
    assert (found.limit, found.notice, found.answer_by) == (None, NoticeKind.NONE, None)


@given(LINES)
def test_only_somebodys_word_ends_a_line(line: LineFacts) -> None:
    if judged(line).state in (LegalState.CANCEL_DUE, LegalState.REFUND_DUE, LegalState.CANCELLED):
        assert said(line, Said.CANCEL) or line.cancelled_at


@given(LINES)
def test_only_an_express_consent_after_the_telling_is_one(line: LineFacts) -> None:
    if judged(line).state is LegalState.CONSENTED:
        told = [one.at for one in line.tellings if one.sent and one.purpose != "eta_change"]
        assert max([*said(line, Said.ACCEPT), *said(line, Said.KEEP)]) > max(told)


@given(LINES)
def test_a_day_of_refund_is_set_in_the_eu_alone(line: LineFacts) -> None:
    found = judged(line)
    assert line.law is not None
    if found.refund_by is not None:
        assert line.law.jurisdiction is Jurisdiction.EU
        assert found.refund_since is not None and found.refund_by - found.refund_since == timedelta(days=14)


@given(LINES, st.floats(0, 0.999))
def test_nothing_changes_before_the_next_look(line: LineFacts, part: float) -> None:
    found = judged(line)
    look = found.look_again or NOW + timedelta(days=400)
    assert look > NOW
    assert judged(line, NOW + (look - NOW) * part) == found


@pytest.mark.parametrize("jurisdiction", [Jurisdiction.EU, Jurisdiction.NONE])
def test_what_waits_in_the_outbox_has_told_nobody(jurisdiction: Jurisdiction) -> None:
    waiting = Telling(1, "delay", Channel.EMAIL, at("2027-02-10"), "promise:2027-03-01", None, sent=False)
    law = LegalFacts(jurisdiction, on("2027-03-01"), ORDERED)
    line = lawful(law, tellings=(waiting,), forecast=expected("2027-03-20"))
    assert judged(line, at("2027-02-11")).state is LegalState.NOTICE_DUE
    told = replace(line, tellings=(replace(waiting, sent=True),))
    assert judged(told, at("2027-02-11")).state is LegalState.AWAITING_CONSENT
