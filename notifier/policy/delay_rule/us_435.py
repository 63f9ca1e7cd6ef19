"""Where a line stands by 16 CFR part 435 (RULES F1 to F8, F13). Colour: pure. Called by stand."""

from datetime import date, datetime, timedelta

from notifier.policy.delay_figures import DelayFigures
from notifier.policy.delay_rule.chain import FIRST_NOTICE_DAYS, Chain, chain_until, lapse
from notifier.policy.delay_rule.days import begins, ends, plus, soonest
from notifier.policy.delay_rule.outlook import latest_ship_day, send_from, unable_from
from notifier.policy.delay_rule.rights import Right, asked_to_cancel, earliest, end_of, left, over, shop_cancelled
from notifier.policy.delay_rule.working_days import refund_by
from notifier.policy.lines import is_open, shipped
from notifier.terms.facts import LineFacts
from notifier.terms.law import LegalFacts, LegalStanding, LegalState, Notice
from notifier.terms.time import local_day
from notifier.terms.words import NoticeKind


def by_us_435(line: LineFacts, law: LegalFacts, figures: DelayFigures, now: datetime) -> LegalStanding | None:
    """The standing of a line at `now`; None for one of which nobody knows what became of it."""
    until = end_of(line, now)
    chain = chain_until(law, figures.timezone, until)
    asked = asked_to_cancel(law, "F7", figures, until)
    lapsed = lapse(chain, law, figures.timezone, until)
    if shipped(line, now):
        return left(earliest([asked, _seen(line, law, lapsed)]), "F1")
    if is_open(line, now):
        right = earliest([asked, lapsed])
        if right is None:
            return _waiting(line, law, chain, figures, now)
    else:
        ended = shop_cancelled(line, law, "F7", figures, now)
        # Without the shop's word a line that left the export may have shipped: only the buyer's own word stands.
        right = earliest([asked, ended, lapsed]) if ended else asked
    return over(line, law, right, lambda since: refund_by(since, figures.country), now) if right else None


def _seen(line: LineFacts, law: LegalFacts, lapsed: Right | None) -> Right | None:
    """A lapse before a shipment, if somebody saw it: no alarm for what had left before the line was first seen."""
    return lapsed if line.shipped_at is not None and line.shipped_at >= law.first_seen_at else None


def _waiting(line: LineFacts, law: LegalFacts, chain: Chain, figures: DelayFigures, now: datetime) -> LegalStanding:
    """The standing of an open line that is neither cancelled nor over."""
    tz = figures.timezone
    today = local_day(now, tz)
    renewed = chain.notice is not None and chain.notice.kind is NoticeKind.F5 and chain.wanted is not None
    turns = None
    if chain.limit is not None and not renewed:  # F13: while a renewal waits for consent nothing more is said
        turns = unable_from(line, chain.limit, figures, today, first=chain.notice is None)
        if today >= turns:
            return _owed(line, law, chain, figures, now)
    last = chain.last_day
    again = soonest(now, ends(last, tz) if last else None, begins(turns, tz) if turns else None)
    if chain.notice is None:
        return LegalStanding(LegalState.ON_TIME, "F1", deadline=last, limit=chain.limit, look_again=again)
    state, rule = _consent(chain, chain.notice)
    return LegalStanding(
        state,
        rule,
        notice=chain.notice.kind,
        revised=chain.limit,
        deadline=last,
        limit=chain.limit,
        answer_by=chain.wanted,
        look_again=again,
    )


def _consent(chain: Chain, notice: Notice) -> tuple[LegalState, str]:
    """The state of a line whose notice stands, and its rule."""
    if chain.wanted is not None:
        renewed = notice.kind is NoticeKind.F5
        return (LegalState.AWAITING_RENEWED_CONSENT if renewed else LegalState.AWAITING_CONSENT), notice.kind.value
    if not chain.agreed:
        return LegalState.AWAITING_OBJECTION, "F3"
    return (LegalState.CONSENTED_INDEFINITE, "F6") if chain.limit is None else (LegalState.CONSENTED, notice.kind.value)


def _owed(line: LineFacts, law: LegalFacts, chain: Chain, figures: DelayFigures, now: datetime) -> LegalStanding:
    """The notice that an open line owes: the first one (F3, F4), or a renewed one (F5)."""
    tz = figures.timezone
    today = local_day(now, tz)
    latest, last = latest_ship_day(line, figures, today), chain.last_day or today
    if line.covered and latest is not None:
        latest = plus(latest, figures.lead_days)  # room, for a covered line's day moves on with every day
    first = chain.notice is None
    kind, answer_by = _first_kind(last, latest) if first else (NoticeKind.F5, last)
    settled = send_from(law, last, figures)
    # A covered line's own date moves with each day.
    tomorrow = begins(today + timedelta(days=1), tz) if line.covered else None
    return LegalStanding(
        LegalState.NOTICE_DUE if first else LegalState.RENEWAL_DUE,
        "F1" if first else "F5",
        notice=kind,
        answers=chain.limit,
        revised=latest,
        deadline=last,
        limit=chain.limit,
        answer_by=answer_by,
        send_from=settled,
        look_again=soonest(now, settled, ends(last, tz), tomorrow),
    )


def _first_kind(promised: date, latest: date | None) -> tuple[NoticeKind, date | None]:
    """F3 where the new date is at most 30 days after T, else F4, and the day by which that one wants consent."""
    within = plus(promised, FIRST_NOTICE_DAYS)
    return (NoticeKind.F3, None) if latest is not None and latest <= within else (NoticeKind.F4, within)
