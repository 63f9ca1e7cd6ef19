"""Tells the team at once what customers want done, and what came to nothing. Colour: root. Called by cli.run.

One email a batch; what no server took is told again at the next tick.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from notifier import actions
from notifier.pipeline.actions import WORDS, Wanted, wanted_of
from notifier.pipeline.house import House
from notifier.pipeline.off_the_loop import reading, writing
from notifier.pipeline.team import Team, tell_team
from notifier.queries.masks import shown
from notifier.store.engine import Transaction
from notifier.terms.effects import ActionKind

MOST_ROWS = 20
"""Actions told of under one heading; the rest is a number."""

SUBJECT = "Customers want something done"


@dataclass(frozen=True, slots=True)
class Alarm:
    """How the team hears of one alarm; `was` stands before what the shop was to do."""

    subject: str
    heading: str
    was: str
    tail: str


ALARMS = {
    actions.SHIPPED: Alarm(
        "Shipped although the customer had asked otherwise",
        "Shipped",
        "the shop was to",
        "The goods left all the same: see to the return, and tell the customer.",
    ),
    actions.KEPT: Alarm(
        "Customers keep what you were to stop",
        "Do not stop: the customer keeps it",
        "no longer wanted is to",
        "You were told to stop these, and the customer has changed their mind since. If it is done already, tell them.",
    ),
    actions.DONE_BUT_KEPT: Alarm(
        "Stopped although the customer keeps it",
        "Said to be done after the customer had taken it back",
        "no longer wanted was to",
        "Undo it in the shop's system, or tell the customer that it is too late.",
    ),
}

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
    fresh, alarms = await reading(house.store, _untold)
    tz = house.judging.policy.timezone
    if fresh and await _told(team, SUBJECT, digest(fresh, tz), now):
        ids = [one.id for one in fresh]
        await writing(house.store, lambda tx: actions.mark_told(tx, ids, now))
    for name, found in alarms.items():
        if await _told(team, ALARMS[name].subject, alarm(ALARMS[name], found, tz), now):
            mark = partial(actions.mark_alarms_told, ids=[one.id for one in found], alarm=name, now=now)
            await writing(house.store, mark)
    return len(fresh) + sum(len(found) for found in alarms.values())


def _untold(tx: Transaction) -> tuple[list[Wanted], dict[str, list[Wanted]]]:
    """The actions that nobody was told of, and the alarms, by their word."""
    alarms: dict[str, list[Wanted]] = defaultdict(list)
    for row in actions.listed(tx, actions.untold_alarms()):
        alarms[row.alarm].append(wanted_of(row))
    return [wanted_of(row) for row in actions.listed(tx, actions.untold())], alarms


async def _told(team: Team, subject: str, text: str, now: datetime) -> bool:
    return await tell_team(team, subject, text, now) or not team.address


def digest(found: Sequence[Wanted], tz: ZoneInfo) -> str:
    """The email's text: what to do, by kind; order numbers, and of the customer the shop's own id alone."""
    groups: dict[str, list[str]] = defaultdict(list)
    for one in found:
        groups[HEADINGS[ActionKind(one.kind)]].append(_row(one, tz))
    parts = [_listed(heading, rows) for heading, rows in groups.items()]
    return "\n\n".join([*parts, TAIL])


def alarm(how: Alarm, found: Sequence[Wanted], tz: ZoneInfo) -> str:
    """The text on actions that came to nothing."""
    rows = [f"{_row(one, tz)}: {how.was} {WORDS[ActionKind(one.kind)]} it" for one in found]
    return f"{_listed(how.heading, rows)}\n\n{how.tail}\n"


def _listed(heading: str, rows: Sequence[str]) -> str:
    more = [f"  … and {len(rows) - MOST_ROWS} more"] if len(rows) > MOST_ROWS else []
    return "\n".join([f"{heading}:", *rows[:MOST_ROWS], *more])


def _row(one: Wanted, tz: ZoneInfo) -> str:
    goods = " ".join(filter(None, (f"{one.quantity} ×", one.sku, one.product)))
    take = f", for {one.take}" if one.take else ""
    when = f"{one.requested_at.astimezone(tz):%d %B %Y %H:%M} ({tz.key})"
    whose = f"customer {shown(one.customer)}, asked {when}"
    return f"  {one.id}: order {one.order}, line {one.line} ({goods}{take}), {whose}"
