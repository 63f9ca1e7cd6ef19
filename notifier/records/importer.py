"""Takes a file in: the order of work of records/. Colour: store. Called by app and, for sources, by pipeline.

inspect → header → survey (all of the file) → then batch by batch: known rows skipped, others checked, written, marked.
A file that is refused leaves nothing behind; an import that is cut off is taken up by importing the same file again.
"""

from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, update

from notifier.errors import ImportRefused
from notifier.records import dirty, kinds
from notifier.records.changes import Stamp
from notifier.records.columns import KEYED_KINDS, LINE_KINDS
from notifier.records.dates import DateReader
from notifier.records.inspect import Shape, inspect
from notifier.records.lines import LineKey, close_absent, count_open, known_hashes, mark_seen, would_close
from notifier.records.mapping import Mapping, Texts
from notifier.records.notices import checked
from notifier.records.ordinals import Ordinals
from notifier.records.profile import Profile, ShopContext
from notifier.records.readers import RawRow, Rows, open_rows
from notifier.records.rejects import SideFile
from notifier.records.report import Detected, ImportReport, ImportRequest
from notifier.records.rights import with_address
from notifier.records.row import Record, Rejected, RowReader
from notifier.records.survey import day_order
from notifier.store.engine import Store, Transaction
from notifier.store.lookup import table_of
from notifier.store.tables import ImportRun
from notifier.terms.time import utc, zone

_run = table_of(ImportRun)

NOTICES = "notices"

ROWS_A_BATCH = 4000
CHARACTERS_A_BATCH = 8_000_000
"""A batch ends at whichever comes first, so that long cells do not fill the memory."""
"""Rows in one transaction: large enough that fsync costs nothing, small enough that a delivery never waits a second."""

Progress = Callable[[int, int], None]


def import_file(
    store: Store, request: ImportRequest, context: ShopContext, known_at: datetime, progress: Progress
) -> ImportReport:
    """Import one file; `known_at` is the aware business time under which its changes are kept.

    `progress` gets bytes done and bytes to do (the file is read three times). Raises ImportRefused for a whole file.
    """
    work, rows, size = _opened(store, request, context, known_at, progress)
    return work.run(rows, lambda done: progress(2 * size + done, 3 * size))


def look_through(
    store: Store, request: ImportRequest, context: ShopContext, known_at: datetime, progress: Progress
) -> ImportReport:
    """What importing the file would take and reject, by reading alone: unlike a dry run, nobody waits for it.

    `accepted` counts every row that can be taken, also one that will turn out to say what is known, unless it is known
    to the letter. Raises ImportRefused as `import_file` does.
    """
    work, rows, size = _opened(store, request, context, known_at, progress)
    return work.look(rows, lambda done: progress(2 * size + done, 3 * size))


def _opened(
    store: Store, request: ImportRequest, context: ShopContext, known_at: datetime, progress: Progress
) -> tuple["_Work", Rows, int]:
    """The file's rows, who takes them, and its size in bytes."""
    profile = _profile(request)
    shape = inspect(request.path, profile, lambda done, size: progress(done, 3 * size))
    rows = open_rows(shape)
    mapping = Mapping(request.kind, profile, rows.columns, str(request.path))
    size = max(shape.size, 1)
    order = day_order(rows, mapping, profile, lambda done: progress(size + done, 3 * size))
    detected = Detected(shape.layout, shape.encoding, shape.delimiter, shape.line_ends, order, mapping.unused)
    reader = RowReader(mapping, _dates(profile, context, order), context, known_at)
    return _Work(store, request, reader, detected, shape), rows, size


def _profile(request: ImportRequest) -> Profile:
    profile = request.profile or Profile("", request.kind)
    if profile.kind and profile.kind != request.kind:
        raise ImportRefused(
            f"{request.path}: the profile {profile.name!r} is for {profile.kind}, not for {request.kind}; name another"
        )
    return replace(profile, kind=request.kind)


def _dates(profile: Profile, context: ShopContext, order: str) -> DateReader:
    try:
        own = zone(profile.timezone) if profile.timezone else context.timezone
    except ValueError as error:
        raise ImportRefused(f"[profiles.{profile.name}] timezone: {error}") from None
    return DateReader(profile.date_formats, order, ZoneInfo(str(own)))


class _TakenBack(Exception):
    """Rolls back a dry run, or a strict import with a rejected row."""


@dataclass(slots=True)
class _Row:
    """One row on its way: raw, then as canonical texts, with its hash and (for lines) its key."""

    raw: RawRow
    texts: Texts
    digest: str
    key: LineKey | None = None


def _batches(rows: Iterable[RawRow]) -> Iterator[list[RawRow]]:
    batch: list[RawRow] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += sum(map(len, row.cells))
        if len(batch) >= ROWS_A_BATCH or size >= CHARACTERS_A_BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


class _Work:
    """One import from its first to its last row."""

    def __init__(
        self, store: Store, request: ImportRequest, reader: RowReader, detected: Detected, shape: Shape
    ) -> None:
        self._store, self._request, self._reader, self._shape = store, request, reader, shape
        self._kind, self._profile = request.kind, reader.profile
        self._report = ImportReport(request.kind, detected=detected)
        self._report.notes += [shape.note] if shape.note else []
        folder = request.rejects_in or request.path.parent
        self._rejects = SideFile(folder, request.path.name, "rejects")
        self._warnings = SideFile(folder, request.path.name, "warnings")
        self._ordinals = Ordinals()
        self._unkeyed = False

    def run(self, rows: Rows, progress: Callable[[int], None]) -> ImportReport:
        """Take all rows; returns the counts. Raises ImportRefused when a snapshot has shrunk too much."""
        try:
            if self._request.dry_run or self._request.strict or self._profile.snapshot:
                self._at_once(rows, progress)
            else:
                self._by_and_by(rows, progress)
        finally:
            self._close()
        return self._report

    def look(self, rows: Rows, progress: Callable[[int], None]) -> ImportReport:
        """Count what could be taken. Raises ImportRefused when a snapshot has shrunk too much."""
        seen: set[int] = set()
        self._report.kept = False
        try:
            for batch in _batches(rows):
                with self._store.read() as tx:
                    self._look(tx, batch, seen)
                progress(rows.position())
            if self._profile.snapshot and not self._unkeyed:
                with self._store.read() as tx:
                    accept = self._request.accept_shrink
                    self._report.closed = would_close(tx, self._profile.name, seen, accept_shrink=accept)
        finally:
            self._close()
        return self._report

    def _look(self, tx: Transaction, batch: Iterable[RawRow], seen: set[int]) -> None:
        rows = list(self._sound(batch))
        known = known_hashes(tx, (row.key for row in rows if row.key)) if self._kind in KEYED_KINDS else {}
        seen.update(line_id for line_id, _ in known.values())
        for row in rows:
            if row.key in known and known[row.key][1] == row.digest:
                self._report.unchanged += 1
            elif not self._is_about_nothing(row, known) and self._record(row) is not None:
                self._report.accepted += 1

    def _is_about_nothing(self, row: "_Row", known: Container[LineKey | None]) -> bool:
        """Whether it is a notice about a line that nobody knows; it is rejected then."""
        if self._kind != NOTICES or row.key in known:
            return False
        self._reject(row.raw, "line_id", "is no line of this order that we know; import backorders first")
        return True

    def _close(self) -> None:
        self._ordinals.close()
        self._report.reject_file = self._rejects.close()
        self._report.warning_file = self._warnings.close()

    def _by_and_by(self, rows: Rows, progress: Callable[[int], None]) -> None:
        with self._locked() as tx:
            stamp = self._begin(tx)
        for batch in _batches(rows):
            with self._locked() as tx:
                self._take(tx, stamp, batch)
            progress(rows.position())
        with self._locked() as tx:
            self._end(tx, stamp, 0)

    def _at_once(self, rows: Rows, progress: Callable[[int], None]) -> None:
        try:
            with self._locked() as tx:
                stamp = self._begin(tx)
                open_before = count_open(tx, self._profile.name) if self._profile.snapshot else 0
                for batch in _batches(rows):
                    self._take(tx, stamp, batch)
                    progress(rows.position())
                self._end(tx, stamp, open_before)
                if self._request.dry_run or (self._request.strict and self._report.rejected):
                    raise _TakenBack
        except _TakenBack:
            self._report.kept = False
            if not self._request.dry_run:
                self._report.accepted = self._report.unchanged = self._report.closed = 0
                self._report.notes.append("strict: a row was rejected, so none was kept")

    @contextmanager
    def _locked(self) -> Any:
        """A write transaction in which no other import runs: between its look and its insert nobody else inserts."""
        with self._store.write() as tx:
            tx.spread_out()
            tx.lock("records")
            yield tx

    def _begin(self, tx: Transaction) -> Stamp:
        dirty.finish_interrupted(tx)
        known_at = utc(self._reader.known_at)
        row = {
            "kind": self._kind,
            "profile": self._profile.name,
            "source": self._request.source,
            "file_name": self._request.path.name,
            "file_hash": self._shape.digest,
            "known_at": known_at,
            "state": "running",
            "read": 0, "accepted": 0, "unchanged": 0, "rejected": 0, "blank": 0,
        }  # fmt: skip
        import_id = tx.connection.execute(insert(_run).returning(_run.c.id), row).scalar_one()
        return Stamp(import_id, known_at, self._reader.context)

    def _end(self, tx: Transaction, stamp: Stamp, open_before: int) -> None:
        report = self._report
        if self._profile.snapshot and self._unkeyed:
            report.notes.append("snapshot: rows without a readable key were rejected, so absent lines were left open")
        elif self._profile.snapshot:
            accept = self._request.accept_shrink
            report.closed = close_absent(tx, stamp, self._profile.name, open_before, accept_shrink=accept)
        if self._kind in LINE_KINDS:
            dirty.mark_queues_of(tx, stamp.import_id)
        dirty.close(tx, stamp.import_id, self._kind, self._profile.name)
        counts = {name: getattr(report, name) for name in ("read", "accepted", "unchanged", "rejected", "blank")}
        tx.connection.execute(update(_run).where(_run.c.id == stamp.import_id).values(state="done", **counts))

    def _take(self, tx: Transaction, stamp: Stamp, batch: Iterable[RawRow]) -> None:
        rows = list(self._sound(batch))
        known = known_hashes(tx, (row.key for row in rows if row.key)) if self._kind in KEYED_KINDS else {}
        part: dict[Any, Record] = {}
        for row in rows:
            if row.key in known and known[row.key][1] == row.digest:
                self._report.unchanged += 1
                continue
            record = None if self._is_about_nothing(row, known) else self._record(row)
            if record is None:
                continue
            key = row.key or kinds.source_key(self._kind, record, stamp)
            if self._kind == NOTICES:
                key = (key, record.line)
            if key in part:  # the same record twice: the first is written before the second is compared with it
                self._apply(tx, stamp, part)
                part = {}
            part[key] = record
        self._apply(tx, stamp, part)
        if self._profile.snapshot:
            found = known_hashes(tx, (row.key for row in rows if row.key))
            mark_seen(tx, stamp, (line_id for line_id, _ in found.values()))

    def _apply(self, tx: Transaction, stamp: Stamp, part: dict[Any, Record]) -> None:
        if not part:
            return
        changed = kinds.apply(tx, stamp, self._kind, list(part.items()))
        self._report.accepted += len(changed)
        self._report.unchanged += len(part) - len(changed)

    def _sound(self, batch: Iterable[RawRow]) -> Iterable[_Row]:
        """The rows that can be read at all, with their texts; blank ones counted, damaged ones rejected."""
        mapping = self._reader.mapping
        for raw in batch:
            if raw.blank:
                self._report.blank += 1
                continue
            self._report.read += 1
            if raw.fault:
                self._unkeyed = True
                self._reject(raw, "", raw.fault)
                continue
            texts = mapping.texts(raw.cells)
            row = _Row(raw, texts, self._reader.digest(texts))
            if self._kind in KEYED_KINDS:
                row.key = self._line_key(texts)
                self._unkeyed |= row.key is None
            yield row

    def _line_key(self, texts: Texts) -> LineKey | None:
        order, sku, line = texts.get("order_id", ""), texts.get("sku", ""), texts.get("line_id", "")
        if not order or not (line or sku):
            return None
        brand = texts.get("brand") or self._reader.context.brand
        # several notices may be about one line: only files of lines count a repeated SKU as another line
        place = 1 if self._kind == NOTICES else self._ordinals.next(brand, order, sku)
        return brand, order, line or f"{sku}#{place}"

    def _record(self, row: _Row) -> Record | None:
        try:
            record = self._reader.record(row.raw.line, row.texts, row.digest)
            if self._kind in ("consents", "suppressions"):
                record = with_address(record, self._reader.context.country)
            if self._kind == NOTICES:
                record = checked(record)
        except Rejected as error:
            self._reject(row.raw, error.column, error.reason)
            return None
        for column, reason in record.warnings:
            self._report.warnings += 1
            self._warnings.add(row.raw.line, column, reason, row.raw.cells)
        return record

    def _reject(self, raw: RawRow, column: str, reason: str) -> None:
        self._report.rejected += 1
        self._rejects.add(raw.line, column, reason, raw.cells)
