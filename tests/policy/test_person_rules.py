"""What an operator's hold stops: messages without news, offers, and nothing else."""

from dataclasses import replace
from datetime import timedelta

from notifier.terms.effects import Asked
from notifier.terms.facts import Consent, CustomerFacts, CustomerHold
from notifier.terms.words import Channel, HoldReason, MessageClass
from tests.policy.people import EMAIL, NOON, POLICY, customer, eta, judge, line, on, said, told
from tests.policy.test_rules import REWARDING, WAITING

CALLED = CustomerHold(HoldReason.CALL, NOON - timedelta(days=1), NOON + timedelta(days=13))
COMPLAINED = CustomerHold(HoldReason.COMPLAINT, NOON - timedelta(days=1))
GRANTED = (Consent(Channel.EMAIL, MessageClass.MARKETING, True, NOON, "page"),)


def waiting(**facts: object) -> CustomerFacts:
    return customer(line(**WAITING), **facts)


def test_a_call_stops_progress_until_its_days_are_over() -> None:
    judged = judge(waiting(hold=CALLED))
    assert said(judged) == ["progress email skip customer_hold"]
    assert judged.due_at is not None
    assert judged.due_at <= NOON + timedelta(days=13)


def test_without_a_hold_progress_goes() -> None:
    assert said(judge(waiting())) == ["progress email send due"]


def test_a_hold_stops_an_offer_that_the_customer_has_consented_to() -> None:
    heard = told("placed", NOON, "new", eta="2027-03-04")
    one = line(**WAITING | {"forecast": eta("2027-03-04"), "tellings": (heard,)})
    free = customer(one, consents=GRANTED)
    assert said(judge(free, REWARDING)) == ["reward email send due"]
    assert said(judge(replace(free, hold=COMPLAINED), REWARDING)) == ["reward email skip customer_hold"]


def test_a_hold_stops_no_news() -> None:
    late = customer(line(promised=on("2027-03-01")), hold=COMPLAINED)
    assert said(judge(late)) == ["delay email send due"]
    assert said(judge(customer(line(), hold=COMPLAINED))) == ["placed email send due"]


def test_the_trace_shows_why_since_when_and_until_when() -> None:
    step = judge(waiting(hold=CALLED), POLICY).decisions[0].trace[-1]
    assert (step.rule, step.saw) == (
        "customer_hold",
        (("hold", "call"), ("since", "2027-03-02T11:00:00+00:00"), ("until", "2027-03-16T11:00:00+00:00")),
    )


def test_the_trace_of_a_complaint_says_that_somebody_must_lift_it() -> None:
    assert judge(waiting(hold=COMPLAINED)).decisions[0].trace[-1].saw[-1] == ("until", "somebody lifts it")


def test_what_the_customer_has_cancelled_is_not_talked_about() -> None:
    asked = customer(line(**WAITING | {"asked": Asked.ENDING}))
    assert said(judge(asked)) == ["progress email hold customer_asked"]


def test_what_may_be_cancelled_still_has_its_news() -> None:
    late = customer(line(promised=on("2027-03-01"), asked=Asked.UNCLEAR))
    assert said(judge(late)) == ["delay email send due"]


def test_what_may_be_cancelled_has_no_arrival() -> None:
    covered = line(**WAITING | {"covered": True, "asked": Asked.UNCLEAR})
    assert said(judge(customer(covered))) == ["ready email hold customer_asked"]


def test_a_line_that_was_cancelled_keeps_no_other_from_its_news() -> None:
    other = line(**WAITING | {"id": 2, "line": "2"})
    found = said(judge(customer(line(**WAITING | {"asked": Asked.ENDING}), other)))
    assert sorted(found) == ["progress email hold customer_asked", "progress email send due"]


def test_nothing_goes_to_an_address_that_may_have_objected_before_a_person_has_read_it() -> None:
    assert said(judge(waiting(doubted=frozenset({EMAIL.id})))) == ["progress email hold may_have_objected"]


def test_what_the_law_requires_goes_to_an_address_that_may_have_objected() -> None:
    late = customer(line(promised=on("2027-03-01")), doubted=frozenset({EMAIL.id}))
    assert said(judge(late)) == ["delay email send due"]
