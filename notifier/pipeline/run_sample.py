"""A stopped run as a person judges it: a few messages of each kind as they will be read, and whom it leaves out.

Colour: root. Called by the web. The messages are made as a slip's are: judged afresh, put into the outbox in a
transaction that is taken back, and rendered after it by the processes that render what is sent.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
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
from notifier.pipeline.withheld import Saying, hold_withheld, to_tell
from notifier.queries.runs import RunTold, run_told
from notifier.store.engine import Transaction
from notifier.store.gather import due_query
from notifier.store.stopped import left_out, some_news
from notifier.store.unfinished import concerned
from notifier.terms.decision import Decision, ToTell
from notifier.terms.facts import CustomerFacts
from notifier.terms.words import RunState, Verdict

OF_EACH = 2
"""Messages that are shown of each purpose, kind of notice and channel."""

LOOKED_AT = 6
"""Customers of each purpose and kind of notice who are judged to find them: some may wait for their hour now."""


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
    """The run with a sample of what it would send at the UTC instant `now`. Stores nothing.

    Raises UsageError for a run that is not there.
    """
    with house.store.read() as tx:
        run = run_told(tx, run_id)
        if run is None:
            raise UsageError(f"there is no run {run_id}; `notifier runs` lists them")
        words = words_for(run, house.sending.mode.value)
        if run.state != RunState.STOPPED:
            return RunShown(run, words)
        news = some_news(tx, run_id, LOOKED_AT)
        unfinished = len(left_out(tx, run_id, concerned(tx)))
    letters, waits = _sample(house, news, now)
    return RunShown(run, words, letters, waits, run.found.get("held", {}), unfinished)


def _sample(house: House, news: Sequence[ToTell], now: datetime) -> tuple[list[Letter], Counter[str]]:
    with house.store.taken_back() as tx:
        here = in_force(tx, under_pauses(tx, house))
        facts, decisions = _judged(tx, here, sorted({one.customer_id for one in news}), now)
        wanted = [one for one in decisions if to_tell(one) in set(news)]
        asked = _spread([one for one in wanted if one.verdict is Verdict.SEND], facts)
        letters = letters_of(tx, here, asked, now)
    return letters, Counter(one.reason for one in wanted if one.verdict is not Verdict.SEND)


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
