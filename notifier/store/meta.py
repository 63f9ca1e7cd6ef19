"""Single values of the whole database that outlive a process. Colour: store. Called by pipeline."""

from datetime import datetime

from sqlalchemy import select

from notifier.store.engine import Transaction
from notifier.store.lookup import insert_new, table_of
from notifier.store.tables import Meta
from notifier.terms.time import utc

_meta = table_of(Meta)

IN_FORCE = "in_force"
"""What was published last: whatever it was, what every process has read before is to be read again."""

_MARK = select(_meta.c.value).where(_meta.c.name == IN_FORCE)


def moment_of(tx: Transaction, name: str) -> datetime | None:
    """The moment kept under `name`, aware UTC; None where there is none."""
    found = tx.connection.execute(select(_meta.c.value).where(_meta.c.name == name)).scalar_one_or_none()
    return datetime.fromisoformat(found) if found else None


def keep_moment(tx: Transaction, name: str, moment: datetime) -> None:
    """Keep the aware `moment` under `name`, in place of the one before."""
    insert_new(tx, _meta, [{"name": name, "value": utc(moment).isoformat()}], replace=["value"])


def mark_in_force(tx: Transaction) -> str:
    """Changes with whatever the team publishes; "" where nothing ever was. One row by its key."""
    return tx.connection.execute(_MARK).scalar_one_or_none() or ""


def keep_mark(tx: Transaction, what: str) -> None:
    """Let every process read again what is in force. `what` was published: another text each time, the moment in it."""
    insert_new(tx, _meta, [{"name": IN_FORCE, "value": what}], replace=["value"])
