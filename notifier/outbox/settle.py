"""Writes down what the provider said, and when a certainly unsent message is tried again. Colour: store.

Called by pipeline.deliver.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import batches, table_of
from notifier.store.tables import Attempt, Message, MessageLine
from notifier.terms.delivery import SendResult
from notifier.terms.words import MessageState, Outcome

_message = table_of(Message)
_line = table_of(MessageLine)
_attempt = table_of(Attempt)


@dataclass(frozen=True, slots=True)
class Backoff:
    """How a certainly unsent message is tried again:
    after `first_seconds`, doubled each time, at most `most` attempts.
    """

    first_seconds: float
    most: int
    jitter: float

    def wait(self, attempts: int, wish: float | None) -> timedelta:
        """The wait after `attempts` tries; a provider's own wish (seconds) is never undercut. `jitter` is 0 to 1."""
        seconds = self.first_seconds * 2 ** max(attempts - 1, 0) * (1 + self.jitter / 2)
        return timedelta(seconds=max(min(seconds, 6 * 3600), wish or 0))


def settle(tx: Transaction, results: Sequence[SendResult], backoff: Backoff, now: datetime) -> list[int]:
    """Write down what the provider said, attempt by attempt. Returns the ids of the accepted messages.

    A message that is no longer handed off (its lease ran out and it became unknown) is settled too: an answer is
    evidence.
    """
    change = (
        update(_attempt)
        .where(_attempt.c.id == bindparam("one"))
        .values(
            ended_at=now,
            outcome=bindparam("word"),
            code=bindparam("its_code"),
            raw=bindparam("words"),
            provider_id=bindparam("theirs"),
        )
    )
    rows = [
        {"one": r.attempt_id, "word": r.outcome.value, "its_code": r.code, "words": r.raw, "theirs": r.provider_id}
        for r in results
    ]
    if rows:
        tx.connection.execute(change, rows)
    open_states = (MessageState.HANDED_OFF.value, MessageState.UNKNOWN.value)
    waiting: dict[int, Any] = {
        row.id: row
        for ids in batches([r.message_id for r in results])
        for row in tx.connection.execute(
            select(_message.c.id, _message.c.attempts, _message.c.not_before).where(
                _message.c.id.in_(ids), _message.c.state.in_(open_states)
            )
        )
    }
    settled = [_settled_row(r, waiting[r.message_id], backoff, now) for r in results if r.message_id in waiting]
    if settled:
        tx.connection.execute(_SETTLE, settled)
    refused = [row["one"] for row in settled if row["becomes"] == MessageState.REFUSED]
    for ids in batches(refused):
        # Told to nobody: another address or channel may tell it; the message's own key still bars this address.
        tx.connection.execute(update(_line).where(_line.c.message_id.in_(ids)).values(live=None))
    return [r.message_id for r in results if r.outcome is Outcome.ACCEPTED and r.message_id in waiting]


_SETTLE = (
    update(_message)
    .where(_message.c.id == bindparam("one"))
    .values(
        state=bindparam("becomes"),
        reason=bindparam("why"),
        provider_id=bindparam("theirs"),
        settled_at=bindparam("at"),
        not_before=bindparam("again"),
        lease_until=None,
    )
)


def _settled_row(result: SendResult, row: Any, backoff: Backoff, now: datetime) -> dict[str, Any]:
    state, reason, again = MessageState.ACCEPTED, "", None
    if result.outcome is Outcome.DEFERRED and row.attempts < backoff.most:
        state, reason, again = MessageState.QUEUED, result.code, now + backoff.wait(row.attempts, result.retry_after)
    elif result.outcome is Outcome.DEFERRED:
        state, reason = MessageState.REFUSED, f"gave_up_{result.code}"
    elif result.outcome is not Outcome.ACCEPTED:
        state, reason = MessageState(result.outcome.value), result.code
    return {
        "one": result.message_id,
        "becomes": state.value,
        "why": reason,
        "theirs": result.provider_id,
        "at": None if again else now,
        "again": again or row.not_before,
    }
