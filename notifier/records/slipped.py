"""What the shop's files said of what a slip moved since. Colour: store. Used by changes and slips.

A file that says again what it said before a slip knows nothing of it yet, and changes nothing; a file that says
anything else brings a newer word, and from then on the files count again.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import among, batches, table_of
from notifier.store.tables import SlipMove

_move = table_of(SlipMove)

Field = tuple[int, str]
"""The id of a row, and the name of a field."""

Stated = Mapping[Field, str | None]
"""What the files said last of each field that a slip overrules, as the history writes it."""


def stated_of(tx: Transaction, kind: str, row_ids: Collection[int]) -> dict[Field, str | None]:
    """What the files said last of the fields of these rows that slips overrule."""
    if tx.connection.execute(select(_move.c.id).where(_move.c.holds).limit(1)).first() is None:
        return {}  # as nearly always
    found: dict[Field, str | None] = {}
    query = select(_move.c.row_id, _move.c.field, _move.c.stated).where(_move.c.kind == kind, _move.c.holds)
    for ids in batches(sorted(row_ids)):
        for row in tx.connection.execute(query.where(among(_move.c.row_id, ids))):
            found[row.row_id, row.field] = row.stated
    return found


def newer_word(tx: Transaction, kind: str, fields: Collection[Field]) -> None:
    """The files say something else of these fields now: no slip overrules them any more."""
    for name in sorted({name for _, name in fields}):
        for ids in batches(sorted(row for row, field in fields if field == name)):
            these = (_move.c.kind == kind) & (_move.c.field == name) & among(_move.c.row_id, ids)
            tx.connection.execute(update(_move).where(these, _move.c.holds).values(holds=False))
