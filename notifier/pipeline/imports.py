"""Records in: one road for files given by hand and for configured sources. Colour: root. Called by cli and schedule."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from notifier.errors import ImportRefused
from notifier.pipeline.house import House
from notifier.records.columns import KINDS
from notifier.records.importer import import_file, look_through
from notifier.records.profile import ShopContext
from notifier.records.report import ImportReport, ImportRequest
from notifier.records.workbook import is_workbook, write_csv

BytesRead = Callable[[int, int], None]
"""Called with bytes read and bytes in all."""

__all__ = ["KINDS", "ImportReport", "ImportRequest", "import_records", "look_at_records"]


def import_records(
    house: House, context: ShopContext, request: ImportRequest, known_at: datetime, progress: BytesRead
) -> ImportReport:
    """Import one file as known at the UTC instant `known_at`. Raises ImportRefused when nothing of it was taken."""
    with as_text(request) as readable:
        return import_file(house.store, readable, context, known_at, progress)


def look_at_records(
    house: House, context: ShopContext, request: ImportRequest, known_at: datetime, progress: BytesRead
) -> ImportReport:
    """What importing it would take and reject, by reading alone. Raises ImportRefused where nothing would be taken."""
    with as_text(request) as readable:
        return look_through(house.store, readable, context, known_at, progress)


@contextmanager
def as_text(request: ImportRequest) -> Iterator[ImportRequest]:
    """The request itself; for a workbook, one for its first sheet as CSV, which is gone after the block."""
    if not is_workbook(request.path):
        yield request
        return
    with TemporaryDirectory(prefix="notifier-workbook-") as folder:
        path = Path(folder) / f"{request.path.name}.csv"
        write_csv(request.path, path)
        try:
            yield replace(request, path=path, rejects_in=request.rejects_in or request.path.parent)
        except ImportRefused as fault:
            raise type(fault)(str(fault).replace(str(path), str(request.path))) from None
