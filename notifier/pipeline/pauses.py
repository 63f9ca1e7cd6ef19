"""Pause and resume: a person stops messages at once, and lets them go again. Colour: root. Called by cli and web.

What is paused stays queued: plan holds it, claim leaves it, and the hand-off gives back what was claimed before.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from notifier.errors import UsageError
from notifier.store import pauses as store
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.terms.pause import Pause

if TYPE_CHECKING:
    # To load all that a house needs takes longer than `notifier status` may.
    from notifier.pipeline.house import House


def share_pauses(tx: Transaction) -> None:
    """Let nobody pause before this transaction has ended, so that what it hands off was not paused before."""
    tx.share(store.LOCK)


def under_pauses(tx: Transaction, house: "House") -> "House":
    """The house whose policy knows what is paused now."""
    judging = house.judging
    return replace(house, judging=replace(judging, policy=replace(judging.policy, paused=store.paused(tx))))


def pause(house: "House", what: Pause, by: str, reason: str, now: datetime) -> None:
    """Stop what `what` covers; when this returns, nothing of it is handed off any more.

    Raises UsageError for a purpose that no template has.
    """
    _known(house, what.purpose)
    with house.store.write() as tx:
        tx.lock(store.LOCK)
        store.keep_pause(tx, what, by, reason, now)


def resume(
    house: "House", which: Pause | Collection[int] | None, by: str, now: datetime, *, required_only: bool = False
) -> list[str]:
    """End the pauses on one scope, those with these ids, or every one (None); returns what was ended, in words.

    On one scope there may be two: with what the law requires, and without. `required_only` lets go what the law
    requires, and pauses the rest on. Raises UsageError where there is none, with what is paused.
    """
    with house.store.write() as tx:
        tx.lock(store.LOCK)
        rows, tz = store.pauses(tx), house.judging.policy.timezone
        ends = [row for row in rows if _is_meant(row, which) and (row.required or not required_only)]
        if not ends:
            told = "; ".join(words_of(row, tz) for row in rows) or "nothing"
            raise UsageError(f"there is no such pause. Paused is: {told}")
        store.end_pauses(tx, [row.id for row in ends], by, now)
        for row in ends if required_only else ():
            store.keep_pause(tx, replace(store.pause_of(row), required=False), by, row.reason, now)
        return [words_of(row, tz) for row in ends]


def _is_meant(row: AnyRow, which: Pause | Collection[int] | None) -> bool:
    if isinstance(which, Pause):
        return bool((row.purpose, row.channel) == (which.purpose, which.channel or ""))
    return which is None or row.id in which


@dataclass(frozen=True, slots=True)
class Paused:
    """One pause that is in force: what it covers, by whom, since when (UTC), and why."""

    id: int
    what: Pause
    by: str
    at: datetime
    reason: str


def paused_now(house: "House") -> list[Paused]:
    """What is paused, the oldest first."""
    with house.store.read() as tx:
        return [Paused(row.id, store.pause_of(row), row.by, row.at, row.reason) for row in store.pauses(tx)]


def in_force(house: "House") -> list[str]:
    """What is paused, in words."""
    with house.store.read() as tx:
        return [words_of(row, house.judging.policy.timezone) for row in store.pauses(tx)]


def words_of(row: AnyRow, tz: ZoneInfo) -> str:
    """A pause in words, its moment in the shop's zone."""
    why = f" ({row.reason})" if row.reason else ""
    return f"{store.pause_of(row).scope}, by {row.by} since {row.at.astimezone(tz):%Y-%m-%d %H:%M} {tz.key}{why}"


def _known(house: "House", purpose: str) -> None:
    names = [one.name for one in house.purposes]
    if purpose and purpose not in names:
        raise UsageError(f"--purpose {purpose!r} is no purpose; name one of {', '.join(names)}")
