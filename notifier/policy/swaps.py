"""May a product stand in for a delayed line at the customer's word? Colour: pure. Used by answering and pages."""

from datetime import datetime

from notifier.policy.figures import Policy
from notifier.policy.line_answers import counts, too_late
from notifier.terms.effects import ActionKind, Asked, Effect, Kind
from notifier.terms.facts import Alternative, LineFacts
from notifier.terms.law import Said

DEARER = "dearer"


def no_dearer(line: LineFacts, other: Alternative) -> bool:
    """Whether it costs the same or less, in the same currency: a dearer one is a new purchase (RULES.md F10)."""
    if line.price is None or other.price is None or line.price.currency != other.price.currency:
        return False
    return other.price.amount <= line.price.amount


def swap(line: LineFacts, sku: str, policy: Policy, now: datetime) -> Effect:
    """The swap of `line` for the product `sku`, requested, or why not."""
    why = "already_recorded" if line.asked is Asked.ENDING else counts(line, Said.CANCEL, policy, now)
    if why:
        return Effect(Kind.TOO_LATE if too_late(why) else Kind.REFUSED, line.id, detail=why)
    other = next((one for one in line.alternatives if one.sku == sku), None)
    if other is None:
        return Effect(Kind.REFUSED, line.id, detail="not_offered")
    if not no_dearer(line, other):
        return Effect(Kind.REFUSED, line.id, detail=DEARER)
    return Effect(Kind.REQUESTED, line.id, ActionKind.SWAP, detail=sku)
