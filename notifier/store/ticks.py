"""The database's own name and its counter of work, to tell an older copy from it (HOSTILE 60). Colour: store.

Called by pipeline.guard. The counter is raised last in a transaction, so that workers wait for each other only while
they commit.
"""

from uuid import uuid4

from sqlalchemy import BigInteger, String, cast, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import insert_new, table_of
from notifier.store.tables import Meta

_meta = table_of(Meta)

_NAME, _TICK = "database", "tick"


def position(tx: Transaction) -> tuple[str, int]:
    """The database's name ("" before its first tick) and how often it was worked with."""
    rows = tx.connection.execute(select(_meta).where(_meta.c.name.in_((_NAME, _TICK))))
    found = {row.name: row.value for row in rows}
    return found.get(_NAME, ""), int(found.get(_TICK, "0"))


def raise_to(tx: Transaction, least: int = 0) -> tuple[str, int]:
    """Count one more, and at least to `least`; gives a database without a name its own. Returns both."""
    name, tick = position(tx)
    if not name:
        insert_new(tx, _meta, [{"name": _NAME, "value": uuid4().hex}, {"name": _TICK, "value": "0"}])
    more = max(least - tick, 1)
    number = cast(_meta.c.value, BigInteger) + more
    tx.connection.execute(update(_meta).where(_meta.c.name == _TICK).values(value=cast(number, String)))
    return position(tx)
