"""Where a line stands on the customer's page, and what can be chosen for it. Colour: pure. Called by pipeline.page.

The page is never ahead of the facts: a line is cancelled once the shop's records or the law say so, and a date is one
that the customer was told. A new one is told by message alone, since any message that names one may be a notice (F1).
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from notifier.policy.figures import Policy
from notifier.policy.legal import is_over, needs_notice, notice_first
from notifier.policy.line_answers import counts, may_withdraw
from notifier.policy.lines import cancelled, is_open, last_news, shipped, today
from notifier.terms.effects import ActionKind, Asked
from notifier.terms.facts import LineFacts
from notifier.terms.law import LAPSES, Jurisdiction, LegalState, Said
from notifier.terms.page import Act, Dates, Silence, Stage
from notifier.terms.time import EtaRange, local_day

SHOWN_AFTER = timedelta(days=60)
"""How long an order is shown after it was closed."""

WITHDRAWAL_DAYS = 14
"""Days after delivery in which a consumer may withdraw (RULES.md U6)."""

MAY_TRAVEL = 14
"""Days that a parcel may take beyond `shop.transit_days`: nobody tells us of its delivery, and the function must not go
too early. One that comes too late is for a person.
"""

_STAGES = {
    ActionKind.WITHDRAW: Stage.WITHDRAWING,
    ActionKind.CANCEL: Stage.STOPPING,
    ActionKind.SWAP: Stage.SWAPPING,
}


@dataclass(frozen=True, slots=True)
class Moment:
    """By what a page is judged: the policy, the UTC instant, and the days from shipping to delivery."""

    policy: Policy
    now: datetime
    transit_days: int = 0

    @property
    def today(self) -> date:
        """The calendar day in the shop's zone."""
        return today(self.policy, self.now)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the customer has asked for a line: kinds that are `open` and kinds that are `done`; `agreed`: to wait, since
    anything was told last.
    """

    open: Collection[ActionKind] = ()
    done: Collection[ActionKind] = ()
    agreed: bool = False


def stage_of(line: LineFacts, wishes: Wishes, moment: Moment) -> Stage:
    """Where the line stands."""
    if shipped(line, moment.now):
        return Stage.SHIPPED
    if cancelled(line, moment.now) or _confirmed(line) or line.asked is Asked.ENDED:
        return Stage.CANCELLED
    if is_over(line) or line.asked is Asked.ENDING:
        return _ending(line, wishes)
    return _open(line, moment) if is_open(line, moment.now) else Stage.CLOSED


def _ending(line: LineFacts, wishes: Wishes) -> Stage:
    """By law, or by a wish on which the shop has not acted."""
    if is_over(line) and line.legal is not None and line.legal.rule in LAPSES:
        return Stage.LAPSED
    return next((stage for kind, stage in _STAGES.items() if kind in wishes.open), Stage.STOPPING)


def _open(line: LineFacts, moment: Moment) -> Stage:
    if line.asked is Asked.UNCLEAR:
        return Stage.UNCLEAR
    if line.covered and line.told is not None and not notice_first(line, moment.policy, moment.now):
        return Stage.READY
    return Stage.LATE if _late(line, moment) else Stage.WAITING


def _confirmed(line: LineFacts) -> bool:
    """Whether the shop has said, by a person's word, that a line is cancelled that the customer or time ended."""
    done = (LegalState.REFUND_DUE, LegalState.REFUNDED, LegalState.CANCELLED)
    return line.legal is not None and line.legal.state in done


def _late(line: LineFacts, moment: Moment) -> bool:
    if line.promised is None:
        return False
    known = news_of(line)
    over = moment.today > line.promised
    return over or (known is not None and known.last > line.promised) or notice_first(line, moment.policy, moment.now)


def news_of(line: LineFacts) -> EtaRange | None:
    """The date that the customer knows; None where there is none, or nothing was told."""
    news = last_news(replace(line, tellings=tuple(one for one in line.tellings if one.sent)))
    return news.eta if news is not None else None


def dates_of(line: LineFacts, moment: Moment) -> Dates:
    """How far the told date holds."""
    told, day = news_of(line), moment.today
    if told is None:
        return Dates.NONE if any(one.sent for one in line.tellings) else Dates.NEVER_TOLD
    if told.last < day or notice_first(line, moment.policy, moment.now):
        return Dates.LATER
    expected = line.forecast.eta
    moved = not line.covered and (expected is None or expected.last > told.last)
    return Dates.LATER if moved else Dates.TOLD


def silence_of(line: LineFacts) -> Silence:
    """What it means to do nothing; nothing rests on silence while a wish stands or may be meant."""
    if line.legal is None or line.law is None or line.asked is not Asked.NOTHING:
        return Silence.NOTHING
    state = line.legal.state
    if state in (LegalState.CONSENTED, LegalState.CONSENTED_INDEFINITE):
        return Silence.AGREED
    if not needs_notice(line):
        waits = state is LegalState.AWAITING_CONSENT and line.law.jurisdiction is Jurisdiction.EU
        return Silence.NEITHER if waits else Silence.NOTHING
    if state is LegalState.AWAITING_OBJECTION:
        return Silence.CONSENTS
    wanted = state in (LegalState.AWAITING_CONSENT, LegalState.AWAITING_RENEWED_CONSENT)
    return Silence.CANCELS if wanted and line.legal.answer_by is not None else Silence.NOTHING


def acts_of(line: LineFacts, wishes: Wishes, moment: Moment) -> tuple[Act, ...]:
    """What can be chosen for the line, a SWAP only where there is something to take."""
    policy, now = moment.policy, moment.now
    if line.asked is Asked.ENDED and not shipped(line, now):
        return ()
    if line.asked is Asked.ENDING:
        return (Act.KEEP,) if not counts(line, Said.KEEP, policy, now) else ()
    found = []
    if not wishes.agreed and not counts(line, Said.ACCEPT, policy, now):
        found.append(Act.ACCEPT)
    ends = not counts(line, Said.CANCEL, policy, now)
    if ends and is_open(line, now):
        found.append(Act.SWAP)
    if may_withdraw(line):
        late = shipped(line, now) and not _returnable(line, wishes, moment)
        found += [Act.WITHDRAW] if (ends or shipped(line, now)) and not late else []
    elif ends:
        found.append(Act.CANCEL)
    return tuple(found)


def _returnable(line: LineFacts, wishes: Wishes, moment: Moment) -> bool:
    """Whether a line that has left may still be withdrawn from."""
    if line.shipped_at is None or ActionKind.WITHDRAW in wishes.done:
        return False
    sent = local_day(line.shipped_at, moment.policy.timezone)
    return moment.today <= sent + timedelta(days=moment.transit_days + MAY_TRAVEL + WITHDRAWAL_DAYS)
