"""What an import is asked to do and what it answers. Colour: store. Built by app, printed by the command line."""

from dataclasses import dataclass, field
from pathlib import Path

from notifier.records.profile import Profile


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """One file to import. `strict`: one rejected row and none is kept. `dry_run`: nothing is kept.

    `source` names the configured source it comes from; `rejects_in` is the folder of the reject file (beside the file).
    """

    kind: str
    path: Path
    profile: Profile | None = None
    dry_run: bool = False
    strict: bool = False
    accept_shrink: bool = False
    source: str = ""
    rejects_in: Path | None = None


@dataclass(frozen=True, slots=True)
class Detected:
    """What was found out about a file and not told by its profile."""

    layout: str = ""
    encoding: str = ""
    delimiter: str = ""
    line_ends: str = ""
    date_order: str = ""
    unused_columns: tuple[str, ...] = ()


@dataclass(slots=True)
class ImportReport:
    """Counts of rows: read = accepted + unchanged + rejected; `blank` ones are apart. `warnings`: values dropped.

    `kept` is False for a dry run and for a strict import with a rejected row. `closed`: lines absent from a
    snapshot.
    """

    kind: str
    read: int = 0
    accepted: int = 0
    unchanged: int = 0
    rejected: int = 0
    blank: int = 0
    warnings: int = 0
    closed: int = 0
    kept: bool = True
    reject_file: str | None = None
    warning_file: str | None = None
    detected: Detected = field(default_factory=Detected)
    notes: list[str] = field(default_factory=list)
