"""A file that is brought by hand: looked through, then taken in, each in a process apart. Colour: root.

Called by the web. To look through only reads, so that nobody waits for it, by the same code that takes in.
"""

import csv
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from notifier.errors import ImportRefused, Shrunken
from notifier.pipeline.apart import Progress
from notifier.pipeline.house import House
from notifier.pipeline.imports import as_text, import_records, look_at_records
from notifier.records.inspect import inspect
from notifier.records.mapping import Mapping
from notifier.records.profile import Profile, ShopContext
from notifier.records.readers import open_rows
from notifier.records.report import ImportReport, ImportRequest

FIRST_ROWS = 5
LONGEST_CELL = 80
MOST_REJECTS = 50
"""Rejected rows that are listed on a page; the file has all."""


@dataclass(frozen=True, slots=True)
class Glance:
    """The beginning of a file: which of its columns are read as what, and its first rows, cells cut short."""

    columns: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Reject:
    """One rejected row: its line in the file, the field and the reason."""

    line: str
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of it. `refused`: why nothing is taken; `shrunken`: unless somebody says that it is right."""

    report: ImportReport | None
    refused: str = ""
    shrunken: bool = False
    glance: Glance | None = None
    rejects: Sequence[Reject] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Taking:
    """The work: import as the request says, as known at `at` (UTC); unless it is for `good`, only look."""

    request: ImportRequest
    context: ShopContext
    at: datetime
    good: bool = False

    def __call__(self, house: House, progress: Progress) -> Taken:
        """Do it."""
        glance = None
        try:
            with as_text(self.request) as readable:
                glance = None if self.good else _glance(readable)
                act = import_records if self.good else look_at_records
                report = act(house, self.context, readable, self.at, progress)
        except Shrunken as fault:
            return Taken(None, str(fault), shrunken=True, glance=glance)
        except ImportRefused as fault:
            return Taken(None, self._without_the_folder(fault), glance=glance)
        return Taken(report, glance=glance, rejects=_rejects(report.reject_file))

    def _without_the_folder(self, fault: ImportRefused) -> str:
        return str(fault).replace(str(self.request.path), self.request.path.name)


def _glance(request: ImportRequest) -> Glance | None:
    """None where the file cannot be read at all: the import says why."""
    profile = replace(request.profile or Profile("", request.kind), kind=request.kind)
    try:
        rows = open_rows(inspect(request.path, profile, lambda done, whole: None))
        mapping = Mapping(request.kind, profile, rows.columns, request.path.name)
    except ImportRefused:
        return None
    read_as = {place: canonical for canonical, place, _ in mapping.picks}
    first = itertools.islice((row for row in rows if not row.fault and row.cells), FIRST_ROWS)
    cells = [[_short(cell) for cell in row.cells] for row in first]
    return Glance([(_short(name), read_as.get(place, "")) for place, name in enumerate(rows.columns)], cells)


def _short(cell: str) -> str:
    return cell if len(cell) <= LONGEST_CELL else f"{cell[:LONGEST_CELL]}…"


def _rejects(path: str | None) -> tuple[Reject, ...]:
    """The first rejected rows, from the file that has all."""
    if path is None:
        return ()
    csv.field_size_limit(max(csv.field_size_limit(), 2**24))
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = itertools.islice(csv.DictReader(file), MOST_REJECTS)
        return tuple(Reject(row["line"], row["field"], row["reason"]) for row in rows)
