"""Texts that a webhook has kept and nobody has taken in yet. Colour: store. Called by pipeline.intake.

The provider is answered once its text is a row here: to work out what it means takes far longer.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow, insert_new, table_of
from notifier.store.tables import Arrival
from notifier.terms.incoming import Choice, Incoming, Road
from notifier.terms.reply import Intent

_arrival = table_of(Arrival)


def keep(tx: Transaction, one: Incoming) -> None:
    """Keep a text until it is taken in; one that waits already is left as it is."""
    row = {
        "key": one.key,
        "sender": one.sender,
        "receiver": one.to,
        "words": one.words.replace("\x00", ""),
        "mark": one.choice.intent.value if one.choice is not None else "",
        "came_at": one.received_at,
        "due_at": one.received_at,
        "tries": 0,
    }
    insert_new(tx, _arrival, [row])


def due(tx: Transaction, now: datetime, most: int) -> Sequence[AnyRow]:
    """Up to `most` texts to be taken in at the UTC instant `now`, the oldest first."""
    query = select(_arrival).where(_arrival.c.due_at <= now).order_by(_arrival.c.id).limit(most)
    return tx.connection.execute(query).all()


def incoming_of(row: AnyRow) -> Incoming:
    """The text in a row of `due`, as the webhook had it."""
    return Incoming(
        Road.SMS,
        row.key,
        row.came_at,
        words=row.words,
        sender=row.sender,
        to=row.receiver,
        choice=Choice(Intent(row.mark)) if row.mark else None,
        answered=bool(row.mark),
    )


def taken_in(tx: Transaction, arrival_id: int) -> None:
    """It is a reply now."""
    tx.connection.execute(delete(_arrival).where(_arrival.c.id == arrival_id))


def put_off(tx: Transaction, arrival_id: int, due_at: datetime) -> None:
    """It could not be taken in: tried again at `due_at`."""
    again = update(_arrival).where(_arrival.c.id == arrival_id)
    tx.connection.execute(again.values(due_at=due_at, tries=_arrival.c.tries + 1))


def forget(tx: Transaction, before: datetime) -> int:
    """Drop what could never be taken in and came before a UTC instant; returns how many."""
    return tx.connection.execute(delete(_arrival).where(_arrival.c.came_at < before)).rowcount
