"""The brake: a run too large to go by itself is taken back, shown to the team, and waits. Colour: root. Called by plan.

Too large: more customers within an hour than `[safety] max_per_run`, or more than `surge_factor` times the median of
the last runs that wrote to anybody (from the tenth such run on). While a run waits the hour does not roll on: time
alone lets nothing go that a person was asked about. Who was shown to a person that approved a slip, and is told what
was shown, counts for neither: customers by name, so that nobody else goes with them.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from notifier import standings
from notifier.errors import Stopped
from notifier.pipeline.house import House
from notifier.pipeline.locks import LOCK
from notifier.pipeline.plan_report import PlanReport
from notifier.pipeline.stopped_run import keep_up, shown, still_to_come
from notifier.pipeline.team import EVERY, Team, tell_team, tell_team_daily
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.store.runs import (
    change_run,
    held_back,
    keep_stop,
    reached,
    run_by_id,
    sizes,
    waiting_run,
)
from notifier.store.slips import approved, news_of, told_by
from notifier.store.stopped import drop_news, mark_told
from notifier.terms.words import RunState

WAITING = "more customers wait, for their hour or another reason"
"""Said of those held, after how many they are."""

HOUR = timedelta(hours=1)
LAST_RUNS = 20
FIRST_JUDGED = 10
"""The first run that wrote to anybody that is measured by those before it."""


class TooLarge(Exception):
    """Takes the transaction back; `why` is a clause for people, `waiting` the run that waited already."""

    def __init__(self, why: str, waiting: AnyRow | None) -> None:
        super().__init__(why)
        self.why, self.waiting = why, waiting


def brake(tx: Transaction, house: House, report: PlanReport) -> None:
    """Raise TooLarge where the run, queued but not yet committed, may not go by itself.

    A stopped run that waited is not needed any more where this one may go: facts have moved. What the night, or a cap,
    holds back of it since then counts as if it went, else a few early ones would let the rest go by itself.
    """
    mode, limits, now = house.sending.mode, house.brake, report.at
    waiting = waiting_run(tx, mode)
    since = min(now, waiting.stopped_at) if waiting else now
    later = still_to_come(tx, waiting, report)
    granted = approved(tx, mode, now)
    messaged, apart = _not_granted(tx, report, [one.id for one in granted]), None
    if granted:
        apart = told_by([one.id for one in granted], min(one.at for one in granted))
    reach = reached(tx, mode, since - HOUR, now, apart) + later
    besides = f" and {later} more whom it holds" if later else ""
    if messaged and reach > limits.customers:
        raise TooLarge(
            f"it would write to {messaged} customers{besides}, which makes {reach} within an hour, and at most"
            f" {limits.customers} go by themselves ([safety] max_per_run)",
            waiting,
        )
    before = sizes(tx, mode, LAST_RUNS + 1)[1 if report.messaged else 0 :]
    usual = median(before[:LAST_RUNS]) if len(before) >= FIRST_JUDGED - 1 else None
    most = max(limits.surge_factor * usual, limits.surge_least) if usual and limits.surge_factor else None
    if messaged and most is not None and messaged + later > most:
        raise TooLarge(
            f"it would write to {messaged} customers{besides}, which is more than {limits.surge_factor} times"
            f" the usual {usual:g} ([safety] surge_factor)",
            waiting,
        )
    if waiting is None:
        return
    if messaged or not later:
        change_run(tx, waiting.id, state=RunState.OVERTAKEN)
        drop_news(tx, waiting.id)
        return
    # In the night everything is put off: what was asked in the evening still waits in the morning.
    keep_up(tx, waiting, waiting.id, report)


def _not_granted(tx: Transaction, report: PlanReport, slip_ids: Sequence[int]) -> int:
    """Customers written to about anything but what these slips were approved to tell them."""
    if not slip_ids:
        return report.messaged
    return len({one.customer_id for one in report.showing.sending - news_of(tx, slip_ids)})


def stopped(house: House, report: PlanReport, stop: TooLarge) -> Stopped:
    """Put the run that was taken back on record, or bring the one that waits up to date; returns what to raise.

    Legal deadlines that come near are kept all the same, so that the team is warned of them.
    """
    found = report.showing.as_json() | {"why": stop.why, "messaged": report.messaged}
    mode = house.sending.mode
    with house.store.write() as tx:
        tx.lock(LOCK)
        standings.keep(tx, report.pressing, report.at)
        waiting = waiting_run(tx, mode)
        overtaken = (waiting and waiting.id) != (stop.waiting and stop.waiting.id)
        report.run = None
        if not overtaken:
            report.run = keep_stop(tx, mode, report.at, report.counts)
            other = keep_up(tx, waiting, report.run, report)
            if columns := shown(tx, waiting, found, report, other=other):
                change_run(tx, report.run, **columns)
    if report.run is None:
        return Stopped(f"nothing was queued: {stop.why}. Meanwhile somebody spoke, or another plan stopped", None)
    return Stopped(
        f"run {report.run} was stopped, nothing was queued: {stop.why}."
        " Look at it with `notifier runs`, then type one of:\n"
        f"  notifier approve {report.run} --by NAME   (add --required-only for what the law requires alone)\n"
        f"  notifier reject {report.run} --by NAME",
        report.run,
        report.as_json() | {"stopped": True} | found,
    )


async def tell_stop(house: House, team: Team, run_id: int, now: datetime) -> bool:
    """Show the team a stopped run, once; False where it knows, or no server took the email."""
    run = await asyncio.to_thread(_run, house, run_id)
    if run is None or run.told_at is not None:
        return False
    told = await tell_team(team, f"Run {run.id} was stopped and waits for you", stop_words(run), now)
    if told or not team.address:
        await asyncio.to_thread(_mark_told, house, run.id, now)
    return told


def _run(house: House, run_id: int) -> AnyRow | None:
    with house.store.read() as tx:
        return run_by_id(tx, run_id)


def _mark_told(house: House, run_id: int, now: datetime) -> None:
    with house.store.write() as tx:
        change_run(tx, run_id, told_at=now)
        mark_told(tx, run_id)


def stop_words(run: AnyRow) -> str:
    """What the team must know of a stopped run."""
    found = json.loads(run.found)
    counts = [
        f"  {name}: {one['messages']} to {one['customers']} customers" for name, one in found["by_purpose"].items()
    ]
    held = [f"  {name}: {count} {WAITING}" for name, count in found["held"].items()]
    samples = [f"  {_sample_words(one)}" for one in found["samples"]]
    parts = [
        f"Nothing of run {run.id} was queued: {found['why']}. It would send:",
        "\n".join(counts + held),
        "For example:",
        "\n".join(samples),
        required_words(found["required"], found["deadline"]) if found["required"] else "",
        (
            f"If that is right: notifier approve {run.id} --by NAME\n"
            f"Only what the law requires: notifier approve {run.id} --required-only --by NAME\n"
            f"If it is wrong: notifier reject {run.id} --by NAME"
        ),
        "Each plan judges afresh until then; if the facts are mended and it is small again, it goes by itself.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _sample_words(sample: Mapping[str, Any]) -> str:
    lines = ", ".join(f"{one['order']}/{one['line']} {one['product']} ({_dates(one)})" for one in sample["lines"])
    return f"customer {sample['customer']}, {sample['purpose']} by {sample['channel']}: {lines}"


def _dates(line: Mapping[str, Any]) -> str:
    promised = f"promised {line['promised']}" if line["promised"] else "no promise"
    return f"{promised}, now {line['eta_to']}" if line["eta_to"] else f"{promised}, now no date"


def required_words(count: int, deadline: str | None) -> str:
    """What waits that the law requires."""
    until = f"; the first must be told by {deadline}" if deadline else ""
    return f"{count} of them are required messages{until}."


async def alarm_required(house: House, team: Team, now: datetime) -> None:
    """Remind the team, once a day, of required messages that wait for somebody's word."""
    for run, count in await asyncio.to_thread(_holding, house, now):
        if count:
            deadline = json.loads(run.found)["deadline"] if run.found else None
            words = (
                f"Run {run.id} holds required messages back. {required_words(count, deadline)}\n"
                f"To send them: Runs at the console, or notifier approve {run.id} --required-only --by NAME\n"
            )
            await tell_team_daily(house.store, team, f"Required messages of run {run.id} wait for approval", words, now)


def _holding(house: House, now: datetime) -> list[tuple[AnyRow, int]]:
    """The runs that hold required messages back, with how many."""
    mode = house.sending.mode
    with house.store.read() as tx:
        held = {run.id: (run, run.by_law) for run in held_back(tx, now) if run.mode == mode}
        waiting = waiting_run(tx, mode)
    # A run that was just stopped has told its own story already.
    if waiting is not None and waiting.told_at is not None and waiting.told_at + EVERY <= now:
        held.setdefault(waiting.id, (waiting, json.loads(waiting.found)["required"]))
    return list(held.values())
