"""News that a person held back or rejected when judging a stopped run. Colour: root. Called by plan and claims."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from notifier.store.engine import Transaction
from notifier.store.runs import News, withheld, withhold
from notifier.terms.decision import Decision, Step, ToTell
from notifier.terms.facts import CustomerFacts
from notifier.terms.words import AWAITING_APPROVAL, MessageClass, Verdict

RUN_REJECTED = "run_rejected"

LOOK_AGAIN = timedelta(hours=1)
"""When held news is judged again, should nobody approve it before: its alarm must not grow old."""


def is_put_off(decision: Decision) -> bool:
    """Whether it waits for its hour, or another reason of its own, and not for a person."""
    return decision.verdict is Verdict.HOLD and decision.reason != AWAITING_APPROVAL


def to_tell(decision: Decision) -> ToTell:
    """What it tells whom."""
    return ToTell(decision.customer_id, decision.purpose.name, decision.notice.value)


def news_of(decision: Decision) -> list[News]:
    """What a decision would say, line by line."""
    return [News(line.line_id, decision.purpose.name, line.occasion) for line in decision.lines]


def with_silenced(tx: Transaction, mode: str, customers: Sequence[CustomerFacts]) -> list[CustomerFacts]:
    """The same customers, their lines with what was rejected in `mode`: no news any more, it keeps nothing waiting."""
    known = withheld(tx, [line.id for customer in customers for line in customer.lines], mode)
    silenced: dict[int, set[tuple[str, str]]] = {}
    for one, how in known.items():
        if how.silenced:
            silenced.setdefault(one.line_id, set()).add((one.purpose, one.occasion))
    if not silenced:
        return list(customers)
    return [_silenced(customer, silenced) for customer in customers]


def _silenced(customer: CustomerFacts, silenced: dict[int, set[tuple[str, str]]]) -> CustomerFacts:
    lines = tuple(
        replace(line, silenced=frozenset(silenced[line.id])) if line.id in silenced else line for line in customer.lines
    )
    return replace(customer, lines=lines)


def hold_withheld(tx: Transaction, mode: str, decisions: Sequence[Decision], now: datetime) -> list[Decision]:
    """The decisions, with those to send held that say anything a person holds back in `mode`."""
    lines = {line.line_id for one in decisions if one.verdict is Verdict.SEND for line in one.lines}
    held = {one: known.run for one, known in withheld(tx, sorted(lines), mode).items() if not known.silenced}
    found = []
    for one in decisions:
        runs = [held[news] for news in news_of(one) if news in held] if one.verdict is Verdict.SEND else []
        found.append(_held(one, runs[0], now) if runs else one)
    return found


class Saying(StrEnum):
    """What a person may say about a stopped run."""

    APPROVE = "approve"
    REQUIRED_ONLY = "required_only"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Word:
    """A person's word on the run `run`. `only`: of a run that was judged before, the news that waits; None: all.

    `asked` is what the run would tell whom: the word also reaches what of it is put off for its hour.
    """

    run: int
    saying: Saying
    only: frozenset[News] | None = None
    asked: frozenset[ToTell] = frozenset()

    def reaches(self, decision: Decision) -> bool:
        """Whether the word is about what this decision sends, or holds for later."""
        if decision.verdict is Verdict.SEND:
            return True
        if not is_put_off(decision):
            return False
        return to_tell(decision) in self.asked if self.only is None else not self.only.isdisjoint(news_of(decision))


def beside(word: Word, decisions: Sequence[Decision]) -> int:
    """Customers to whom something is due that the word is not about."""
    if word.only is None:
        return 0
    only = word.only
    sends = [one for one in decisions if one.verdict is Verdict.SEND]
    return len({one.customer_id for one in sends if only.isdisjoint(news_of(one))})


@dataclass(frozen=True, slots=True)
class Obeyed:
    """The decisions after a person's word, and how much news it holds back."""

    decisions: list[Decision]
    kept_back: int


def obey(tx: Transaction, word: Word, mode: str, decisions: Sequence[Decision], now: datetime) -> Obeyed:
    """The decisions after a person's word, which is remembered for what it holds back.

    What is required cannot be rejected in silence: it is held until it is approved. What waits for its hour keeps that
    reason, and is held back once the hour has come; what an earlier word holds back stays under that one.
    """
    if word.saying is Saying.APPROVE:
        return Obeyed(list(decisions), 0)
    lines = {line.line_id for one in decisions if word.reaches(one) for line in one.lines}
    before = withheld(tx, sorted(lines), mode)
    found: list[Decision] = []
    held: dict[News, tuple[int, bool, bool]] = {}
    for one in decisions:
        required = one.purpose.message_class is MessageClass.REQUIRED
        spared = required and word.saying is Saying.REQUIRED_ONLY
        if spared or not word.reaches(one) or any(news in before for news in news_of(one)):
            found.append(one)
            continue
        silenced = word.saying is Saying.REJECT and not required
        later = one if one.verdict is Verdict.HOLD else _held(one, word.run, now)
        found.append(_rejected(one, word.run) if silenced else later)
        held |= dict.fromkeys(news_of(one), (one.customer_id, required, silenced))
    withhold(tx, word.run, held)
    return Obeyed(found, len(held))


def _held(decision: Decision, run: int, now: datetime) -> Decision:
    trace = (*decision.trace, Step("approval", "hold", (("run", str(run)),)))
    until = now + LOOK_AGAIN
    return replace(decision, verdict=Verdict.HOLD, reason=AWAITING_APPROVAL, hold_until=until, trace=trace)


def _rejected(decision: Decision, run: int) -> Decision:
    trace = (*decision.trace, Step("approval", "skip", (("run", str(run)),)))
    return replace(decision, verdict=Verdict.SKIP, reason=RUN_REJECTED, trace=trace)
