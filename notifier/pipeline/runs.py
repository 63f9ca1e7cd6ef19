"""A person's word on a stopped run: approve, the required ones only, or reject. Colour: root.

Called by cli, web and run_sample. Each word is a plan of its own, because facts may have moved since the run was
stopped: what is right now is sent, or rejected, and only as long as it is not much more than what the person was shown.
"""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from notifier.errors import Stopped, UsageError
from notifier.pipeline.guard import guarded
from notifier.pipeline.house import House
from notifier.pipeline.locks import LOCK, RECORDS_LOCK
from notifier.pipeline.plan import Progress, plan_in
from notifier.pipeline.plan_report import PlanReport
from notifier.pipeline.stopped_run import beyond
from notifier.pipeline.withheld import Saying, Word
from notifier.queries.runs import RunTold
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.store.runs import change_run, let_go, run_by_id, waiting_run
from notifier.store.stopped import drop_news, left_out, news_of
from notifier.store.unfinished import concerned
from notifier.terms.words import AWAITING_APPROVAL, RunState, Verdict

_NEXT = {
    Saying.APPROVE: RunState.APPROVED,
    Saying.REQUIRED_ONLY: RunState.APPROVED,
    Saying.REJECT: RunState.REJECTED,
}


def say(house: House, word: Word, by: str, now: datetime, progress: Progress) -> PlanReport:
    """Plan at once under the word of `by`. Raises UsageError for a run that waits for no such word.

    Raises Stopped, and lets the run wait, where more of any kind would go than was shown and a tenth, where the word
    would reach further than what it is about, or where nothing of it may go at this hour; Unsafe as plan does.
    """
    report = PlanReport(now)
    with guarded(house, now) as guard:
        # Before the run is read: two people's words on it come one after the other, and no import stands between.
        guard.tx.lock(RECORDS_LOCK)
        guard.tx.lock(LOCK)
        run = _open(guard.tx, house, word)
        # What an earlier word on this run held back comes before plan again.
        waited = let_go(guard.tx, run.id, required_only=word.saying is Saying.REQUIRED_ONLY, now=now)
        asked = frozenset(news_of(guard.tx, run.id))
        word = replace(word, asked=asked, only=None if run.state == RunState.STOPPED else waited)
        plan_in(guard.tx, house, report, word, progress)
        _refuse(run, report, word)
        drop_news(guard.tx, run.id)
        change_run(
            guard.tx,
            run.id,
            state=_NEXT[word.saying],
            decided_by=by,
            decided_at=now,
            required_only=word.saying is Saying.REQUIRED_ONLY,
        )
        guard.tick()
    return report


def words_for(run: AnyRow | RunTold, mode: str) -> tuple[Saying, ...]:
    """What a person may say about a run where the mode of delivery is `mode`."""
    state = RunState(run.state)
    if run.mode != mode:
        return ()
    if state is RunState.STOPPED:
        return (Saying.APPROVE, Saying.REQUIRED_ONLY, Saying.REJECT)
    if state is RunState.REJECTED:
        return (Saying.APPROVE, Saying.REQUIRED_ONLY)
    return (Saying.APPROVE, Saying.REJECT) if state is RunState.APPROVED and run.required_only else ()


def _open(tx: Transaction, house: House, word: Word) -> AnyRow:
    """The run, where it waits for this word."""
    run = run_by_id(tx, word.run)
    if run is None:
        raise UsageError(f"there is no run {word.run}; see the list of runs")
    if run.mode != house.sending.mode:
        raise UsageError(f"run {run.id} was planned in mode {run.mode}, and the mode is {house.sending.mode} now")
    if word.saying not in words_for(run, house.sending.mode.value):
        by = f" by {run.decided_by}" if run.decided_by else ""
        raise UsageError(
            f"run {run.id} waits for nobody: it is {run.state}{by}. The list of runs shows those that wait"
        )
    waiting = waiting_run(tx, run.mode)
    if waiting is not None and waiting.id != run.id:
        raise UsageError(f"run {waiting.id} waits, too. Approve or reject that one first")
    if apart := left_out(tx, run.id, concerned(tx)):
        raise Stopped(
            f"an import that concerns {len(apart)} customers of run {run.id} has not come to its end, so nothing was"
            " done. Wait for it, or import the same file again where it was cut off, and say your word once more",
            run.id,
        )
    return run


def _refuse(run: AnyRow, report: PlanReport, word: Word) -> None:
    more = beyond(word.asked, report.asked.sending) if word.only is None else []
    if more:
        raise Stopped(
            f"run {run.id} has grown since it was shown ({', '.join(more)}), so nothing was done."
            " The next plan shows it as it is: look at it then, and say your word once more",
            run.id,
        )
    if report.beside:
        raise Stopped(
            f"something that run {run.id} is not about is due to {report.beside} customers, so nothing was done."
            " Say your word once more after the next plan",
            run.id,
        )
    if word.saying is not Saying.APPROVE and report.kept_back:
        return
    held = report.reasons - Counter(
        {"due": report.reasons["due"], AWAITING_APPROVAL: report.reasons[AWAITING_APPROVAL]}
    )
    if not report.asked.messages and report.verdicts[Verdict.HOLD]:
        why = ", ".join(f"{reason}: {count}" for reason, count in sorted(held.items()))
        raise Stopped(f"nothing of run {run.id} may go at this hour ({why}), so your word was not used up", run.id)
