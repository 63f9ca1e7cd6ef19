"""Which lines a message is about. Colour: store. Called by pipeline's claims and message_acts."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from notifier.store.engine import Transaction
from notifier.store.lookup import among, batches, table_of
from notifier.store.tables import MessageLine
from notifier.terms.time import EtaRange

_line = table_of(MessageLine)


Etas = dict[tuple[int, int], EtaRange | None]
"""What messages name, by (message id, line id)."""


def lines_of(tx: Transaction, message_ids: Sequence[int]) -> tuple[dict[int, list[int]], Etas]:
    """The line ids by message id, dropped ones left out, and the ETAs as they are written there."""
    found: dict[int, list[int]] = defaultdict(list)
    etas: Etas = {}
    columns = (_line.c.message_id, _line.c.line_id, _line.c.eta_from, _line.c.eta_to)
    for ids in batches(message_ids):
        query = select(*columns).where(among(_line.c.message_id, ids), _line.c.live.is_not(None))
        for row in tx.connection.execute(query.order_by(_line.c.line_id)):
            found[row.message_id].append(row.line_id)
            etas[row.message_id, row.line_id] = EtaRange(row.eta_from, row.eta_to) if row.eta_to else None
    return dict(found), etas


def news_of(tx: Transaction, message_ids: Sequence[int]) -> list[tuple[int, int, str, str]]:
    """(message id, line id, purpose, occasion) of what these messages say, dropped lines left out."""
    columns = (_line.c.message_id, _line.c.line_id, _line.c.purpose, _line.c.occasion)
    found: list[tuple[int, int, str, str]] = []
    for ids in batches(message_ids):
        query = select(*columns).where(among(_line.c.message_id, ids), _line.c.live.is_not(None))
        found += [(row[0], row[1], row[2], row[3]) for row in tx.connection.execute(query.order_by(_line.c.id))]
    return found
