"""Records in: one road for files given by hand and for configured sources. Colour: root. Called by cli and schedule."""

from collections.abc import Callable
from datetime import datetime

from notifier.pipeline.house import House
from notifier.records.columns import KINDS
from notifier.records.importer import import_file, look_through
from notifier.records.profile import ShopContext
from notifier.records.report import ImportReport, ImportRequest

BytesRead = Callable[[int, int], None]
"""Called with bytes read and bytes in all."""

__all__ = ["KINDS", "ImportReport", "ImportRequest", "import_records", "look_at_records"]


def import_records(
    house: House, context: ShopContext, request: ImportRequest, known_at: datetime, progress: BytesRead
) -> ImportReport:
    """Import one file as known at the UTC instant `known_at`. Raises ImportRefused when nothing of it was taken."""
    return import_file(house.store, request, context, known_at, progress)


def look_at_records(
    house: House, context: ShopContext, request: ImportRequest, known_at: datetime, progress: BytesRead
) -> ImportReport:
    """What importing it would take and reject, by reading alone. Raises ImportRefused where nothing would be taken."""
    return look_through(house.store, request, context, known_at, progress)
