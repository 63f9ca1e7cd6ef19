"""Keeps texts within the limits of a day, exactly, however many workers send (RULES.md S12, HOSTILE.md 55).

Colour: store. Called by pipeline.deliver in the transaction of the hand-off: what is counted goes, or nothing is kept.
A day is one of UTC, so that machines with different clocks' zones agree.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import batches, insert_new, table_of
from notifier.store.tables import Address, Attempt, Message, TextDay
from notifier.terms.delivery import IN_ALL, SendResult, TextLimits, range_of
from notifier.terms.words import Channel, MessageState, Outcome

_message, _address, _attempt, _day = table_of(Message), table_of(Address), table_of(Attempt), table_of(TextDay)

KEPT = timedelta(days=7)
"""How long a day's counts are kept: an answer to an attempt may come late, and take its text off."""

UNSENT = (Outcome.DEFERRED, Outcome.REFUSED)
"""Outcomes that promise that nothing was sent."""


def next_text_day(now: datetime) -> datetime:
    """The UTC instant at which the limits begin anew."""
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), datetime.min.time(), UTC)


def count_texts(
    tx: Transaction, worker: str, message_ids: Sequence[int], limits: TextLimits, now: datetime
) -> frozenset[int]:
    """Count these texts, which `worker` has claimed, as sent today, in the given order; returns those over a limit.

    The day's rows stay locked until the hand-off commits: another worker waits for it and sees what is left.
    """
    spots = _spots(tx, worker, message_ids)
    if not spots:
        return frozenset()
    today = now.astimezone(UTC).date()
    used = _locked(tx, today, sorted({spot for some in spots.values() for spot in some}))
    counted: Counter[str] = Counter()
    over = set()
    for one in message_ids:
        mine = spots.get(one, ())
        if any(used[spot] + counted[spot] >= limits.of(spot) for spot in mine):
            over.add(one)
        else:
            counted.update(mine)
    _add(tx, {(today, spot): number for spot, number in counted.items()})
    return frozenset(over)


def _spots(tx: Transaction, worker: str, message_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Where each message counts, of those that the worker still holds: its other ones do not go."""
    columns = (_message.c.id, _address.c.region, _address.c.value)
    query = select(*columns).join(_address, _address.c.id == _message.c.address_id)
    mine = (_message.c.state == MessageState.CLAIMED) & (_message.c.claimed_by == worker)
    found: dict[int, tuple[str, ...]] = {}
    for ids in batches(message_ids):
        for row in tx.connection.execute(query.where(_message.c.id.in_(ids), mine)):
            found[row.id] = _spots_of(row.region, row.value)
    return found


def _spots_of(region: str, phone: str | None) -> tuple[str, ...]:
    return tuple(spot for spot in (IN_ALL, region, range_of(phone or "")) if spot)


def _locked(tx: Transaction, day: date, regions: Sequence[str]) -> dict[str, int]:
    """What is used already, by region. In the order of `regions`, so that two workers never wait for each other."""
    insert_new(tx, _day, [{"day": day, "region": region, "used": 0} for region in regions])
    query = select(_day.c.region, _day.c.used).where(_day.c.day == day, _day.c.region.in_(regions))
    locked = query.order_by(_day.c.region).with_for_update() if tx.postgresql else query
    return {row.region: row.used for row in tx.connection.execute(locked)}


def forget_days(tx: Transaction, now: datetime) -> None:
    """Drop the counts of days that no limit looks at any more."""
    tx.connection.execute(delete(_day).where(_day.c.day < now.astimezone(UTC).date() - KEPT))


def give_back_texts(tx: Transaction, results: Sequence[SendResult]) -> None:
    """Take those texts off the day of their attempt that the provider says it has not sent.

    Called before the results are noted: one that was noted already, and is settled again, was given back with it.
    """
    unsent = [result.attempt_id for result in results if result.outcome in UNSENT]
    if not unsent:
        return
    query = (
        select(_attempt.c.started_at, _address.c.region, _address.c.value)
        .join(_message, _message.c.id == _attempt.c.message_id)
        .join(_address, _address.c.id == _message.c.address_id)
        .where(_message.c.channel == Channel.SMS, _attempt.c.outcome == "")
    )
    back: Counter[tuple[date, str]] = Counter()
    for ids in batches(unsent):
        for row in tx.connection.execute(query.where(_attempt.c.id.in_(ids))):
            day = row.started_at.astimezone(UTC).date()
            back.update((day, spot) for spot in _spots_of(row.region, row.value))
    _add(tx, {spot: -number for spot, number in back.items()})


def count_one(tx: Transaction, region: str, phone: str, limits: TextLimits, now: datetime) -> bool:
    """Count one text that is no message of the outbox as sent today; False, and not counted, over a limit."""
    today, spots = now.astimezone(UTC).date(), _spots_of(region, phone)
    used = _locked(tx, today, sorted(spots))
    if any(used[spot] >= limits.of(spot) for spot in spots):
        return False
    _add(tx, {(today, spot): 1 for spot in spots})
    return True


def uncount_one(tx: Transaction, region: str, phone: str, counted_at: datetime) -> None:
    """Take such a text off its day again: the provider has not sent it."""
    _add(tx, {(counted_at.astimezone(UTC).date(), spot): -1 for spot in _spots_of(region, phone)})


def _add(tx: Transaction, numbers: Mapping[tuple[date, str], int]) -> None:
    rows: list[dict[str, Any]] = [
        {"on": day, "place": region, "more": number} for (day, region), number in sorted(numbers.items())
    ]
    here = (_day.c.day == bindparam("on")) & (_day.c.region == bindparam("place"))
    if rows:
        tx.connection.execute(update(_day).where(here).values(used=_day.c.used + bindparam("more")), rows)
