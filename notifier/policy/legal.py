"""What the law on delays means for what may be said. Colour: pure. Called by decide, due, rules and pipeline.

`policy.delay_rule` says where a line stands; here stands what follows from it for messages.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from notifier.policy.delay_rule import stand
from notifier.policy.delay_rule.outlook import latest_ship_day
from notifier.policy.figures import Policy
from notifier.policy.lines import day_over, start_of, today
from notifier.policy.rulings import Candidate, Hold, Pass, Ruling
from notifier.terms.facts import CustomerFacts, LineFacts, Telling
from notifier.terms.law import OVER, OWED, Jurisdiction, LegalState
from notifier.terms.words import Channel, MessageClass

UNCERTAIN_AFTER = timedelta(hours=1)
"""How long an owed notice may be on its way before a person hears that nobody knows of it (RULES.md F9); one of which
nobody knows anything after its second try is told at once."""

CLOSED = (LegalState.REFUND_DUE, LegalState.REFUNDED, LegalState.CANCELLED)
"""The line is cancelled, and the shop knows it."""


def under_the_law(customer: CustomerFacts, policy: Policy, now: datetime) -> CustomerFacts:
    """The same customer with each line's legal standing at the UTC instant `now`, where it is not known yet."""
    if policy.delay is None or not any(line.law and line.legal is None for line in customer.lines):
        return customer
    lines = tuple(with_standing(line, policy, now) for line in customer.lines)
    return replace(customer, lines=lines)


def with_standing(line: LineFacts, policy: Policy, now: datetime) -> LineFacts:
    """The same line with its legal standing; None where no law looks at it."""
    if line.law is None or policy.delay is None or line.legal is not None:
        return line
    return replace(line, legal=stand(line, policy.delay, now))


def legal_turning_points(line: LineFacts, policy: Policy, now: datetime) -> Iterator[datetime]:
    """Future instants at which the law's answer changes, a refund is overdue, or an owed notice is uncertain."""
    legal = line.legal
    if legal is None:
        return
    if legal.look_again is not None:
        yield legal.look_again
    overdue = day_over(legal.refund_by, policy) if legal.refund_by else None
    if overdue is not None and overdue > now:
        yield overdue
    if legal.state in OWED and line.tellings:
        yield now + UNCERTAIN_AFTER


def needs_notice(line: LineFacts) -> bool:
    """Whether a delay of this line is told by notices (RULES.md F1 to F6), not by plain words (U1, U7)."""
    law = line.law
    return law is not None and line.legal is not None and law.jurisdiction is Jurisdiction.US_435 and not law.exempt


def is_over(line: LineFacts) -> bool:
    """Whether the law says that the line will not ship."""
    return line.legal is not None and line.legal.state in OVER


def notice_first(line: LineFacts, policy: Policy, now: datetime) -> bool:
    """Whether any other message about the line would be the notice that is owed, in the wrong form (RULES.md F1)."""
    legal = line.legal
    if legal is None or policy.delay is None or not needs_notice(line) or legal.state is LegalState.SHIPPED:
        return False
    if legal.state in OWED:
        return True
    latest = latest_ship_day(line, policy.delay, today(policy, now))
    return legal.limit is not None and latest is not None and latest > legal.limit


def before_the_email(line: LineFacts, policy: Policy, now: datetime, hidden: timedelta) -> LineFacts:
    """The line as if its newest notice, sent in the last `hidden`, had not gone: a text on top repeats it (F9).

    Once the date has moved on, the text would name another one than the notice did: then it stays unsaid.
    """
    sent = [one for one in line.law.notices if one.sent_at is not None] if line.law is not None else []
    newest = sent[-1] if sent else None
    if line.law is None or newest is None or newest.sent_at is None or now - newest.sent_at >= hidden:
        return line
    kept = tuple(one for one in line.law.notices if one is not newest)
    before = with_standing(replace(line, law=replace(line.law, notices=kept), legal=None), policy, now)
    return before if before.legal is not None and before.legal.revised == newest.revised else line


def notice_rule(candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime) -> Ruling:  # noqa: ARG001
    """The rule `notice_first`: what is not required waits for the notice that the law demands."""
    if candidate.purpose.message_class is MessageClass.REQUIRED:
        return Pass()
    barred = [line for line in candidate.lines if not is_over(line) and notice_first(line, policy, now)]
    if not barred:
        return Pass()
    legal = barred[0].legal
    saw = (("state", legal.state.value), ("limit", _day(legal.limit))) if legal else ()
    return Hold(start_of(today(policy, now) + timedelta(days=1), policy), "notice_first", saw)


def emails_of(line: LineFacts, purpose: str) -> list[Telling]:
    """The emails of this purpose that went or are on their way: only with one may a text come on top (F9)."""
    return [one for one in line.tellings if one.channel is Channel.EMAIL and one.purpose == purpose]


def _day(day: date | None) -> str:
    return day.isoformat() if day else "none"
