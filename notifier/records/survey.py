"""The first reading of a whole file: is it sound to its end, and in which order do its dates stand? Colour: store.

Called by importer before the first row is taken, so that what refuses a file refuses all of it.
"""

from collections.abc import Callable

from notifier.errors import ImportRefused
from notifier.records.columns import Reads
from notifier.records.dates import DayOrder
from notifier.records.mapping import Mapping, picker
from notifier.records.profile import Profile
from notifier.records.readers import Rows

EVERY = 5000
"""Rows between two reports of progress."""


def day_order(rows: Rows, mapping: Mapping, profile: Profile, progress: Callable[[int], None]) -> str:
    """Read all `rows`; return DayOrder.word for their undeclared dates.

    Raises ImportRefused for a damaged file, and for dates whose order the data leave open (HOSTILE.md 8).
    """
    dates = [column.name for column in mapping.columns if column.reads in (Reads.DAY, Reads.INSTANT)]
    pick = picker(mapping, [] if profile.date_formats else dates)
    order = DayOrder()
    for number, row in enumerate(rows):
        if number % EVERY == 0:
            progress(rows.position())
        if row.fault or not row.cells:
            continue
        for text in pick(row.cells):
            # cheap test first: an ISO date has its hyphen in the fifth place
            if text and text[4:5] != "-" and order.look_at(text.strip()) and not order.example:
                order.example = f"line {row.line}: {text.strip()!r}"
    if order.word == "ambiguous":
        raise ImportRefused(
            f"{rows.name}, {order.example or 'dates'}: day or month first? The file's dates do not tell. "
            'Declare it in the profile: date_formats = ["DD/MM/YYYY"] or ["MM/DD/YYYY"]'
        )
    return order.word
