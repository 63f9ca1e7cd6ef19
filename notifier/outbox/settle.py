"""Writes down what the provider said, and when a certainly unsent message is tried again. Colour: store.

Called by pipeline.deliver.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import batches, table_of
from notifier.store.tables import Attempt, Message, MessageLine
from notifier.terms.delivery import SendResult
from notifier.terms.words import MessageState, Outcome

_message, _line, _attempt = table_of(Message), table_of(MessageLine), table_of(Attempt)

OUR_TROUBLE = frozenset(
    "auth bad_sender unregistered_sender server_refuses_us no_connection timed_out tls_failed"
    " disk_full folder_unwritable server_full rate_limited".split()
)
"""Codes that say nothing about the message: it waits as long as the trouble lasts, and uses up no try."""

NOT_NOW = frozenset({"not_in_only_to"})
"""Refused by the shop's own setting: plan asks again, and finds the setting changed or not."""

LONGEST_WAIT = timedelta(hours=6)
TROUBLE_WAIT = timedelta(minutes=15)
LONGEST_WISH = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Backoff:
    """How a certainly unsent message is tried again: after `first_seconds`, doubled each time, at most `most` tries."""

    first_seconds: float
    most: int

    def wait(self, message_id: int, attempts: int, result: SendResult) -> timedelta:
        """The wait after `attempts` tries, spread by message; the provider's own wish is not undercut, up to a day."""
        longest = TROUBLE_WAIT if result.code in OUR_TROUBLE else LONGEST_WAIT
        grown = timedelta(seconds=self.first_seconds) * 2 ** min(max(attempts - 1, 0), 20)
        spread = 1 + message_id * 2654435761 % 1000 / 2000
        wish = timedelta(seconds=min(max(result.retry_after or 0, 0), LONGEST_WISH.total_seconds()))
        wait: timedelta = min(grown, longest) * spread
        return max(wait, wish)


@dataclass(slots=True)
class Settled:
    """Message ids by what became of them. `given_up` ones are withdrawn: plan judges afresh, a day later."""

    accepted: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    given_up: list[int] = field(default_factory=list)


def settle(tx: Transaction, results: Sequence[SendResult], backoff: Backoff, now: datetime) -> Settled:
    """Write down what the provider said, attempt by attempt.

    A message that its lost lease made unknown is settled too: an answer is evidence. The answer to an attempt that is
    not the message's newest is kept with the attempt and moves nothing.
    """
    _note_attempts(tx, results, now)
    waiting = _waiting(tx, results)
    settled = Settled()
    rows = []
    for result in results:
        found = waiting.get(result.message_id)
        if found is not None and found.attempt == result.attempt_id:
            rows.append(_settled_row(result, found, backoff, now))
    if rows:
        tx.connection.execute(_SETTLE, rows)
    for row in rows:
        for state, ids in _BY_STATE.items():
            if row["becomes"] == state:
                getattr(settled, ids).append(row["one"])
    for told_to_nobody in batches([*settled.refused, *settled.given_up]):
        # Told to nobody: another address or channel may tell it; a refused message's own key still bars this address.
        tx.connection.execute(update(_line).where(_line.c.message_id.in_(told_to_nobody)).values(live=None))
    return settled


_BY_STATE = {
    MessageState.ACCEPTED: "accepted",
    MessageState.REFUSED: "refused",
    MessageState.WITHDRAWN: "given_up",
}

_SETTLE = (
    update(_message)
    .where(_message.c.id == bindparam("one"))
    .values(
        state=bindparam("becomes"),
        reason=bindparam("why"),
        provider_id=bindparam("theirs"),
        settled_at=bindparam("at"),
        not_before=bindparam("again"),
        attempts=bindparam("tries"),
        lease_until=None,
    )
)


def _note_attempts(tx: Transaction, results: Sequence[SendResult], now: datetime) -> None:
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


def _waiting(tx: Transaction, results: Sequence[SendResult]) -> dict[int, Any]:
    open_states = (MessageState.HANDED_OFF.value, MessageState.UNKNOWN.value)
    newest = select(func.max(_attempt.c.id)).where(_attempt.c.message_id == _message.c.id).scalar_subquery()
    query = select(_message.c.id, _message.c.attempts, _message.c.not_before, newest.label("attempt"))
    found: dict[int, Any] = {}
    for ids in batches([r.message_id for r in results]):
        these = query.where(_message.c.id.in_(ids), _message.c.state.in_(open_states))
        found.update((row.id, row) for row in tx.connection.execute(these))
    return found


def _settled_row(result: SendResult, row: Any, backoff: Backoff, now: datetime) -> dict[str, Any]:
    state, reason, again, tries = MessageState.ACCEPTED, "", None, row.attempts
    trouble = result.code in OUR_TROUBLE
    if result.outcome is Outcome.DEFERRED and (trouble or row.attempts < backoff.most):
        state, reason, again = MessageState.QUEUED, result.code, now + backoff.wait(row.id, row.attempts, result)
        tries = row.attempts - 1 if trouble else row.attempts
    elif result.outcome is Outcome.DEFERRED:
        state, reason = MessageState.WITHDRAWN, f"gave_up_{result.code}"
    elif result.code in NOT_NOW:
        state, reason = MessageState.WITHDRAWN, result.code
    elif result.outcome is not Outcome.ACCEPTED:
        state, reason = MessageState(result.outcome.value), result.code
    return {
        "one": result.message_id,
        "becomes": state.value,
        "why": reason,
        "theirs": result.provider_id,
        "at": None if again else now,
        "again": again or row.not_before,
        "tries": tries,
    }
