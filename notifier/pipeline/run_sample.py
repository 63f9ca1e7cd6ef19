"""A run that waits as a person judges it: a few messages of each kind as they will be read, and whom it leaves out.

Colour: root. Called by the web. The messages are made as a slip's are: judged afresh, put into the outbox in a
transaction that is taken back, and rendered after it by the processes that render what is sent.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from notifier.errors import UsageError
from notifier.pipeline.house import House
from notifier.pipeline.in_force import in_force
from notifier.pipeline.pauses import under_pauses
from notifier.pipeline.plan import judge_these
from notifier.pipeline.runs import words_for
from notifier.pipeline.slip_letters import Letter, letters_of
from notifier.pipeline.slip_look import Asked
from notifier.pipeline.withheld import Saying, hold_withheld, news_of, to_tell
from notifier.queries.runs import RunTold, run_told
from notifier.store.engine import Transaction
from notifier.store.gather import due_query
from notifier.store.runs import sayable, some_held_back
from notifier.store.stopped import left_out, some_news
from notifier.store.unfinished import concerned
from notifier.terms.decision import Decision, ToTell
from notifier.terms.facts import CustomerFacts
from notifier.terms.words import RunState, Verdict

OF_EACH = 2
"""Messages that are shown of each purpose, kind of notice and channel."""

LOOKED_AT = 6
"""Customers of each purpose and kind of notice who are judged to find them: some may wait for their hour now."""


Sampled = tuple[list[Letter], Counter[str]]
"""Messages, and how many of the sample would wait, by the reason."""


@dataclass(frozen=True, slots=True)
class RunShown:
    """A run, what may be said about it, and a sample of what it would send, still to be rendered.

    `held` are customers, by purpose, whose hour has not come; `waits` are those of the sample who would not be written
    to now, by the reason. `unfinished`: customers whom an import concerns that has not come to its end.
    """

    run: RunTold
    words: tuple[Saying, ...]
    letters: list[Letter] = field(default_factory=list)
    waits: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[str, int] = field(default_factory=dict)
    unfinished: int = 0


def look(house: House, run_id: int, now: datetime) -> RunShown:
    """The run with a sample of what it would send at the UTC instant `now`, or what it holds back. Stores nothing.

    Raises UsageError for a run that is not there.
    """
    with house.store.read() as tx:
        run = run_told(tx, run_id, now)
        if run is None:
            raise UsageError(f"There is no run {run_id}")
        words = words_for(run, house.sending.mode.value)
        stopped = run.state == RunState.STOPPED
        news = some_news(tx, run_id, LOOKED_AT) if stopped else []
        unfinished = len(left_out(tx, run_id, concerned(tx))) if stopped else 0
        whose = some_held_back(tx, run_id, LOOKED_AT, now) if words and not stopped else []
    letters, waits = _held_sample(house, run_id, whose, now) if whose else _sample(house, news, now)
    return RunShown(run, words, letters, waits, run.found.get("held", {}) if stopped else {}, unfinished)


def _sample(house: House, news: Sequence[ToTell], now: datetime) -> Sampled:
    asked = set(news)
    if not asked:
        return [], Counter()
    with house.store.taken_back() as tx:
        return _letters(tx, house, {one.customer_id for one in news}, lambda one: to_tell(one) in asked, now)


def _held_sample(house: House, run_id: int, whose: Sequence[int], now: datetime) -> Sampled:
    """As if what the run holds back of these customers were approved."""
    with house.store.taken_back() as tx:
        news = sayable(tx, run_id, whose)
        return _letters(tx, house, whose, lambda one: not news.isdisjoint(news_of(one)), now)


def _letters(
    tx: Transaction, house: House, whose: Collection[int], wanted: Callable[[Decision], bool], now: datetime
) -> Sampled:
    here = in_force(tx, under_pauses(tx, house))
    facts, decisions = _judged(tx, here, sorted(whose), now)
    found = [one for one in decisions if wanted(one)]
    asked = _spread([one for one in found if one.verdict is Verdict.SEND], facts)
    waits = Counter(one.reason for one in found if one.verdict is not Verdict.SEND)
    return letters_of(tx, here, asked, now), waits


def _judged(
    tx: Transaction, house: House, customer_ids: Sequence[int], now: datetime
) -> tuple[dict[int, CustomerFacts], list[Decision]]:
    facts: dict[int, CustomerFacts] = {}
    decisions: list[Decision] = []
    for batch in judge_these(tx, house, dict.fromkeys(customer_ids), due_query(now, every=False), now):
        facts |= batch.facts
        decisions += hold_withheld(tx, house.sending.mode, batch.decisions, now)
    return facts, decisions


def _spread(sends: Sequence[Decision], facts: Mapping[int, CustomerFacts]) -> list[Asked]:
    """A few of each purpose, kind of notice and channel."""
    taken: Counter[tuple[str, str, str]] = Counter()
    found = []
    for one in sends:
        kind = (one.purpose.name, one.notice.value, one.channel.value)
        taken[kind] += 1
        if taken[kind] <= OF_EACH:
            found.append(Asked(one.notice.value, one, facts[one.customer_id]))
    return found
