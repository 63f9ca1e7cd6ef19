"""The machine's own file beside a database: which one it worked with, and how far. Colour: root.

Called by guard and restore. It is no part of a backup, so that a restored database stands behind it (HOSTILE 60).
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from notifier.errors import Unsafe
from notifier.terms.readiness import NotReady


@dataclass(frozen=True, slots=True)
class Mark:
    """How far `machine` has worked with `database`, and when last (aware UTC); "" and None before its first work."""

    machine: str
    database: str = ""
    era: int = 0
    tick: int = 0
    at: datetime | None = None

    @property
    def age(self) -> tuple[int, int]:
        """What grows with each piece of work: the era, and within it the counter."""
        return (self.era, self.tick)


def known_mark(file: Path) -> Mark:
    """What the file says; one that is not there yet is begun with a new name for this machine.

    Raises Unsafe where it cannot be read or written.
    """
    return _read(file) or _begin(file)


def _begin(file: Path) -> Mark:
    with _locked(file) as folder:
        mark = _read(file)
        if mark is None:
            mark = Mark(uuid4().hex)
            _write(file, mark, folder)
    return mark


def keep_mark(file: Path, mark: Mark, *, anew: bool = False) -> None:
    """Write `mark` durably, for the owner alone; a lower one never replaces a higher, unless it begins `anew`."""
    with _locked(file) as folder:
        before = None if anew else _read(file)
        if before is None or before.database != mark.database or before.age < mark.age:
            _write(file, mark, folder)


def _read(file: Path) -> Mark | None:
    try:
        found: dict[str, Any] = json.loads(file.read_text("utf-8"))
        at = datetime.fromisoformat(found["at"]) if found["at"] else None
        return Mark(str(found["machine"]), str(found["database"]), int(found["era"]), int(found["tick"]), at)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise Unsafe(
            "The tick file cannot be read",
            f"[safety] tick_file: {file.name} cannot be read ({type(fault).__name__}), so nothing goes out. Mend its"
            " rights; if it is damaged, delete it, and type: notifier resume --new-machine --by NAME (--after-restore,"
            " where the database was restored from a backup)",
            NotReady.TICK_FILE,
        ) from None


@contextmanager
def _locked(file: Path) -> Iterator[int]:
    """The file's folder, opened, while no other worker of this machine changes the file."""
    try:
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield folder
        finally:
            os.close(folder)
    except OSError as fault:
        raise Unsafe(
            "The tick file cannot be written",
            f"[safety] tick_file: {file.name} cannot be written ({fault.strerror}). Mend its folder's rights:"
            " without it a restored backup would not be noticed",
            NotReady.TICK_FILE,
        ) from None


def _write(file: Path, mark: Mark, folder: int) -> None:
    new = file.with_name(f"{file.name}.new")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(json.dumps(asdict(mark) | {"at": mark.at.isoformat() if mark.at else None}) + "\n")
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)
    os.fsync(folder)
