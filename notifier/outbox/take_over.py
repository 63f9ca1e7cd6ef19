"""Writes down what was told by other means: rows that count as told, against no cap, and are never sent. Colour: store.

Called by pipeline at go-live and after a restored backup.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update

from notifier.outbox.put import Draft, put
from notifier.store.engine import Transaction
from notifier.store.lookup import batches, table_of
from notifier.store.tables import Message, MessageLine
from notifier.terms.words import MessageState, NoticeKind

_message, _line = table_of(Message), table_of(MessageLine)

TOLD_BEFORE = "told_before"


def take_over(tx: Transaction, drafts: Sequence[Draft], run_id: int, now: datetime) -> int:
    """Make `drafts` told without sending them; returns how many messages that were not told yet."""
    made = put(tx, drafts, run_id, now)
    for ids in batches(made.values()):
        tx.connection.execute(update(_message).where(_message.c.id.in_(ids)).values(**_told(now)))
    return len(made)


def take_over_queued(tx: Transaction, mode: str, now: datetime) -> tuple[int, list[int]]:
    """The same for what waits in the outbox: in a restored one it may have gone. Returns how many.

    Legal notices are withdrawn instead, and returned by id, so that plan proposes them again and a person judges
    (RULES.md F13).
    """
    waits = _message.c.state.in_((MessageState.QUEUED.value, MessageState.CLAIMED.value)) & (_message.c.mode == mode)
    gone = _told(now) | {"state": MessageState.WITHDRAWN.value, "reason": "restored"}
    legal = update(_message).where(waits, _message.c.notice != NoticeKind.NONE).values(**gone)
    withdrawn = list(tx.connection.execute(legal.returning(_message.c.id)).scalars())
    for ids in batches(withdrawn):
        tx.connection.execute(update(_line).where(_line.c.message_id.in_(ids)).values(live=None))
    return tx.connection.execute(update(_message).where(waits).values(**_told(now))).rowcount, withdrawn


def _told(now: datetime) -> dict[str, object]:
    return {"state": MessageState.TAKEN_OVER.value, "reason": TOLD_BEFORE, "settled_at": now, "lease_until": None}
