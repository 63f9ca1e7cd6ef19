"""Which lines a message is about. Colour: store. Called by pipeline.claims."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from notifier.store.engine import Transaction
from notifier.store.lookup import batches, table_of
from notifier.store.tables import MessageLine

_line = table_of(MessageLine)


def lines_of(tx: Transaction, message_ids: Sequence[int]) -> dict[int, list[int]]:
    """The line ids by message id, dropped ones left out."""
    found: dict[int, list[int]] = defaultdict(list)
    for ids in batches(message_ids):
        query = select(_line.c.message_id, _line.c.line_id).where(
            _line.c.message_id.in_(ids), _line.c.live.is_not(None)
        )
        for row in tx.connection.execute(query.order_by(_line.c.line_id)):
            found[row.message_id].append(row.line_id)
    return dict(found)
