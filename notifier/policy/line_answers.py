"""Does what a customer says about a line still count, law or not? Colour: pure.

Used by answering, targets, swaps and page_lines.
"""

from datetime import datetime

from notifier.policy.delay_rule import answer_counts
from notifier.policy.figures import Policy
from notifier.policy.lines import cancelled, is_open, shipped
from notifier.terms.effects import ActionKind, Asked
from notifier.terms.facts import CustomerFacts, LineFacts
from notifier.terms.law import Jurisdiction, Said

TOO_LATE = frozenset({"too_late", "shipped", "already_cancelled"})
"""Words of `delay_rule.answer_counts` after which a person must tell the customer what is still possible."""


def counts(line: LineFacts, said: Said, policy: Policy, now: datetime) -> str:
    """Empty when `said`, received at `now`, counts; else a word of `delay_rule.answer_counts`, or `overtaken`."""
    if overtaken(line, said, now):
        return "overtaken"
    if said is Said.CANCEL and line.asked is Asked.ENDING and not exchanging(line):
        return "already_recorded"
    if policy.delay is not None and line.law is not None:
        found = answer_counts(line, said, policy.delay, now)
        if found == "nothing_to_keep" and exchanging(line):
            # The law knows of no cancellation, and the customer takes the exchange back all the same.
            return ""
        if found != "unknown_line":
            return found
    return _without_law(line, said, now)


def _without_law(line: LineFacts, said: Said, now: datetime) -> str:
    if shipped(line, now):
        return "shipped"
    if cancelled(line, now) or line.asked is Asked.ENDED:
        return "already_cancelled"
    if not is_open(line, now):
        return "unknown_line"
    if said is Said.KEEP:
        return "" if line.asked is Asked.ENDING else "nothing_to_keep"
    return "" if said is Said.CANCEL or line.told is not None else "nothing_to_accept"


def exchanging(line: LineFacts) -> bool:
    """Whether the wish that stands for the line is an exchange."""
    return line.wished is not None and line.wished.kind is ActionKind.SWAP


def overtaken(line: LineFacts, said: Said, at: datetime) -> bool:
    """Whether the customer has wished something else for the line since `at`: what lay unread then must not undo it.

    A cancellation says the same as one that came before it was read.
    """
    if line.wished is None or line.wished.at <= at:
        return False
    return said in (Said.ACCEPT, Said.KEEP) or exchanging(line)


def too_late(why: str) -> bool:
    """Whether `why` means that what was asked can no longer be done."""
    return why in TOO_LATE


def may_withdraw(line: LineFacts) -> bool:
    """Whether the law of withdrawal holds for the line (RULES.md U6)."""
    return line.law is not None and line.law.jurisdiction is Jurisdiction.EU and not line.law.exempt


def open_lines(customer: CustomerFacts, now: datetime) -> list[LineFacts]:
    """The lines that the customer still waits for."""
    return [line for line in customer.lines if is_open(line, now)]
