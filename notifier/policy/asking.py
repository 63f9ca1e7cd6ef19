"""Whether consent to marketing may be asked for, and how often a shop says that it will write. Colour: pure.

Called by pipeline.asking when the customer's own act comes in, and again when the message is claimed (RULES.md S1).
A request is itself marketing, so it goes once for each act and once a day at most, and never to who has objected,
unless the act is proven to be theirs.
"""

# ruff: noqa: ARG001  (one shape for all, so that the table needs no cases)

from datetime import datetime, timedelta

from notifier.policy.acknowledge import ACK_RULES
from notifier.policy.consent_by_country import ELSEWHERE, REGIMES
from notifier.policy.consents import last_word
from notifier.policy.figures import Cap, Policy
from notifier.policy.rules import RULES
from notifier.policy.rulings import Candidate, Pass, Rule, Ruled, Ruling, Skip, rule_by
from notifier.terms.facts import CustomerFacts
from notifier.terms.incoming import Road
from notifier.terms.words import Channel, MessageClass

OPEN_FOR = timedelta(days=7)
"""How long a request can be answered."""

STALE_AFTER = timedelta(days=2)
"""A request that could not go for so long would only puzzle."""

MOST_A_DAY = 1


def may_ask(candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime) -> Ruled:
    """Whether a request may go; `candidate.answers` is the customer's act."""
    return rule_by(ASK_RULES, candidate, customer, policy, now)


def may_alert(candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime) -> Ruled:
    """Whether the customer may be told that a product is back: by the rules of everything that plan sends."""
    return rule_by(RULES, candidate, customer, policy, now)


def is_proven_twice(channel: Channel, countries: frozenset[str]) -> bool:
    """Whether consent by `channel` counts, in one of these ISO countries, only once its owner has confirmed it."""
    return any(REGIMES.get(one, ELSEWHERE).confirmed for one in countries) or not countries


def how_often(policy: Policy, brand: str, channel: Channel) -> tuple[int, int] | None:
    """So many messages in so many days at most, by the shop's own caps; None where none of them is for marketing."""
    found = [one for one in policy.caps if _holds(one, brand, channel) and one.period >= timedelta(days=1)]
    best = min(found, key=lambda one: (one.count / one.period.total_seconds(), -one.period.days), default=None)
    return (best.count, best.period.days) if best is not None else None


def _holds(cap: Cap, brand: str, channel: Channel) -> bool:
    return (
        cap.channel in (None, channel)
        and cap.message_class in (None, MessageClass.MARKETING)
        and cap.brand in ("", brand)
        and cap.period % timedelta(days=1) == timedelta(0)
    )


def _once(candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime) -> Ruling:
    answers = candidate.answers
    if answers is None or answers.lately < MOST_A_DAY:
        return Pass()
    return Skip("asked_lately", (("lately", str(answers.lately)), ("most", str(MOST_A_DAY))))


def _in_time(candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime) -> Ruling:
    answers = candidate.answers
    return Skip("too_late_to_ask") if answers and now - answers.received_at > STALE_AFTER else Pass()


def _objection(candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime) -> Ruling:
    """A stranger could type an address: what its owner has said counts more than a form."""
    answers, address = candidate.answers, candidate.address
    if answers is None or address is None or answers.road in (Road.SMS, Road.EMAIL):
        return Pass()
    about = (MessageClass.MARKETING, MessageClass.SERVICE)
    words = [
        one
        for one in customer.consents
        if one.channel is candidate.channel and one.message_class in about and one.address_id in (None, address.id)
    ]
    for kind in about:
        said = [one for one in words if one.message_class is kind]
        last = last_word(said)
        if last is not None and not last.granted:
            return Skip("opted_out", (("rule", "S2"), ("at", last.at.isoformat())))
    return Pass()


def _shared(name: str) -> Rule:
    return next(rule for rule in (*ACK_RULES, *RULES) if rule.name == name)


ASK_RULES: tuple[Rule, ...] = (
    Rule("asked_once", "Consent is asked for once a day at most at one address.", (), _once, ids=("S1",)),
    Rule("in_time", "A request answers an act of the last two days.", (), _in_time, ids=("S1",)),
    _shared("marketplace"),
    _shared("paused"),
    _shared("address"),
    _shared("suppression"),
    Rule(
        "objection",
        "Who has objected is not asked because of a form, which anybody can fill in.",
        (),
        _objection,
        ids=("S2",),
    ),
    _shared("opted_out"),
    _shared("answer_hours"),
)
"""Asked in this order; the first that does not pass decides."""
