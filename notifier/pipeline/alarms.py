"""Tells the team of legal deadlines that come near and of lines that need a person. Colour: root. Called by cli.run.

Each alarm once, each deadline at 72, 24 and 4 hours; what no server took is told again at the next tick.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from notifier import standings
from notifier.pipeline.house import House
from notifier.pipeline.team import Team, tell_team
from notifier.terms.law import LegalState

MOST_ROWS = 20
"""Lines told of under one heading; the rest is a number."""

SUBJECT = "Orders with a legal deadline need you"

HEADINGS = {
    "no_valid_notice": "The promised day is over, and no valid notice went: to be cancelled and refunded (F2)",
    "no_way_to_tell": "A delay notice is owed, and no email can carry it: call the customer before the deadline (F9)",
    "notice_uncertain": "A delay notice went, and nobody knows whether it arrived: call the customer (F9)",
    "late_when_first_seen": "Already late when we first saw them: cancel and refund, or agree by phone (F2)",
    "no_consent": "The customer's consent did not come in time: to be cancelled and refunded (F4, F5)",
    "refund_overdue": "The last day of the refund is over, and no refund is recorded (F8)",
    "asked_to_cancel": "The customer cancelled: stop the order and refund it (F7)",
    "cancellation_unclear": "May be cancelled: read the customer's reply before you count on silence (notifier inbox)",
    "shipped_despite_cancellation": "Shipped although cancelled: see to the return and the refund (F7)",
}

WAITING_FOR = {
    LegalState.ON_TIME: "must ship",
    LegalState.NOTICE_DUE: "a notice must go",
    LegalState.RENEWAL_DUE: "a renewed notice must go",
    LegalState.AWAITING_OBJECTION: "must ship, or a renewed notice must go",
    LegalState.CONSENTED: "must ship, or a renewed notice must go",
    LegalState.AWAITING_CONSENT: "the customer must agree, or it must ship",
    LegalState.AWAITING_RENEWED_CONSENT: "the customer must agree, or it must ship",
    LegalState.CANCEL_DUE: "must be cancelled and refunded",
    LegalState.REFUND_DUE: "the refund must be sent",
}


async def tell_deadlines(house: House, team: Team, now: datetime) -> int:
    """Tell the team at `now` (UTC) what it has not heard of yet; returns how many lines."""
    found = await asyncio.to_thread(_untold, house, now)
    if not found:
        return 0
    words = digest(found, house.judging.policy.timezone)
    if await tell_team(team, SUBJECT, words, now) or not team.address:
        await asyncio.to_thread(_mark_told, house, found, now)
    return len(found)


def _untold(house: House, now: datetime) -> list[standings.Told]:
    with house.store.read() as tx:
        return list(standings.untold(tx, now))


def _mark_told(house: House, found: list[standings.Told], now: datetime) -> None:
    with house.store.write() as tx:
        standings.mark_told(tx, found, now)


def digest(found: Iterable[standings.Told], tz: ZoneInfo) -> str:
    """The email's text: what must be done, soonest first; order numbers, and nothing about the customer."""
    groups: dict[str, list[str]] = defaultdict(list)
    for one in found:
        by = f" by {one.deadline_at.astimezone(tz):%d %B %Y %H:%M} ({tz.key})" if one.deadline_at else ""
        line = f"  order {one.order}, line {one.line}"
        if one.hours is None:
            refund = f"; refund by {one.refund_by:%d %B %Y}" if one.refund_by else ""
            groups[HEADINGS.get(one.alarm, one.alarm.replace("_", " "))].append(f"{line}{by}{refund}")
        else:
            what = WAITING_FOR.get(LegalState(one.state), one.state.replace("_", " "))
            groups[f"Within {one.hours} hours"].append(f"{line}: {what}{by} ({one.rule})")
    parts = []
    for heading, rows in groups.items():
        more = [f"  … and {len(rows) - MOST_ROWS} more"] if len(rows) > MOST_ROWS else []
        parts.append("\n".join([f"{heading}:", *rows[:MOST_ROWS], *more]))
    tail = (
        "`notifier deadlines` lists them all. `notifier answer ORDER accept|cancel --by NAME` records what a customer"
        " says by phone, `notifier confirm ORDER --by NAME` a cancellation, `notifier refunded ORDER` a refund.\n"
    )
    return "\n\n".join([*parts, tail])
