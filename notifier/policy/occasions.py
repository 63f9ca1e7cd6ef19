"""What makes a line due, one function each, by the name that a purpose.toml uses. Colour: pure. Called by decide.

A new occasion is one function and one line in OCCASIONS. Each answers for one line and one purpose, and says when to
look again: the earliest future instant at which the line could become due, or due for another reason, although no fact
changes.
"""

# ruff: noqa: ARG001  (one shape for all, so that the table needs no cases)

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType

from notifier.errors import SettingsError
from notifier.policy.figures import Figures, Policy, figure
from notifier.policy.legal import CLOSED, needs_notice
from notifier.policy.lines import (
    REWARDED,
    backordered,
    cancelled,
    day_over,
    is_open,
    last_news,
    shipped,
    start_of,
    times_told,
    today,
)
from notifier.policy.occurrence import NEVER, Occurrence
from notifier.policy.waiting import waiting
from notifier.terms.decision import PROMISE, TOLD
from notifier.terms.effects import Asked
from notifier.terms.facts import CustomerFacts, LineFacts
from notifier.terms.law import OWED, LegalState
from notifier.terms.purpose import Purpose
from notifier.terms.time import local_day


def promise_broken(
    line: LineFacts, customer: CustomerFacts, purpose: Purpose, policy: Policy, now: datetime
) -> Occurrence:
    """The promised day T cannot be kept or is over; later, the day told instead is over. Each date is answered once.

    Where the law demands a first notice (RULES.md F1), it is that notice.
    """
    if needs_notice(line):
        return _owed(line, LegalState.NOTICE_DUE, now)
    if not is_open(line, now) or _settling(line, now):
        return Occurrence(None, look_again=line.legal.send_from if line.legal else None)
    answered = {telling.occasion for telling in line.tellings if telling.purpose == purpose.name}
    promised = line.law.promised if line.law else line.promised
    if promised is not None and PROMISE + promised.isoformat() not in answered:
        eta = line.forecast.eta
        if eta is not None and eta.last > promised and not line.covered:
            return Occurrence(PROMISE + promised.isoformat(), promised.isoformat())
        return _when_over(promised, policy, now)
    return _told_day_over(line, promised, answered, (policy, now))


def _settling(line: LineFacts, now: datetime) -> bool:
    """Whether a date has moved so lately that it may move once more (`settle_minutes`)."""
    legal = line.legal
    return legal is not None and legal.state in OWED and legal.send_from is not None and legal.send_from > now


def _told_day_over(
    line: LineFacts, promised: date | None, answered: set[str], judged: tuple[Policy, datetime]
) -> Occurrence:
    news = last_news(line)
    if news is None or news.eta is None or (promised is not None and news.eta.last <= promised):
        return NEVER
    if PROMISE + news.eta.last.isoformat() in answered:
        return NEVER
    return _when_over(news.eta.last, *judged)


def renewal_owed(
    line: LineFacts, customer: CustomerFacts, purpose: Purpose, policy: Policy, now: datetime
) -> Occurrence:
    """The revised date R of a notice cannot be kept: the renewed notice is owed (RULES.md F5)."""
    return _owed(line, LegalState.RENEWAL_DUE, now) if needs_notice(line) else NEVER


def _owed(line: LineFacts, state: LegalState, now: datetime) -> Occurrence:
    legal = line.legal
    if legal is None or legal.state is not state or legal.answers is None:
        return NEVER
    if legal.send_from is not None and legal.send_from > now:
        return Occurrence(None, look_again=legal.send_from)
    day = legal.answers.isoformat()
    return Occurrence(PROMISE + day, day, legal.notice)


def _when_over(day: date, policy: Policy, now: datetime) -> Occurrence:
    if today(policy, now) > day:
        return Occurrence(PROMISE + day.isoformat(), day.isoformat())
    return Occurrence(None, look_again=day_over(day, policy))


def eta_moved(line: LineFacts, customer: CustomerFacts, purpose: Purpose, policy: Policy, now: datetime) -> Occurrence:
    """The forecast's last day has moved by `min_days` and a tenth of the wait left, or a date was found or lost.

    Stock that covers the line ends the talk of dates, and a told day that is over is a broken promise.
    """
    news = last_news(line)
    if news is None or line.covered or not is_open(line, now):
        return NEVER
    before, after, day = news.eta, line.forecast.eta, today(policy, now)
    # The new date is in the key: where telling it was refused, the next date is other news.
    key = f"{TOLD}{times_told(line)}:{after.last if after else 'none'}"
    if before is None:
        return Occurrence(key) if after is not None else NEVER
    if after is None:
        return Occurrence(key, before.last.isoformat()) if day <= before.last else NEVER
    moved = abs((after.last - before.last).days)
    if moved < figure("min_days", purpose, policy) or moved == 0:
        return NEVER
    wait = (before.last - day).days
    if wait <= moved * 10:
        return Occurrence(key, before.last.isoformat())
    return Occurrence(None, look_again=start_of(before.last - timedelta(days=moved * 10), policy))


def new_backorder(
    line: LineFacts, customer: CustomerFacts, purpose: Purpose, policy: Policy, now: datetime
) -> Occurrence:
    """A backorder of which nobody has told the customer, ordered within `max_age_days`."""
    if line.told is not None or not is_open(line, now) or not backordered(line):
        return NEVER
    young = now - line.ordered_at <= timedelta(days=figure("max_age_days", purpose, policy))
    return Occurrence("new") if young else NEVER


def stock_covers(
    line: LineFacts, customer: CustomerFacts, purpose: Purpose, policy: Policy, now: datetime
) -> Occurrence:
    """Stock now covers a line that the customer was told to wait for, and this was not said since dates last moved."""
    if line.told is None or not line.covered or not is_open(line, now):
        return NEVER
    turns = [told for told in line.tellings if told.purpose == purpose.name or told.occasion.startswith(TOLD)]
    if turns and turns[-1].purpose == purpose.name:
        return NEVER
    return Occurrence(f"{TOLD}{times_told(line)}")


def long_wait(line: LineFacts, customer: CustomerFacts, purpose: Purpose, policy: Policy, now: datetime) -> Occurrence:
    """The customer waited `after_days` since the order or was put off twice; once a line, never a cancelled one."""
    if not policy.rewards.on or not customer.reward_budget_left or line.cancelled_at is not None:
        return NEVER
    if not is_open(line, now) or any(told.purpose == purpose.name for told in line.tellings):
        return NEVER
    mark = line.ordered_at + timedelta(days=figure("after_days", purpose, policy))
    if now >= mark or _put_off(line) >= 2:
        return Occurrence(REWARDED)
    return Occurrence(None, look_again=mark)


def _put_off(line: LineFacts) -> int:
    """How often the customer was told of a later day than before, or of a broken promise without a new day."""
    count, latest, seen = 0, line.promised, set()
    for told in line.tellings:
        if (told.purpose, told.occasion) in seen:
            continue
        seen.add((told.purpose, told.occasion))
        later = told.eta is not None and latest is not None and told.eta.last > latest
        count += later or (told.eta is None and told.occasion.startswith(PROMISE))
        latest = told.eta.last if told.eta is not None else latest
    return count


def was_cancelled(
    line: LineFacts, customer: CustomerFacts, purpose: Purpose, policy: Policy, now: datetime
) -> Occurrence:
    """A line the customer was told to wait for is cancelled by the shop's record or word, or any by the law (F7).

    Who had the refund before the law closed the line is promised none.
    """
    if closed_by_law(line, now):
        return NEVER if line.legal is not None and line.legal.paid_back else Occurrence("cancelled")
    ended = cancelled(line, now) or (line.asked is Asked.ENDED and not shipped(line, now))
    return Occurrence("cancelled") if line.told is not None and ended else NEVER


def closed_by_law(line: LineFacts, now: datetime) -> bool:
    """Whether a lapse or an answer closed the line, not the shop's own record: nobody else tells the customer."""
    return line.legal is not None and line.legal.state in CLOSED and not cancelled(line, now)


def late_line_shipped(
    line: LineFacts, customer: CustomerFacts, purpose: Purpose, policy: Policy, now: datetime
) -> Occurrence:
    """A line the customer was told to wait for has left, after its promise or after a told delay."""
    if line.told is None or not shipped(line, now):
        return NEVER
    late = any(told.occasion.startswith(PROMISE) for told in line.tellings)
    if line.promised is not None and line.shipped_at is not None:
        late = late or local_day(line.shipped_at, policy.timezone) > line.promised
    return Occurrence("shipped") if late else NEVER


def on_no_line(line: LineFacts, customer: CustomerFacts, purpose: Purpose, policy: Policy, now: datetime) -> Occurrence:
    """It hangs on no order line, and plan has nothing to add: the customer wrote (answered), is asked for consent
    (asked_in) or waits for a product that is back (restocked). pipeline.unlined lists who puts it into the outbox.
    """
    return NEVER


Occasion = Callable[[LineFacts, CustomerFacts, Purpose, Policy, datetime], Occurrence]

OCCASIONS: Mapping[str, Occasion] = MappingProxyType(
    {
        "promise_broken": promise_broken,
        "renewal_owed": renewal_owed,
        "eta_moved": eta_moved,
        "new_backorder": new_backorder,
        "waiting": waiting,
        "stock_covers": stock_covers,
        "long_wait": long_wait,
        "was_cancelled": was_cancelled,
        "late_line_shipped": late_line_shipped,
        "answered": on_no_line,
        "asked_in": on_no_line,
        "restocked": on_no_line,
    }
)


def check_purposes(purposes: Sequence[Purpose]) -> None:
    """Raise SettingsError, with every fault, for a purpose whose occasion or figure does not exist."""
    figures = Figures.__dataclass_fields__
    names = {purpose.name for purpose in purposes}
    faults = []
    for purpose in purposes:
        where = f"{purpose.name}/purpose.toml"
        if purpose.occasion not in OCCASIONS:
            faults.append(f"{where}: occasion {purpose.occasion!r} is none of {', '.join(OCCASIONS)}")
        faults += [
            f"{where}: figures.{name} is none of {', '.join(figures)}"
            for name in purpose.figures
            if name not in figures
        ]
        faults += [f"{where}: absorbs {name!r}, which is no purpose" for name in purpose.absorbs if name not in names]
    if faults:
        raise SettingsError(faults)
