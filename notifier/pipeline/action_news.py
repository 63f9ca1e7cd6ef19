"""Tells the team at once what customers want done, and what came to nothing. Colour: root. Called by cli.run.

One email a batch; what no server took is told again at the next tick.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from notifier import actions
from notifier.pipeline.actions import WORDS, Wanted, wanted_of
from notifier.pipeline.house import House
from notifier.pipeline.team import Team, tell_team
from notifier.queries.masks import shown
from notifier.store.engine import Transaction
from notifier.terms.effects import ActionKind

Mark = Callable[[Transaction, Sequence[int], datetime], None]

MOST_ROWS = 20
"""Actions told of under one heading; the rest is a number."""

SUBJECT = "Customers want something done"

ALARM_SUBJECT = "Shipped although the customer had asked otherwise"

HEADINGS = {
    ActionKind.CANCEL: "Stop and cancel",
    ActionKind.WITHDRAW: "Withdrawn from the contract: stop or take back",
    ActionKind.REFUND: "Refund, the same way as paid",
    ActionKind.SWAP: "Send another product instead",
    ActionKind.CHANGE: "Change the address or the order: read the customer's reply (`notifier inbox`)",
}

TAIL = (
    "`notifier actions` lists them all. `notifier actions done ID --by NAME` says that it is done: only then does the"
    " customer read so. `notifier actions refuse ID --reason WHY --by NAME` says that it is not possible.\n"
)


async def tell_actions(house: House, team: Team, now: datetime) -> int:
    """Tell the team at `now` (UTC) what it has not heard of yet; returns how many actions."""
    fresh, missed = await asyncio.to_thread(_untold, house)
    tz = house.judging.policy.timezone
    if fresh and await _told(team, SUBJECT, digest(fresh, tz), now):
        await asyncio.to_thread(_mark, house, actions.mark_told, fresh, now)
    if missed and await _told(team, ALARM_SUBJECT, alarm(missed, tz), now):
        await asyncio.to_thread(_mark, house, actions.mark_alarms_told, missed, now)
    return len(fresh) + len(missed)


def _untold(house: House) -> tuple[list[Wanted], list[Wanted]]:
    """The actions that nobody was told of, and the alarms."""
    with house.store.read() as tx:
        fresh, missed = (list(actions.listed(tx, of)) for of in (actions.untold(), actions.untold_alarms()))
    return [wanted_of(row) for row in fresh], [wanted_of(row) for row in missed]


def _mark(house: House, mark: Mark, found: Sequence[Wanted], now: datetime) -> None:
    with house.store.write() as tx:
        mark(tx, [one.id for one in found], now)


async def _told(team: Team, subject: str, text: str, now: datetime) -> bool:
    return await tell_team(team, subject, text, now) or not team.address


def digest(found: Sequence[Wanted], tz: ZoneInfo) -> str:
    """The email's text: what to do, by kind; order numbers, and of the customer the shop's own id alone."""
    groups: dict[str, list[str]] = defaultdict(list)
    for one in found:
        groups[HEADINGS[ActionKind(one.kind)]].append(_row(one, tz))
    parts = [_listed(heading, rows) for heading, rows in groups.items()]
    return "\n\n".join([*parts, TAIL])


def alarm(found: Sequence[Wanted], tz: ZoneInfo) -> str:
    """The text on actions that came to nothing."""
    rows = [f"{_row(one, tz)}: the shop was to {WORDS[ActionKind(one.kind)]} it" for one in found]
    tail = "The goods left all the same: see to the return, and tell the customer.\n"
    return f"{_listed('Shipped', rows)}\n\n{tail}"


def _listed(heading: str, rows: Sequence[str]) -> str:
    more = [f"  … and {len(rows) - MOST_ROWS} more"] if len(rows) > MOST_ROWS else []
    return "\n".join([f"{heading}:", *rows[:MOST_ROWS], *more])


def _row(one: Wanted, tz: ZoneInfo) -> str:
    goods = " ".join(filter(None, (f"{one.quantity} ×", one.sku, one.product)))
    take = f", for {one.take}" if one.take else ""
    when = f"{one.requested_at.astimezone(tz):%d %B %Y %H:%M} ({tz.key})"
    whose = f"customer {shown(one.customer)}, asked {when}"
    return f"  {one.id}: order {one.order}, line {one.line} ({goods}{take}), {whose}"
