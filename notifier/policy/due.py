"""Which lines are due for a purpose, and when to look again. Colour: pure. Called by decide."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from notifier.policy.figures import Policy
from notifier.policy.languages import locale_of
from notifier.policy.legal import before_the_email, is_over
from notifier.policy.lines import start_of, today
from notifier.policy.occasions import OCCASIONS, closed_by_law
from notifier.policy.occurrence import NEVER, Occurrence
from notifier.terms.decision import LineOccasion
from notifier.terms.facts import CustomerFacts, LineFacts
from notifier.terms.purpose import Purpose
from notifier.terms.words import Channel, NoticeKind

TEXT_FOLLOWS = timedelta(hours=24)
"""How long after its email a text may still go on top: it waits for the morning, not for the week."""

CLOSING = frozenset({"was_cancelled"})
"""Occasions of a line that will not ship; all others are silent about it."""


@dataclass(frozen=True, slots=True)
class Due:
    """One line that is due for one purpose, the locale in which to say it, and the legal kind of what is said."""

    line: LineFacts
    why: LineOccasion
    locale: str
    notice: NoticeKind = NoticeKind.NONE


def due_lines(
    customer: CustomerFacts, purpose: Purpose, channel: Channel, policy: Policy, now: datetime
) -> tuple[list[Due], list[datetime]]:
    """The lines that are due for `purpose`, in their order, and when to look again at the others.

    `channel` matters only where texts go on top of emails.
    """
    dues: list[Due] = []
    looks: list[datetime] = []
    for line in customer.lines:
        found = occurrence(line, customer, (purpose, channel), policy, now)
        if found.look_again is not None:
            looks.append(found.look_again)
        if found.occasion is not None:
            why = LineOccasion(line.id, line.order, line.line, found.occasion, found.answers)
            dues.append(Due(line, why, locale_of(line, customer, policy), found.notice))
    return dues, looks


def occurrence(
    line: LineFacts, customer: CustomerFacts, asked: tuple[Purpose, Channel], policy: Policy, now: datetime
) -> Occurrence:
    """What a purpose has to say about `line` on a channel; nothing that was said before under the same key."""
    purpose = asked[0]
    if is_over(line) and purpose.occasion not in CLOSING:
        return NEVER
    if purpose.after_told and not (closed_by_law(line, now) or any(telling.sent for telling in line.tellings)):
        # What waits in the outbox may be withdrawn, or be sent without another look: so there is one each day.
        tomorrow = start_of(today(policy, now) + timedelta(days=1), policy)
        return Occurrence(None, look_again=tomorrow) if line.tellings else NEVER
    line = _as_known(line, asked, policy, now)
    found = OCCASIONS[purpose.occasion](line, customer, purpose, policy, now)
    if found.occasion is None:
        return found
    told = any(one.purpose == purpose.name and one.occasion == found.occasion for one in line.tellings)
    told = told or (purpose.name, found.occasion) in line.silenced
    return replace(found, occasion=None) if told else found


def _as_known(line: LineFacts, asked: tuple[Purpose, Channel], policy: Policy, now: datetime) -> LineFacts:
    """The line as told by `channel`, for a purpose whose texts go on top of its emails.

    A text is no notice, so the email does not see it; the text does not see the email of the last day: it repeats it.
    """
    purpose, channel = asked
    if not purpose.text_on_top or not line.tellings:
        return line
    if channel is Channel.SMS:
        line = before_the_email(line, policy, now, TEXT_FOLLOWS)
    other = Channel.SMS if channel is Channel.EMAIL else Channel.EMAIL
    kept = tuple(
        told
        for told in line.tellings
        if told.purpose != purpose.name
        or told.channel is not other
        or (channel is Channel.SMS and now - told.at >= TEXT_FOLLOWS)
    )
    return line if len(kept) == len(line.tellings) else replace(line, tellings=kept)
