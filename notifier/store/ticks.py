"""The database's own name, its era, and each machine's counter of work in it, to tell an older copy. Colour: store.

Called by pipeline.guard and pipeline.restore. A machine counts for itself: what others did since a backup cannot hide
what this one did. A counter is raised last in a transaction, so that a machine's workers wait for each other only while
they commit.
"""

from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import BigInteger, String, cast, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import insert_new, table_of
from notifier.store.tables import Meta

_meta = table_of(Meta)

_NAME, _ERA, _TICK = "database", "era", "tick:"


@dataclass(frozen=True, slots=True)
class Position:
    """How far a database is: its name ("" before the first tick), its era, and `ticks` by machine.

    An era ends when a person says to go on with a restored copy.
    """

    database: str
    era: int
    ticks: dict[str, int]


def position(tx: Transaction) -> Position:
    """Where the database stands."""
    wanted = _meta.c.name.in_((_NAME, _ERA)) | _meta.c.name.startswith(_TICK)
    found = {row.name: row.value for row in tx.connection.execute(select(_meta).where(wanted))}
    ticks = {name.removeprefix(_TICK): int(value) for name, value in found.items() if name.startswith(_TICK)}
    return Position(found.get(_NAME, ""), int(found.get(_ERA, "0")), ticks)


def tick(tx: Transaction, machine: str) -> Position:
    """Count one more piece of work of `machine`; gives a database without a name its own."""
    number = cast(cast(_meta.c.value, BigInteger) + 1, String)
    counted = update(_meta).where(_meta.c.name == _TICK + machine).values(value=number)
    if not tx.connection.execute(counted).rowcount:
        names = {_NAME: uuid4().hex, _ERA: "0", _TICK + machine: "0"}
        insert_new(tx, _meta, [{"name": name, "value": value} for name, value in names.items()])
        tx.connection.execute(counted)
    return position(tx)


def begin_era(tx: Transaction, era: int) -> None:
    """Let all that machines know of the eras before count no more."""
    insert_new(tx, _meta, [{"name": _ERA, "value": "0"}])
    tx.connection.execute(update(_meta).where(_meta.c.name == _ERA).values(value=str(era)))
