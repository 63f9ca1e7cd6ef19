"""Pause and resume: a person stops messages at once, and lets them go again. Colour: root. Called by cli and web.

What is paused stays queued: plan holds it, claim leaves it, and the hand-off gives back what was claimed before.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

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


def resume(house: "House", what: Pause | None, by: str, now: datetime, *, required_only: bool = False) -> int:
    """End the pause on exactly this, or every pause (None); returns how many were ended.

    `required_only` lets go what the law requires, and pauses the rest on. Raises UsageError where there is none, with
    what is paused.
    """
    with house.store.write() as tx:
        tx.lock(store.LOCK)
        rows = store.pauses(tx)
        ends = [row for row in rows if what is None or (row.purpose, row.channel) == (what.purpose, what.channel or "")]
        ends = [row for row in ends if row.required or not required_only]
        if not ends:
            told = "; ".join(words_of(row) for row in rows) or "nothing"
            raise UsageError(f"there is no such pause. Paused is: {told}")
        store.end_pauses(tx, [row.id for row in ends], by, now)
        for row in ends if required_only else ():
            store.keep_pause(tx, replace(store.pause_of(row), required=False), by, row.reason, now)
        return len(ends)


@dataclass(frozen=True, slots=True)
class Paused:
    """One pause that is in force: what it covers, by whom, since when (UTC), and why."""

    what: Pause
    by: str
    at: datetime
    reason: str


def paused_now(house: "House") -> list[Paused]:
    """What is paused, the oldest first."""
    with house.store.read() as tx:
        return [Paused(store.pause_of(row), row.by, row.at, row.reason) for row in store.pauses(tx)]


def in_force(house: "House") -> list[str]:
    """What is paused, in words."""
    with house.store.read() as tx:
        return [words_of(row) for row in store.pauses(tx)]


def words_of(row: AnyRow) -> str:
    """A pause in words."""
    why = f" ({row.reason})" if row.reason else ""
    return f"{store.pause_of(row).scope}, by {row.by} since {row.at:%Y-%m-%d %H:%M} UTC{why}"


def _known(house: "House", purpose: str) -> None:
    names = [one.name for one in house.purposes]
    if purpose and purpose not in names:
        raise UsageError(f"--purpose {purpose!r} is no purpose; name one of {', '.join(names)}")
