"""Where a line stands in the EU (RULES U1), and where no law on delays counts (U7, F11). Colour: pure.
Called by stand, and by replies for what was told last.

Silence neither consents nor cancels, no date lapses, and no message is barred. What was told is read from the line's
tellings, whose occasion names the promise they answer.
"""

from dataclasses import replace
from datetime import date, datetime

from notifier.policy.delay_figures import DelayFigures
from notifier.policy.delay_rule.days import ends, soonest
from notifier.policy.delay_rule.outlook import latest_ship_day, send_from
from notifier.policy.delay_rule.rights import asked_to_cancel, earliest, end_of, left, over, shop_cancelled
from notifier.policy.delay_rule.working_days import refund_by_eu
from notifier.policy.lines import is_open, last_news, shipped
from notifier.terms.facts import LineFacts, Telling
from notifier.terms.law import CONSENTS, Jurisdiction, LegalFacts, LegalStanding, LegalState
from notifier.terms.time import local_day

ANSWERS = "promise:"
"""How the occasion of a telling that answers a broken promise begins (`terms.decision.PROMISE`)."""

TELL = ("delay", "delay_renewed")


def by_promise(line: LineFacts, law: LegalFacts, figures: DelayFigures, now: datetime) -> LegalStanding | None:
    """The standing of a line at `now`; None for one of which nobody knows what became of it."""
    rule = _rule(law)
    asked = asked_to_cancel(law, rule, figures, end_of(line, now))
    if shipped(line, now):
        return left(asked, rule)
    right = earliest([asked, shop_cancelled(line, law, rule, figures, now)])
    if right is not None:
        return over(line, law, right, refund_by_eu if law.jurisdiction is Jurisdiction.EU else _no_day, now)
    return _waiting(line, law, figures, now) if is_open(line, now) else None


def last_told(line: LineFacts, now: datetime) -> datetime | None:
    """When the customer was last told anything about the line's dates; None where nobody has."""
    news = last_news(replace(line, tellings=_heard(line, now)))
    return news.at if news is not None else None


def _heard(line: LineFacts, now: datetime) -> tuple[Telling, ...]:
    """What waits in the outbox, or is told later, has told nobody."""
    return tuple(one for one in line.tellings if one.sent and one.at <= now)


def _rule(law: LegalFacts) -> str:
    if law.jurisdiction is Jurisdiction.US_435:
        return "F11"
    return "U1" if law.jurisdiction is Jurisdiction.EU else "U7"


def _no_day(since: date) -> None:
    """No law sets a day for the refund of `since`."""


def _waiting(line: LineFacts, law: LegalFacts, figures: DelayFigures, now: datetime) -> LegalStanding:
    heard = _heard(line, now)
    told = [one for one in heard if one.purpose in TELL and one.occasion.startswith(ANSWERS)]
    if not told:
        return _promise(line, law, figures, now)
    news = last_news(replace(line, tellings=heard))
    told_day = news.eta.last if news is not None and news.eta is not None else None
    if told_day is not None and told_day > law.promised:
        today = local_day(now, figures.timezone)
        if today > told_day and not any(one.occasion == ANSWERS + told_day.isoformat() for one in told):
            return _broken(line, law, told_day, figures, now)
    accepted = any(one.said in CONSENTS and _answered(told) < one.at <= now for one in law.answers)
    return LegalStanding(
        LegalState.CONSENTED if accepted else LegalState.AWAITING_CONSENT,
        _rule(law),
        revised=told_day,
        look_again=soonest(now, ends(told_day, figures.timezone) if told_day else None),
    )


def _answered(told: list[Telling]) -> datetime:
    """When the newest broken promise was told: an answer to an older one accepts nothing."""
    return max(one.at for one in told)


def _promise(line: LineFacts, law: LegalFacts, figures: DelayFigures, now: datetime) -> LegalStanding:
    """A line whose promise T nobody has told to be broken."""
    eta, promised = line.forecast.eta, law.promised
    passed = eta is not None and eta.last > promised and not line.covered
    if passed or local_day(now, figures.timezone) > promised:
        return _broken(line, law, promised, figures, now)
    over_at = soonest(now, ends(promised, figures.timezone))
    return LegalStanding(LegalState.ON_TIME, _rule(law), deadline=promised, look_again=over_at)


def _broken(line: LineFacts, law: LegalFacts, day: date, figures: DelayFigures, now: datetime) -> LegalStanding:
    """The promise of `day`, T or one told later, is broken, and the customer does not know."""
    tz = figures.timezone
    today = local_day(now, tz)
    latest, settled = latest_ship_day(line, figures, today), send_from(law, day, figures)
    # A known day may pass, and a covered line's own day moves with each day.
    moves = ends(today if line.covered else latest, tz) if latest is not None else None
    return LegalStanding(
        LegalState.NOTICE_DUE if day == law.promised else LegalState.RENEWAL_DUE,
        _rule(law),
        answers=day,
        revised=latest,
        deadline=day,
        send_from=settled,
        look_again=soonest(now, settled, moves),
    )
