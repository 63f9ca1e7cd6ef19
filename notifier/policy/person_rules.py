"""The rules about one person beside consent: what an operator's hold stops. Colour: pure. Listed in rules."""

# ruff: noqa: ARG001  (one shape for all, so that the table needs no cases)

from datetime import datetime

from notifier.policy.figures import Policy
from notifier.policy.rulings import Candidate, Pass, Ruling, Skip
from notifier.terms.facts import CustomerFacts
from notifier.terms.words import MessageClass, Rung

STOPPED = (Rung.PROGRESS, Rung.LOYALTY)
"""Rungs that tell no news; beside them a hold stops all that is marketing."""


def customer_hold(candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime) -> Ruling:
    """Skip what has no news for a customer whom an operator holds back; news and what the law requires pass."""
    hold, purpose = customer.hold, candidate.purpose
    if hold is None or not (purpose.rung in STOPPED or purpose.message_class is MessageClass.MARKETING):
        return Pass()
    until = hold.until.isoformat() if hold.until else "somebody lifts it"
    saw = (("hold", hold.reason.value), ("since", hold.at.isoformat()), ("until", until))
    return Skip("customer_hold", saw, look_again=hold.until)
