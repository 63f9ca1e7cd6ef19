"""The rules about one person beside consent: what an operator's hold stops, and what the customer's own wish does.

Colour: pure. Listed in rules.
"""

# ruff: noqa: ARG001  (one shape for all, so that the table needs no cases)

from datetime import datetime, timedelta

from notifier.policy.figures import Policy
from notifier.policy.rulings import Candidate, Hold, Pass, Ruling, Skip
from notifier.terms.effects import Asked
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


LOOKED_AT = timedelta(hours=24)
"""When a line that waits for a person is judged again, should nobody see to it before: who does makes plan look."""


def customer_asked(candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime) -> Ruling:
    """Say nothing more of a line that the customer cancelled; of one that may be, no arrival and no offer.

    What the law requires passes, and so does that the line was cancelled.
    """
    purpose = candidate.purpose
    if purpose.message_class is MessageClass.REQUIRED or purpose.occasion in CLOSING:
        return Pass()
    asked = {line.asked for line in candidate.lines}
    for one in (Asked.ENDED, Asked.ENDING):
        if one in asked:
            return Hold(now + LOOKED_AT, "customer_asked", (("asked", one.value),))
    silent = purpose.rung in (Rung.READY, Rung.LOYALTY) or purpose.message_class is MessageClass.MARKETING
    if Asked.UNCLEAR in asked and silent:
        return Hold(now + LOOKED_AT, "customer_asked", (("asked", Asked.UNCLEAR.value),))
    return Pass()


CLOSING = frozenset({"was_cancelled", "late_line_shipped"})
"""Occasions that end the talk of a line."""


def may_have_objected(candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime) -> Ruling:
    """Wait where somebody may have asked us to stop, in words that are still to be read (RULES.md S2)."""
    address = candidate.address
    if candidate.required_email or address is None or address.id not in customer.doubted:
        return Pass()
    return Hold(now + LOOKED_AT, "may_have_objected")
