"""After a restored backup: what may have gone since, and going on (HOSTILE 60). Colour: root. Called by cli.

Nobody can know what went out after the backup was made. Shown are the gap, and what would go now; a person says whether
customers are told again, or whether all of that counts as told.
"""

import json
from dataclasses import dataclass
from datetime import datetime

import structlog

from notifier import notices as legal_notices
from notifier import outbox
from notifier.errors import UsageError
from notifier.pipeline.go_live import Open, hold_notices, open_news, take_over
from notifier.pipeline.guard import is_older, is_stranger, marked, missing
from notifier.pipeline.house import House
from notifier.pipeline.plan_report import Showing
from notifier.pipeline.tick_file import Mark, keep_mark, known_mark
from notifier.store.decisions import close_run, open_run
from notifier.store.runs import change_run, last_work, waiting_messages
from notifier.store.ticks import begin_era, position, tick
from notifier.terms.decision import Decision
from notifier.terms.words import RunState

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Gap:
    """What is known of the time between the backup and its loss.

    `behind` counts plans and claims of this machine that the backup lacks. It and `worked_until` are None on a machine
    that knows of no work.
    """

    backup_until: datetime | None
    worked_until: datetime | None
    behind: int | None
    queued: dict[str, int]
    due: dict[str, Open]


def gap(house: House, now: datetime) -> Gap:
    """The gap before this database. Raises UsageError where this machine knows it, and it is no older copy."""
    known = _known(house)
    with house.store.read() as tx:
        found = position(tx)
        new = is_stranger(known, found)
        if not new and not is_older(known, found):
            raise UsageError("this database is no older copy: there is nothing to resume. Type: notifier plan")
        until, queued = last_work(tx), waiting_messages(tx, house.sending.mode)
    return Gap(until, known.at, None if new else missing(known, found), queued, open_news(house, now))


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
        # With a new era one word is enough for all machines, whatever their files know of the copy that was lost.
        begin_era(tx, max(known.era, position(tx).era) + 1)
        mark = marked(known, tick(tx, known.machine), now)
    if file:
        keep_mark(file, mark, anew=True)
    return made, len(notices)


def join(house: House, by: str, now: datetime) -> None:
    """Let this machine work with the database, which only others worked with so far; the log says by whose word.

    Raises UsageError where it is not new to it.
    """
    known, file = _known(house), house.guards.tick_file
    with house.store.write() as tx:
        if not is_stranger(known, position(tx)):
            raise UsageError("this machine is not new to the database: there is nothing to do. Type: notifier plan")
        mark = marked(known, tick(tx, known.machine), now)
    if file:
        keep_mark(file, mark)
    log.info("a machine is new to the database", machine=known.machine, by=by)


def _known(house: House) -> Mark:
    file = house.guards.tick_file
    if file is None:
        raise UsageError(f"mode {house.sending.mode} is not guarded: there is nothing to resume. Type: notifier plan")
    return known_mark(file)
