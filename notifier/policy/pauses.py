"""The rule about what a person has paused. Colour: pure. Listed in rules."""

from datetime import datetime, timedelta

from notifier.policy.figures import Policy
from notifier.policy.rulings import Candidate, Hold, Pass, Ruling
from notifier.terms.facts import CustomerFacts

PAUSED_WAIT = timedelta(hours=1)
"""When a paused one is judged again, should nobody resume it before: resuming makes plan look at once."""


def paused_rule(candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime) -> Ruling:  # noqa: ARG001
    """Hold what a pause in force covers."""
    purpose, channel = candidate.purpose, candidate.channel
    for pause in policy.paused:
        if pause.covers(purpose.name, purpose.message_class, channel):
            return Hold(now + PAUSED_WAIT, "paused", (("paused", pause.scope),))
    return Pass()
