"""Whether a reply is acknowledged, by which channel, and why not. Colour: pure. Called by pipeline.acknowledge.

Asked when the reply comes, and again when its message is claimed. An answer to the customer's own words counts against
no cap; what stops a loop of machines, and what the law says of confirmations, stands here.
"""

# ruff: noqa: ARG001  (one shape for all, so that the table needs no cases)

from dataclasses import replace
from datetime import datetime, timedelta

from notifier.policy.consents import last_word
from notifier.policy.figures import Policy
from notifier.policy.rules import RULES
from notifier.policy.rulings import Candidate, Pass, Rule, Ruled, Ruling, Skip, rule_by
from notifier.terms.facts import CustomerFacts
from notifier.terms.incoming import Road
from notifier.terms.words import Channel, MessageClass

CONFIRM_WITHIN = timedelta(minutes=5)
"""S4: a confirmation of an opt-out that comes later is one text too many."""

OWN_TEXT = timedelta(minutes=15)
"""S8: quiet hours do not hold for an answer that comes within this time of the customer's own text."""

STALE_AFTER = timedelta(days=2)
"""An acknowledgement that could not go for so long would only puzzle."""

MOST_A_DAY = 10
"""Acknowledgements to one address in a day, however much its replies change (HOSTILE 68)."""

MOST_QUESTIONS_A_DAY = 3
"""Of replies that ask what we know: people ask again, machines do not stop."""

MOST_OTHERS_A_DAY = 1
"""Of replies that say nothing we understand: two machines that face each other stop after one message."""


def judge(candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime) -> Ruled:
    """Send, or hold or skip with the reason, and the trace of ACK_RULES. `candidate.answers` is set.

    A hold means that this channel cannot be used now; the reply's own window is over then (S8), so another one is. A
    pause is none of the rules: what is paused waits in the outbox.
    """
    return rule_by(ACK_RULES, candidate, customer, policy, now)


def _once(candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime) -> Ruling:
    answers = candidate.answers
    if answers is None or answers.must:
        return Pass()
    most = MOST_A_DAY if answers.changed else MOST_QUESTIONS_A_DAY if answers.asked else MOST_OTHERS_A_DAY
    saw = (("lately", str(answers.lately)), ("most", str(most)))
    return Pass(saw) if answers.lately < most else Skip("answered_lately", saw)


def _in_time(candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime) -> Ruling:
    answers = candidate.answers
    if answers is None:
        return Pass()
    if answers.told_by_provider and candidate.channel is Channel.SMS:
        return Skip("provider_answered")
    if answers.confirms_opt_out and candidate.channel is Channel.SMS:
        if answers.again:
            return Skip("confirmed_before")
        if now - answers.received_at > CONFIRM_WITHIN:
            return Skip("too_late_to_confirm")
    late = now - answers.received_at > STALE_AFTER and not answers.must
    return Skip("too_late_to_answer") if late else Pass()


def _opted_out(candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime) -> Ruling:
    """Nothing goes to a number after its opt-out but the one confirmation (S3, S4)."""
    answers, address = candidate.answers, candidate.address
    if candidate.channel is not Channel.SMS or address is None or (answers and answers.confirms_opt_out):
        return Pass()
    here = [one for one in customer.consents if one.channel is Channel.SMS and one.address_id in (None, address.id)]
    service = [one for one in here if one.message_class is MessageClass.SERVICE]
    last = last_word(service)
    return Skip("opted_out", (("at", last.at.isoformat()),)) if last is not None and not last.granted else Pass()


def _hours(candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime) -> Ruling:
    answers = candidate.answers
    if candidate.channel is Channel.EMAIL or answers is None:
        return Pass((("exempt", "an answer by email"),))
    if answers.confirms_opt_out:
        return Pass((("exempt", "confirms an opt-out"),))
    if answers.road is Road.SMS and now - answers.received_at <= OWN_TEXT:
        return Pass((("exempt", "answers a text of the last 15 minutes"),))
    return _shared("quiet_hours").check(replace(candidate, answers=None), customer, policy, now)


def _shared(name: str) -> Rule:
    return next(rule for rule in RULES if rule.name == name)


ACK_RULES: tuple[Rule, ...] = (
    Rule(
        "answered_once",
        "Ten answers a day to what changes something, three to questions, one to anything else.",
        (),
        _once,
    ),
    Rule(
        "in_time",
        "An opt-out is confirmed once, within five minutes, and not where the provider has done so.",
        (),
        _in_time,
        ids=("S4",),
    ),
    _shared("marketplace"),
    _shared("address"),
    _shared("suppression"),
    Rule("opted_out", "After an opt-out no text goes to the number but its confirmation.", (), _opted_out, ids=("S3",)),
    Rule(
        "answer_hours",
        "An answer by text keeps quiet hours, but for 15 minutes after the customer's own text.",
        ("policy.text_from", "policy.text_until", "policy.text_sunday_from"),
        _hours,
        ids=("S8",),
    ),
)
"""Asked in this order; the first that does not pass decides."""
