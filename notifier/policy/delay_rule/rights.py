"""What gave the right to a refund, when, and what the shop has done about it (RULES F2, F4, F5, F7, F8, F14).
Colour: pure. Called by us_435 and plain.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from notifier.policy.delay_figures import DelayFigures
from notifier.policy.lines import cancelled, shipped
from notifier.terms.facts import LineFacts
from notifier.terms.law import LegalFacts, LegalStanding, LegalState, Said
from notifier.terms.time import local_day

SHIPPED_DESPITE_CANCELLATION = "shipped_despite_cancellation"

A_DAY = timedelta(days=1)
"""A refund is often known by its day only: one of the very day of the end may have followed it."""

RefundBy = Callable[[date], date | None]
"""The last day of a refund whose right arose on a day; None where no law sets one."""


@dataclass(frozen=True, slots=True)
class Right:
    """A line's end without shipment: the first instant at which it counts, its day, the rule, what went wrong."""

    at: datetime
    since: date
    rule: str
    alarm: str = ""


def earliest(rights: Iterable[Right | None]) -> Right | None:
    """The right that arose first: a later one moves no refund (F8)."""
    return min((one for one in rights if one is not None), key=_instant, default=None)


def _instant(right: Right) -> datetime:
    return right.at


def asked_to_cancel(law: LegalFacts, rule: str, figures: DelayFigures, until: datetime) -> Right | None:
    """The buyer's first cancellation received by `until` that stands, by its receipt (F7).

    No later consent takes it back, only the buyer's word to keep the line, before the shop has confirmed its end.
    """
    at = cancelled_since(law, until)
    return Right(at, local_day(at, figures.timezone), rule) if at else None


def cancelled_since(law: LegalFacts, until: datetime) -> datetime | None:
    """When the cancellation was received that stands at `until`; None where none does."""
    at, confirmed = None, False
    for one in law.answers:
        if one.at > until:
            continue
        confirmed = confirmed or one.said is Said.CONFIRM
        if one.said is Said.CANCEL:
            at = at or one.at
        elif one.said is Said.KEEP and not confirmed:
            at = None
    return at


def shop_cancelled(line: LineFacts, law: LegalFacts, rule: str, figures: DelayFigures, now: datetime) -> Right | None:
    """The shop's own record that the line is cancelled (F7).

    A label without an instant counts from when its record was last changed, else from when it was first seen.
    """
    if not cancelled(line, now):
        return None
    at = line.cancelled_at or min(law.forecast_since or law.first_seen_at, now)
    return Right(at, local_day(at, figures.timezone), rule)


def over(line: LineFacts, law: LegalFacts, right: Right, refund: RefundBy, now: datetime) -> LegalStanding:
    """Where a line stands whose time is up: nobody agreed yet, refund owed, refund sent, or nothing was paid."""
    refunded = law.refunded_at is not None and law.refunded_at <= now
    paid_back = law.refunded_at is not None and law.refunded_at + A_DAY <= min(now, right.at)
    last = refund(right.since) if law.paid or refunded else None
    since = right.since if last else None
    if refunded and last:
        return LegalStanding(LegalState.REFUNDED, right.rule, refund_by=last, refund_since=since, paid_back=paid_back)
    agreed = any(one.said is Said.CONFIRM and right.at <= one.at <= now for one in law.answers)
    if not agreed and not cancelled(line, now):
        state = LegalState.CANCEL_DUE
    else:
        state = LegalState.REFUND_DUE if last else LegalState.CANCELLED
    alarm = right.alarm if state is LegalState.CANCEL_DUE else ""
    return LegalStanding(
        state, right.rule, deadline=last, refund_by=last, refund_since=since, paid_back=paid_back, alarm=alarm
    )


def left(right: Right | None, rule: str) -> LegalStanding:
    """Where a shipped line stands: done, or shipped although it had been cancelled."""
    if right is None:
        return LegalStanding(LegalState.SHIPPED, rule)
    return LegalStanding(LegalState.SHIPPED, right.rule, alarm=SHIPPED_DESPITE_CANCELLATION)


def end_of(line: LineFacts, now: datetime) -> datetime:
    """The instant up to which answers and lapses count: when the line left or was cancelled, else `now`."""
    if shipped(line, now):
        return line.shipped_at or now
    return line.cancelled_at or now if cancelled(line, now) else now
