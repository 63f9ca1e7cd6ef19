"""Writes down what the provider said, and when a certainly unsent message is tried again. Colour: store.

Called by pipeline.deliver.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Executable, bindparam, func, null, select, update

from notifier.store.engine import Transaction
from notifier.store.given import given_columns, given_rows
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


LOOKED_AT = 5000
"""Attempts among which the last ones of a purpose are sought."""


def answers_of(tx: Transaction, purpose: str, most: int, since: datetime | None) -> list[bool]:
    """What became of the last messages of a purpose, the newest first: accepted (True) or refused for good.

    `since`: only of attempts after this UTC instant. What the shop's own setting refused is left out.
    """
    newest = select(func.max(_attempt.c.id) - LOOKED_AT).scalar_subquery()
    answered = _attempt.c.outcome.in_((Outcome.ACCEPTED.value, Outcome.REFUSED.value)) & _attempt.c.code.not_in(NOT_NOW)
    query = (
        select(_attempt.c.outcome)
        .join(_message, _message.c.id == _attempt.c.message_id)
        .where(_attempt.c.id > newest, _message.c.purpose == purpose, answered)
        .order_by(_attempt.c.id.desc())
        .limit(most)
    )
    if since is not None:
        query = query.where(_attempt.c.started_at > since)
    return [outcome == Outcome.ACCEPTED for outcome in tx.connection.execute(query).scalars()]


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

    A message that its lost lease made unknown is settled too: an answer is evidence. The answer to an attempt after
    which the message was claimed again is kept with the attempt and moves nothing.
    """
    if not results:
        return Settled()
    given = given_rows([_given(result) for result in results])
    tx.connection.execute(_note(tx.postgresql), {"at": now} | given)
    settled = Settled(accepted=sorted(tx.connection.execute(_accept(tx.postgresql), {"at": now} | given).scalars()))
    rest = {result.attempt_id: result for result in results if result.outcome is not Outcome.ACCEPTED}
    if rest:
        _settle_rest(tx, rest, settled, backoff, now)
    return settled


def _settle_rest(
    tx: Transaction, results: Mapping[int, SendResult], settled: Settled, backoff: Backoff, now: datetime
) -> None:
    given = given_rows([_given(result) for result in results.values()])
    waiting = tx.connection.execute(_waiting(tx.postgresql), given).all()
    rows = [_settled_row(results[row.attempt], row, backoff, now) for row in waiting]
    if rows:
        tx.connection.execute(_SETTLE, rows)
    settled.refused += [row["one"] for row in rows if row["becomes"] == MessageState.REFUSED]
    settled.given_up += [row["one"] for row in rows if row["becomes"] == MessageState.WITHDRAWN]
    for told_to_nobody in batches([*settled.refused, *settled.given_up]):
        # Told to nobody: another address or channel may tell it; a refused message's own key still bars this address.
        tx.connection.execute(update(_line).where(_line.c.message_id.in_(told_to_nobody)).values(live=None))


def _given(result: SendResult) -> dict[str, str | int]:
    return {
        "attempt": result.attempt_id,
        "outcome": result.outcome.value,
        "code": result.code,
        "raw": result.raw,
        "theirs": result.provider_id,
    }


_GIVEN = {"attempt": int, "outcome": str, "code": str, "raw": str, "theirs": str}


@cache
def _note(postgresql: bool) -> Executable:
    row = given_columns(postgresql, **_GIVEN)
    said = {"outcome": row["outcome"], "code": row["code"], "raw": row["raw"], "provider_id": row["theirs"]}
    return update(_attempt).where(_attempt.c.id == row["attempt"]).values(said | {"ended_at": bindparam("at")})


@cache
def _accept(postgresql: bool) -> Executable:
    row = given_columns(postgresql, **_GIVEN)
    accepted = {
        "state": MessageState.ACCEPTED.value,
        "reason": "",
        "provider_id": row["theirs"],
        "settled_at": bindparam("at"),
        "lease_until": null(),
    }
    mine = _answered(row["attempt"]) & (row["outcome"] == Outcome.ACCEPTED.value)
    return update(_message).where(mine).values(accepted).returning(_message.c.id)


@cache
def _waiting(postgresql: bool) -> Executable:
    row = given_columns(postgresql, **_GIVEN)
    columns = (_message.c.id, _message.c.attempts, _message.c.not_before, _attempt.c.id.label("attempt"))
    query = select(*columns).where(_answered(row["attempt"])).order_by(_message.c.id)
    # Locked, because evidence may settle the same message at the same time.
    return query.with_for_update(of=_message) if postgresql else query


def _answered(attempt: ColumnElement[Any]) -> ColumnElement[bool]:
    """The message of `attempt`, if it waits for that very answer: nobody has claimed it since."""
    return (
        (_attempt.c.id == attempt)
        & (_message.c.id == _attempt.c.message_id)
        & (_message.c.fence == _attempt.c.fence)
        & _message.c.state.in_((MessageState.HANDED_OFF.value, MessageState.UNKNOWN.value))
    )


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
