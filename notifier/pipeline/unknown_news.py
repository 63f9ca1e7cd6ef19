"""Tells the team, once, of messages whose fate nobody knows and which wait for a person. Colour: root.

Called by cli.run. A notice of the law is told with its deadline (RULES.md F9).
"""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from notifier.outbox import doubt
from notifier.pipeline.found_words import clause
from notifier.pipeline.house import House
from notifier.pipeline.team import Team, tell_team
from notifier.pipeline.wording import WallClock, kind_of_message, listed
from notifier.queries.unknown import UnknownTold, unknown_messages
from notifier.store.decisions import bring_forward
from notifier.terms.evidence import Found, Said, Source

SUBJECT = "Nobody knows whether these messages went"

MOST_ROWS = 20
"""Messages told of one by one; the rest is a number."""


async def tell_unknown(house: House, team: Team, settle_after: timedelta, now: datetime) -> int:
    """Tell the team at `now` (UTC) what began to wait for a person; returns how many messages.

    Plan looks again at those customers: the law must know that a notice is uncertain. What no server took is told again
    at the next tick.
    """
    found, told = await asyncio.to_thread(_waiting, house, settle_after, now)
    if not told:
        return 0
    words = digest(told, WallClock(house.judging.policy.timezone))
    if await tell_team(team, SUBJECT, words, now) or not team.address:
        heard = [Said(message, attempt, Source.TEAM, Found.TOLD) for message, attempt, _ in found]
        await asyncio.to_thread(_note, house, heard, {customer for _, _, customer in found}, now)
    return len(told)


def _waiting(
    house: House, settle_after: timedelta, now: datetime
) -> tuple[Sequence[tuple[int, int, int]], Sequence[UnknownTold]]:
    with house.store.read() as tx:
        found = doubt.waiting(tx, house.sending.mode.value, settle_after, now)
        return found, unknown_messages(tx, [one[0] for one in found]) if found else []


def _note(house: House, heard: Sequence[Said], customers: Collection[int], now: datetime) -> None:
    with house.store.write() as tx:
        tx.lock(doubt.LOCK)
        doubt.note(tx, heard, now)
        bring_forward(tx, sorted(customers), now)


def digest(told: Sequence[UnknownTold], clock: WallClock) -> str:
    """The email's text: order numbers, and nothing about the customer. Notices first, the soonest deadline first."""
    far = datetime.max.replace(tzinfo=clock.tz)
    ordered = sorted(told, key=lambda one: (not one.notice, one.deadline or far, one.id))
    rows = [_row(one, clock) for one in ordered[:MOST_ROWS]]
    rows += [f"  … and {len(told) - MOST_ROWS} more"] if len(told) > MOST_ROWS else []
    tail = (
        "They were handed off, no answer came, and nothing proves that they went or did not. None is sent again by"
        " itself.\n`notifier unknown list` shows them all. `notifier unknown sent ID --by NAME` says that one went,"
        " `notifier unknown resend ID --by NAME` sends it once more.\n"
    )
    return "\n".join([*rows, "", tail])


def _row(one: UnknownTold, clock: WallClock) -> str:
    orders = listed(one.orders, "more") if one.orders else "none"
    double = ", sent twice" if one.maybe_double else ""
    due = (
        f"\n    a notice ({one.notice}) is owed by {clock.at(one.deadline)}: call the customer" if one.deadline else ""
    )
    found = "; ".join(clause(one) for one in one.found) or "nobody could be asked"
    kind = kind_of_message(one.purpose, one.channel)
    return f"  message {one.id}: {kind}, order {orders}{double}; since {clock.at(one.since)}; {found}{due}"
