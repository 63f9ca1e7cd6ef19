"""What was said and heard on one day, by purpose and channel. Colour: store. Called by pipeline.contact_days."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.tables import Contact

_contact = table_of(Contact)


@dataclass(frozen=True, slots=True)
class Counted:
    """So many contacts of one direction, purpose (empty: none) and channel."""

    direction: str
    purpose: str
    channel: str
    count: int


def contacts_between(tx: Transaction, since: datetime, until: datetime) -> tuple[Counted, ...]:
    """The contacts from `since` until before `until` (UTC), counted from a range of ix_contact_at."""
    columns = (_contact.c.direction, _contact.c.purpose, _contact.c.channel)
    query = select(*columns, func.count().label("many")).where(_contact.c.at >= since, _contact.c.at < until)
    rows = tx.connection.execute(query.group_by(*columns).order_by(*columns))
    return tuple(Counted(*row) for row in rows)


def first_contact(tx: Transaction) -> datetime | None:
    """When anything was said first; None: nothing yet."""
    found: datetime | None = tx.connection.execute(select(func.min(_contact.c.at))).scalar_one()
    return found
