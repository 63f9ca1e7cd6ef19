"""Looks, before anything goes out in mode live, whether it may: clocks, a restored backup, go-live. Colour: root.

Called by plan and claims, and by readiness and trouble, which only ask. A restored backup knows nothing of what went
out after it was made. So each plan and each claim raises the machine's counter in the database, and, after the commit,
a copy in a file of this machine: a database that stands behind the file is an older copy, and one that knows other
machines but not this one may be a clone (HOSTILE 60).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from notifier.errors import Unsafe
from notifier.pipeline.tick_file import Mark, keep_mark, known_mark
from notifier.settings import Settings
from notifier.settings.hosts import far_hosts
from notifier.store.engine import Transaction
from notifier.store.meta import moment_of
from notifier.store.ticks import Position, position, tick
from notifier.terms.readiness import NotReady
from notifier.terms.words import DeliveryMode

if TYPE_CHECKING:
    # To load all that a house needs takes longer than `notifier status` may.
    from notifier.pipeline.house import House

LIVE_SINCE = "live_since"
"""When the shop went live: the name of a moment in the database."""

MOST_SKEW = timedelta(seconds=60)
"""HOSTILE 43."""


@dataclass(frozen=True, slots=True)
class Guards:
    """What is looked at before anything goes out, in mode live. None, False: not looked at.

    `tick_file` is the machine's own counter, `host_clock` the machine's clock, to be compared with the database's;
    `go_live`: somebody must have said `notifier go-live`.
    """

    tick_file: Path | None = None
    host_clock: Callable[[], datetime] | None = None
    go_live: bool = False


def guards_of(settings: Settings, host_clock: Callable[[], datetime] | None) -> Guards:
    """What the settings want to be looked at: nothing where no customer is reached."""
    if settings.delivery.mode is not DeliveryMode.LIVE:
        return Guards()
    return Guards(settings.tick_file, host_clock, go_live=bool(far_hosts(settings)))


@dataclass(slots=True)
class Guard:
    """One guarded transaction. `known`: what this machine knew before; `mark`: what it knows once it is committed."""

    tx: Transaction
    now: datetime
    known: Mark | None
    mark: Mark | None = None

    def tick(self) -> None:
        """Count this work; called last in the transaction."""
        if self.known is not None:
            self.mark = marked(self.known, tick(self.tx, self.known.machine), self.now)


def marked(known: Mark, found: Position, now: datetime) -> Mark:
    """What the machine of `known` knows of the database that stands at `found`."""
    return Mark(known.machine, found.database, found.era, found.ticks[known.machine], now)


@contextmanager
def guarded(house: "House", now: datetime) -> Iterator[Guard]:
    """A write transaction in which something may go out; the machine's file follows its commit.

    Raises Unsafe, with what to type, before anything is done.
    """
    file = house.guards.tick_file
    known = known_to(house.guards)
    with house.store.write() as tx:
        guard = Guard(tx, now, known)
        require_safe(tx, house.guards, known)
        yield guard
    if file and guard.mark:
        keep_mark(file, guard.mark)


def known_to(guards: Guards) -> Mark | None:
    """What this machine knows. Read before the transaction: what stands in the file was committed before it looks."""
    return known_mark(guards.tick_file) if guards.tick_file else None


def require_safe(tx: Transaction, guards: Guards, known: Mark | None) -> None:
    """Raise Unsafe, with what to type, where nothing may go out."""
    _check_clocks(tx, guards)
    _check_copy(tx, known)
    if guards.go_live and moment_of(tx, LIVE_SINCE) is None:
        raise Unsafe("Nothing goes out before go-live", NOT_LIVE, NotReady.NOT_LIVE)


NOT_LIVE = (
    "this shop is not live yet, so nothing goes out. Type: notifier go-live --by NAME\n"
    "It shows what would be sent, and asks, purpose by purpose, what customers were told already"
)


def _check_clocks(tx: Transaction, guards: Guards) -> None:
    if guards.host_clock is None:
        return
    skew = abs(tx.database_now() - guards.host_clock())
    if skew > MOST_SKEW:
        raise Unsafe(
            "The clocks disagree",
            f"the clocks of this machine and of the database differ by {skew.total_seconds():.0f} seconds, so nothing"
            f" goes out: hours and deadlines would be wrong. Set both by a time server (at most"
            f" {MOST_SKEW.total_seconds():.0f} seconds are allowed)",
            NotReady.CLOCKS,
        )


def _check_copy(tx: Transaction, known: Mark | None) -> None:
    if known is None:
        return
    found = position(tx)
    if is_stranger(known, found):
        raise Unsafe(
            "A machine that is new to the database",
            "other machines worked with this database, and this one never did, so nothing goes out. If the database was"
            " restored from a backup, type: notifier resume --after-restore --by NAME\n"
            "If it is the shop's own as it stands, and this machine is one more, type: notifier resume --new-machine"
            " --by NAME\n"
            "If it is a copy for trials, set another [delivery] mode: customers would be written to twice",
            NotReady.NEW_MACHINE,
        )
    if not is_older(known, found):
        return
    what = (
        f"is a copy from before: it lacks {missing(known, found)} of the {known.tick} pieces of work of this machine"
        if known.database == found.database
        else "is another one than this machine worked with"
    )
    raise Unsafe(
        "A restored database",
        f"the database {what} (the last on {known.at:%Y-%m-%d %H:%M} UTC). What went out since may not be in it, and"
        " would go out again, so nothing goes out. Type: notifier resume --after-restore --by NAME",
        NotReady.RESTORED,
    )


def is_stranger(known: Mark, found: Position) -> bool:
    """Whether the machine worked with no database yet, and other machines with this one."""
    return not known.database and bool(found.ticks) and known.machine not in found.ticks


def is_older(known: Mark, found: Position) -> bool:
    """Whether the database is not what the machine knows, or stands behind it."""
    if not known.database:
        return False
    return known.database != found.database or (found.era, found.ticks.get(known.machine, 0)) < known.age


def missing(known: Mark, found: Position) -> int:
    """How many pieces of work of this machine the older copy lacks."""
    return known.tick - found.ticks.get(known.machine, 0) if known.era == found.era else known.tick
