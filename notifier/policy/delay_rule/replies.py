"""Does what somebody says about a line still count? Colour: pure. Called by pipeline for each answer it records.

`nothing_to_accept`  no notice is in force that could be accepted
`too_late`           the line's time was up before the consent came (F2, F4, F5)
`shipped`            the goods have left
`already_cancelled`  the buyer, the shop or the law ended the line before
`already_recorded`   the buyer said the same before, and was told no other date since
`not_cancel_due`     the line's time is not up, so there is nothing to confirm
`nothing_to_keep`    no cancellation stands that could be taken back
`unknown_line`       no law is asked about the line, or nobody knows what became of it
"""

from dataclasses import replace
from datetime import datetime

from notifier.policy.delay_figures import DelayFigures
from notifier.policy.delay_rule.plain import last_told
from notifier.policy.delay_rule.rights import cancelled_since
from notifier.policy.delay_rule.stand import stand
from notifier.terms.facts import LineFacts
from notifier.terms.law import CONSENTS, OVER, Answer, Jurisdiction, LegalFacts, LegalStanding, LegalState, Said

_NOTHING_TOLD = (LegalState.ON_TIME, LegalState.NOTICE_DUE)


def answer_counts(line: LineFacts, said: Said, figures: DelayFigures, now: datetime) -> str:
    """Empty when `said`, received at `now`, counts; else one of the words above."""
    found = stand(line, figures, now)
    if found is None:
        return "unknown_line"
    if found.state is LegalState.SHIPPED:
        return "shipped"
    if found.state in (LegalState.REFUND_DUE, LegalState.REFUNDED, LegalState.CANCELLED):
        return "already_cancelled"
    if found.state is LegalState.CANCEL_DUE:
        return _counts_when_over(line, said, figures, now)
    return _counts_while_open(line, said, found, now)


def _counts_while_open(line: LineFacts, said: Said, found: LegalStanding, now: datetime) -> str:
    if said in (Said.CONFIRM, Said.KEEP):
        return "not_cancel_due" if said is Said.CONFIRM else "nothing_to_keep"
    if said is Said.CANCEL:
        return ""
    if found.state in _NOTHING_TOLD:
        return "nothing_to_accept"
    return "already_recorded" if line.law is not None and _agreed(line, line.law, now) else ""


def _agreed(line: LineFacts, law: LegalFacts, now: datetime) -> bool:
    """Whether consent has come since a date was last told: a renewed notice wants one of its own (F5)."""
    if law.jurisdiction is Jurisdiction.US_435 and not law.exempt:
        told = max((one.sent_at for one in law.notices if one.sent_at and one.sent_at <= now), default=None)
    else:
        told = last_told(line, now)
    return told is not None and any(one.said in CONSENTS and told < one.at <= now for one in law.answers)


def _counts_when_over(line: LineFacts, said: Said, figures: DelayFigures, now: datetime) -> str:
    if said is Said.CONFIRM:
        return ""
    asked = line.law is not None and cancelled_since(line.law, now) is not None
    if said is Said.KEEP:
        return ("" if _goes_on(line, figures, now) else "too_late") if asked else "nothing_to_keep"
    if said is Said.CANCEL:
        # The line's time is up, and nobody has acted on it yet: the buyer's word is kept, and the shop asked (F7, F14).
        return "already_recorded" if asked else ""
    return "already_cancelled" if asked else "too_late"


def _goes_on(line: LineFacts, figures: DelayFigures, now: datetime) -> bool:
    """Whether the line would still wait once the cancellation is taken back: its time may be up by other rules."""
    if line.law is None:
        return False
    kept = replace(line.law, answers=(*line.law.answers, Answer(Said.KEEP, now)))
    found = stand(replace(line, law=kept, legal=None), figures, now)
    return found is not None and found.state not in OVER
