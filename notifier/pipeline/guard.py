"""Looks, before anything goes out in mode live, whether it may: clocks, a restored backup, go-live. Colour: root.

Called by plan and claims. A restored backup knows nothing of what went out after it was made. So each plan and each
claim raises a counter in the database, and, after the commit, a copy in a file of this machine: a database that stands
behind the file is an older copy (HOSTILE 60).
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from notifier.errors import Unsafe
from notifier.pipeline.house import House
from notifier.store.engine import Transaction
from notifier.store.meta import moment_of
from notifier.store.ticks import position, raise_to

LIVE_SINCE = "live_since"
"""When the shop went live: the name of a moment in the database."""

MOST_SKEW = timedelta(seconds=60)
"""HOSTILE 43."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a database was worked with from this machine, and when last."""

    database: str
    tick: int
    at: datetime


@dataclass(slots=True)
class Guard:
    """One guarded transaction."""

    tx: Transaction
    now: datetime
    mark: Mark | None = None
    watched: bool = True

    def tick(self) -> None:
        """Count this work; called last in the transaction."""
        if self.watched:
            self.mark = Mark(*raise_to(self.tx), self.now)


@contextmanager
def guarded(house: House, now: datetime) -> Iterator[Guard]:
    """A write transaction in which something may go out; the machine's file follows its commit.

    Raises Unsafe, with what to type, before anything is done.
    """
    file = house.guards.tick_file
    # The file is read first: what stands in it was committed before this transaction looks.
    known = read_mark(file) if file else None
    with house.store.write() as tx:
        guard = Guard(tx, now, watched=file is not None)
        _check_clocks(tx, house)
        _check_copy(tx, known)
        if house.guards.go_live and moment_of(tx, LIVE_SINCE) is None:
            raise Unsafe("Nothing goes out before go-live", NOT_LIVE)
        yield guard
    if file and guard.mark:
        keep_mark(file, guard.mark)


NOT_LIVE = (
    "this shop is not live yet, so nothing goes out. Type: notifier go-live --by NAME\n"
    "It shows what would be sent, and asks, purpose by purpose, what customers were told already"
)


def _check_clocks(tx: Transaction, house: House) -> None:
    if house.guards.host_clock is None:
        return
    skew = abs(tx.database_now() - house.guards.host_clock())
    if skew > MOST_SKEW:
        raise Unsafe(
            "The clocks disagree",
            f"the clocks of this machine and of the database differ by {skew.total_seconds():.0f} seconds, so nothing"
            f" goes out: hours and deadlines would be wrong. Set both by a time server (at most"
            f" {MOST_SKEW.total_seconds():.0f} seconds are allowed)",
        )


def _check_copy(tx: Transaction, known: Mark | None) -> None:
    if known is None:
        return
    name, tick = position(tx)
    if name == known.database and tick >= known.tick:
        return
    what = (
        f"is a copy from before: it has seen {tick} of the {known.tick} pieces of work that this machine knows of"
        if name == known.database
        else "is another one than this machine worked with"
    )
    raise Unsafe(
        "A restored database",
        f"the database {what} (the last on {known.at:%Y-%m-%d %H:%M} UTC). What went out since may not be in it, and"
        " would go out again, so nothing goes out. Type: notifier resume --after-restore --by NAME",
    )


def read_mark(file: Path) -> Mark | None:
    """What the machine's file says; None where there is none yet. Raises Unsafe where it cannot be read."""
    try:
        found = json.loads(file.read_text("utf-8"))
        return Mark(found["database"], int(found["tick"]), datetime.fromisoformat(found["at"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise Unsafe(
            "The tick file cannot be read",
            f"[safety] tick_file: {file.name} cannot be read ({type(fault).__name__}), so nothing goes out. Mend its"
            " rights; if it is damaged, see that the database is no older copy, then delete the file",
        ) from None


def keep_mark(file: Path, mark: Mark, *, anew: bool = False) -> None:
    """Write `mark` durably, for the owner alone; a lower one never replaces a higher, unless it begins `anew`."""
    try:
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            before = None if anew else read_mark(file)
            if before is None or before.database != mark.database or before.tick < mark.tick:
                _write(file, mark)
                os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as fault:
        raise Unsafe(
            "The tick file cannot be written",
            f"[safety] tick_file: {file.name} cannot be written ({fault.strerror}). Mend its folder's rights:"
            " without it a restored backup would not be noticed",
        ) from None


def _write(file: Path, mark: Mark) -> None:
    new = file.with_name(f"{file.name}.new")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(json.dumps({"database": mark.database, "tick": mark.tick, "at": mark.at.isoformat()}) + "\n")
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)
