"""After a restored backup: what may have gone since, and going on (HOSTILE 60). Colour: root. Called by cli.

Nobody can know what went out after the backup was made. Shown are the gap, and what would go now; a person says whether
customers are told again, or whether all of that counts as told.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from notifier import notices as legal_notices
from notifier import outbox
from notifier.errors import UsageError
from notifier.pipeline.go_live import Open, hold_notices, open_news, take_over
from notifier.pipeline.guard import Mark, keep_mark, read_mark
from notifier.pipeline.house import House
from notifier.pipeline.plan_report import Showing
from notifier.store.decisions import close_run, open_run
from notifier.store.runs import change_run, last_work, waiting_messages
from notifier.store.ticks import position, raise_to
from notifier.terms.decision import Decision
from notifier.terms.words import RunState

LEAP = 1_000_000
"""Added to the counter, so that the files of other machines, which may know of more, are content with one word."""


@dataclass(frozen=True, slots=True)
class Gap:
    """What is known of the time between the backup and its loss. `behind` counts plans and claims that it lacks."""

    backup_until: datetime | None
    worked_until: datetime
    behind: int
    queued: dict[str, int]
    due: dict[str, Open]


def gap(house: House, now: datetime) -> Gap:
    """The gap before this database. Raises UsageError where it is no older copy."""
    known = _known(house)
    with house.store.read() as tx:
        name, tick = position(tx)
        if name == known.database and tick >= known.tick:
            raise UsageError("this database is no older copy: there is nothing to resume. Type: notifier plan")
        until, queued = last_work(tx), waiting_messages(tx, house.sending.mode)
    return Gap(until, known.at, max(known.tick - tick, 0), queued, open_news(house, now))


def go_on(house: House, by: str, now: datetime, *, already_told: bool) -> tuple[int, int]:
    """Work with this database from now on. Returns how many messages count as told, and how many notices are held.

    `already_told`: what waits in the outbox and what is due counts as told; notices that the law requires cannot, and
    wait until the run is approved, so that none goes twice.
    """
    gap(house, now)
    known, file = _known(house), house.guards.tick_file
    with house.store.write() as tx:
        run, made = open_run(tx, now, house.sending.mode), 0
        notices: list[Decision] = []
        if already_told:
            made, withdrawn = outbox.take_over_queued(tx, house.sending.mode, now)
            legal_notices.free(tx, withdrawn)
            more, notices = take_over(tx, house, run, {one.name for one in house.purposes}, now)
            made += more
            hold_notices(tx, run, notices)
        state = RunState.REJECTED if notices else RunState.TAKEN_OVER
        messaged = len({one.customer_id for one in notices})
        found = Showing(required=len(notices)).as_json() | {"why": "the database was restored", "messaged": messaged}
        close_run(tx, run, state, {"messaged": 0, "found": json.dumps(found)})
        change_run(tx, run, decided_by=by, decided_at=now)
        mark = Mark(*raise_to(tx, known.tick + LEAP), now)
    if file:
        keep_mark(file, mark, anew=True)
    return made, len(notices)


def _known(house: House) -> Mark:
    file = house.guards.tick_file
    known = read_mark(file) if file else None
    if known is None:
        raise UsageError("this machine knows of no work before, so it cannot tell an older copy. Type: notifier plan")
    return known
