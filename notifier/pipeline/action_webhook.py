"""Hands actions to the shop's own system by its webhook, at least once each. Colour: root. Called by cli.run.

Each try is counted in a transaction before it is made, so that a cancellation taken back after a crash is posted, too;
what came of it is noted in another. A try that failed is made again later and later. The shop may close an action in
its very answer.
"""

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from notifier import actions
from notifier.action_post import PostAccess as PostAccess  # noqa: PLC0414 - for cli.run
from notifier.action_post import ShopSaid, post
from notifier.errors import Permanent, Transient, UsageError
from notifier.pipeline.actions import Wanted, do, refuse, wanted_of
from notifier.pipeline.house import House
from notifier.pipeline.off_the_loop import reading, writing
from notifier.pipeline.team import Team, tell_team_daily
from notifier.store.engine import Transaction

log = structlog.get_logger(__name__)

MOST = 50
"""Actions posted at one look; the rest at the next."""

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
"""Before a try is made again; doubled each time."""

TELL_AFTER = 3
"""Tries after which the team hears that the webhook takes nothing."""

BY_WEBHOOK = "webhook"
"""Who closed an action that the shop's system closed in its answer."""

SUBJECT = "The shop's webhook takes no actions"


@dataclass(slots=True)
class PostReport:
    """What became of one look; `fault` is the last one, empty where all was taken."""

    posted: int = 0
    failed: int = 0
    fault: str = ""
    tries: int = 0


async def post_actions(house: House, access: PostAccess, team: Team, now: datetime) -> PostReport:
    """Post what is due at `now`; the look ends where the server is not there at all."""
    report = PostReport()
    for one in await reading(house.store, lambda tx: _due(tx, now)):
        wait = min(FIRST_WAIT * 2 ** min(one.posts, 10), LONGEST_WAIT)
        begin = partial(actions.begin_post, action_id=one.id, state=one.state, again_at=now + wait)
        if not await writing(house.store, begin):
            continue
        try:
            said = await post(access, f"action-{one.id}-{one.state}", body_of(one), now)
        except (Permanent, Transient) as fault:
            _failed(one, report, str(fault), wait)
            if isinstance(fault, Transient):
                break
            continue
        await asyncio.to_thread(_take, house, one, said, now)
        report.posted += 1
    if report.tries >= TELL_AFTER:
        text = f"{report.fault}. It is tried again. `notifier actions` lists what waits.\n"
        await tell_team_daily(house.store, team, SUBJECT, text, now)
    return report


def _due(tx: Transaction, now: datetime) -> list[Wanted]:
    return [wanted_of(row) for row in actions.listed(tx, actions.to_post(now), MOST)]


def body_of(one: Wanted) -> bytes:
    """The JSON that is posted: as `notifier actions --json`, and the shop's own id of the customer whole."""
    told = one.as_json() | {"customer": one.customer}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _failed(one: Wanted, report: PostReport, fault: str, wait: timedelta) -> None:
    report.failed, report.fault, report.tries = report.failed + 1, fault, max(report.tries, one.posts + 1)
    log.warning("an action was not posted", action=one.id, fault=fault, again_in=wait.total_seconds())


def _take(house: House, one: Wanted, said: ShopSaid, now: datetime) -> None:
    """The shop has it; what it said of it at once. One that was closed meanwhile stays as it is."""
    try:
        if said.state == "done":
            do(house, [one.id], BY_WEBHOOK, now)
        elif said.state == "refused":
            refuse(house, [one.id], BY_WEBHOOK, said.reason or "the shop's system gave no reason", now)
    except UsageError:
        log.info("an action that the shop's system closes is not open any more", action=one.id)
    with house.store.write() as tx:
        actions.mark_posted(tx, one.id, one.state, now)
