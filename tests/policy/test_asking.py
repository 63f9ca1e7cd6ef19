"""Whether consent may be asked for, and what a shop says of how often it will write."""

from dataclasses import replace
from datetime import timedelta

import pytest

from notifier.policy.asking import how_often, is_proven_twice, may_ask
from notifier.policy.figures import Cap
from notifier.policy.rulings import Answers, Candidate
from notifier.terms.facts import Consent
from notifier.terms.incoming import Road
from notifier.terms.words import Channel, MessageClass, Scope, Verdict
from tests.policy.people import EMAIL, NOON, PACKAGED, POLICY, customer

DAY = timedelta(days=1)
ASK = PACKAGED["consent_request"]


def asked(road: Road = Road.PAGE, lately: int = 0, age: timedelta = timedelta(0), **facts: object) -> tuple[str, str]:
    answers = Answers(NOON - age, road, lately=lately)
    verdict, reason, _, _ = may_ask(Candidate(ASK, Channel.EMAIL, EMAIL, (), answers), customer(**facts), POLICY, NOON)
    return verdict.value, reason


def objection(about: MessageClass | Scope, *, granted: bool = False, age: int = 1) -> Consent:
    return Consent(Channel.EMAIL, about, granted, NOON - age * DAY, "page", None)


def test_an_act_is_answered() -> None:
    assert asked() == (Verdict.SEND, "due")


def test_who_was_asked_today_is_not_asked() -> None:
    assert asked(lately=1) == (Verdict.SKIP, "asked_lately")


def test_an_act_of_three_days_ago_is_not_answered_any_more() -> None:
    assert asked(age=3 * DAY) == (Verdict.SKIP, "too_late_to_ask")


def test_an_objection_to_offers_is_stronger_than_a_form() -> None:
    assert asked(consents=(objection(MessageClass.MARKETING),)) == (Verdict.SKIP, "opted_out")


def test_an_objection_is_not_stronger_than_the_owners_own_mail() -> None:
    assert asked(Road.EMAIL, consents=(objection(MessageClass.MARKETING),)) == (Verdict.SEND, "due")


def test_an_objection_that_was_taken_back_is_none() -> None:
    words = (objection(MessageClass.MARKETING, age=2), objection(MessageClass.MARKETING, granted=True))
    assert asked(consents=words) == (Verdict.SEND, "due")


def test_an_objection_to_words_without_news_is_none_to_being_asked() -> None:
    assert asked(consents=(objection(Scope.PROGRESS),)) == (Verdict.SEND, "due")


@pytest.mark.parametrize(
    ("caps", "expected"),
    [
        ((), None),
        ((Cap(3, 7 * DAY),), (3, 7)),
        ((Cap(2, DAY), Cap(3, 7 * DAY)), (3, 7)),
        ((Cap(1, 30 * DAY, message_class=MessageClass.MARKETING), Cap(3, 7 * DAY)), (1, 30)),
        ((Cap(1, 30 * DAY, channel=Channel.SMS),), None),
        ((Cap(1, 30 * DAY, message_class=MessageClass.SERVICE),), None),
        ((Cap(1, 30 * DAY, brand="other"),), None),
        ((Cap(1, timedelta(hours=36)),), None),
    ],
)
def test_how_often_is_what_the_caps_allow(caps: tuple[Cap, ...], expected: tuple[int, int] | None) -> None:
    assert how_often(replace(POLICY, caps=caps), "default", Channel.EMAIL) == expected


@pytest.mark.parametrize(
    ("countries", "expected"), [({"DE"}, True), ({"US"}, False), ({"GB"}, False), ({"US", "AT"}, True), (set(), True)]
)
def test_the_owner_confirms_where_the_courts_want_it(countries: set[str], expected: bool) -> None:
    assert is_proven_twice(Channel.EMAIL, frozenset(countries)) is expected
