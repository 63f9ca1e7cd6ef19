"""How many replies and actions wait for a person, and texts to be taken in, and since when. Colour: store.

Called by outbox_state.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from notifier.store.asked import waits_for_person
from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.tables import Action, Arrival, Reply
from notifier.terms.effects import ActionState

_reply, _action, _arrival = table_of(Reply), table_of(Action), table_of(Arrival)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, and since when (aware UTC) the oldest does."""

    count: int = 0
    since: datetime | None = None


NOBODY = Waiting()


def replies_waiting(tx: Transaction) -> Waiting:
    """Replies that a person must read, from ix_reply_waiting alone."""
    query = select(func.count(), func.min(_reply.c.received_at)).where(waits_for_person)
    return Waiting(*tx.connection.execute(query).one())


def texts_waiting(tx: Transaction) -> Waiting:
    """Texts that came, and are still to be taken in: a table that is empty but for moments."""
    query = select(func.count(), func.min(_arrival.c.came_at))
    return Waiting(*tx.connection.execute(query).one())


def actions_waiting(tx: Transaction) -> Waiting:
    """Actions that the shop has not done, from uq_action_requested alone."""
    query = select(func.count(), func.min(_action.c.requested_at)).where(_action.c.state == ActionState.REQUESTED)
    return Waiting(*tx.connection.execute(query).one())
