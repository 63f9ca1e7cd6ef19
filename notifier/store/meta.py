"""Single values of the whole database that outlive a process. Colour: store. Called by pipeline."""

from datetime import datetime

from sqlalchemy import select

from notifier.store.engine import Transaction
from notifier.store.lookup import insert_new, table_of
from notifier.store.tables import Meta
from notifier.terms.time import utc

_meta = table_of(Meta)


def moment_of(tx: Transaction, name: str) -> datetime | None:
    """The moment kept under `name`, aware UTC; None where there is none."""
    found = tx.connection.execute(select(_meta.c.value).where(_meta.c.name == name)).scalar_one_or_none()
    return datetime.fromisoformat(found) if found else None


def keep_moment(tx: Transaction, name: str, moment: datetime) -> None:
    """Keep the aware `moment` under `name`, in place of the one before."""
    insert_new(tx, _meta, [{"name": name, "value": utc(moment).isoformat()}], replace=["value"])
