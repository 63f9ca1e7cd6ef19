"""What a person's word does to messages that no worker has in hand. Colour: store. Called by pipeline.message_acts."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import update

from notifier.store.engine import Transaction
from notifier.store.lookup import batches, table_of
from notifier.store.tables import Message, MessageLine
from notifier.terms.words import RELEASED, MessageState

_message, _line = table_of(Message), table_of(MessageLine)


def release_held(tx: Transaction, message_ids: Sequence[int]) -> None:
    """Queue these held messages again, marked as RELEASED."""
    queued = {"state": MessageState.QUEUED.value, "reason": RELEASED, "settled_at": None, "template_version": ""}
    _change(tx, message_ids, (MessageState.HELD,), queued)


def withdraw_waiting(tx: Transaction, message_ids: Sequence[int], reason: str, now: datetime) -> None:
    """Take messages back that are queued or held; their keys and tellings become free again."""
    gone = {"state": MessageState.WITHDRAWN.value, "reason": reason, "settled_at": now}
    found = _change(tx, message_ids, (MessageState.QUEUED, MessageState.HELD), gone)
    for ids in batches(found):
        tx.connection.execute(update(_line).where(_line.c.message_id.in_(ids)).values(live=None))


def free_refused(tx: Transaction, message_ids: Sequence[int], reason: str) -> None:
    """Let what was refused be said again: the keys of these messages become free."""
    gone = {"state": MessageState.WITHDRAWN.value, "reason": reason}
    _change(tx, message_ids, (MessageState.REFUSED,), gone)


def _change(
    tx: Transaction, message_ids: Sequence[int], before: Sequence[MessageState], values: Mapping[str, object]
) -> list[int]:
    found: list[int] = []
    for ids in batches(message_ids):
        these = _message.c.id.in_(ids) & _message.c.state.in_([one.value for one in before])
        change = update(_message).where(these).values(**values).returning(_message.c.id)
        found += tx.connection.execute(change).scalars()
    return found
