"""Messages of which nobody knows whether they went: what is known of them, and how they are settled. Colour: store.

Called by pipeline's unknown, receipts and decided. Each locks the row first, against the worker's own late answer too.
Who asked somebody, or decides as a person, holds LOCK before: one text of the provider is no proof for two messages.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, bindparam, delete, exists, func, insert, or_, select, update

from notifier.outbox.settle import Backoff, Settled
from notifier.store.bodies import unpacked
from notifier.store.engine import Transaction
from notifier.store.lookup import batches, table_of
from notifier.store.messages import goes_again, newest_attempt
from notifier.store.tables import Address, Attempt, Finding, Message, MessageBody, MessageLine
from notifier.terms.delivery import SendResult
from notifier.terms.evidence import LOOKS, Doubt, Found, Said, Source
from notifier.terms.words import Channel, MessageState, Outcome

LOCK = "unknown"

MAYBE_DOUBLE = "maybe_double"
"""Why a message waits in the queue that may have arrived already."""

_message, _attempt, _finding = table_of(Message), table_of(Attempt), table_of(Finding)
_address, _body, _line = table_of(Address), table_of(MessageBody), table_of(MessageLine)

_unknown = _message.c.state == MessageState.UNKNOWN


def doubts(tx: Transaction, mode: str, channel: Channel, since: datetime) -> list[Doubt]:
    """What of this mode and channel is unknown since `since`, or was not asked about yet, or goes again; oldest first.

    `looked_at` is the last time somebody was asked about this attempt.
    """
    of_it = (_finding.c.message_id == _message.c.id) & (_finding.c.attempt_id == _attempt.c.id)
    asked = of_it & _finding.c.source.in_([one.value for one in LOOKS])
    looked = select(func.max(_finding.c.last_at)).where(asked).scalar_subquery()
    columns = (_message.c.id, _message.c.uid, _message.c.settled_at, goes_again.label("again"))
    query = (
        select(*columns, _attempt.c.id.label("attempt"), _attempt.c.started_at, looked.label("looked"))
        .join(_attempt, newest_attempt)
        .where(_unknown, _message.c.mode == mode, _message.c.channel == channel)
        .where(or_(_message.c.settled_at >= since, goes_again, ~exists(select(_finding.c.id).where(asked))))
        .order_by(_message.c.settled_at, _message.c.id)
    )
    return [
        Doubt(row.id, row.attempt, row.uid, row.started_at, row.settled_at, bool(row.again), row.looked)
        for row in tx.connection.execute(query)
    ]


def texts_of(tx: Transaction, message_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Number and words of these texts, as they were handed off; one whose customer was forgotten is missing."""
    query = (
        select(_message.c.id, _address.c.value, _body.c.body)
        .join(_address, _address.c.id == _message.c.address_id)
        .join(_body, _body.c.message_id == _message.c.id)
        .where(_address.c.value.is_not(None))
    )
    found: dict[int, tuple[str, str]] = {}
    for ids in batches(message_ids):
        for row in tx.connection.execute(query.where(_message.c.id.in_(ids))):
            found[row.id] = row.value, unpacked(row.body, None).decode("utf-8", "replace")
    return found


def with_rivals(tx: Transaction, message_ids: Sequence[int]) -> set[int]:
    """Those of the texts beside which another one with the same words went to the same number, its fate open too."""
    other, others = _message.alias("other"), _body.alias("others")
    open_too = other.c.state.in_((MessageState.HANDED_OFF.value, MessageState.UNKNOWN.value))
    query = (
        select(_message.c.id)
        .join(_body, _body.c.message_id == _message.c.id)
        .join(other, (other.c.address_id == _message.c.address_id) & (other.c.id != _message.c.id) & open_too)
        .join(others, (others.c.message_id == other.c.id) & (others.c.body == _body.c.body))
        .where(other.c.channel == Channel.SMS)
    )
    found: set[int] = set()
    for ids in batches(message_ids):
        found.update(tx.connection.execute(query.where(_message.c.id.in_(ids))).scalars())
    return found


def owners(tx: Transaction, provider_ids: Collection[str]) -> dict[str, set[int]]:
    """Which messages have these provider ids."""
    found: dict[str, set[int]] = {}
    for ids in batches(sorted(provider_ids)):
        query = select(_message.c.provider_id, _message.c.id).where(_message.c.provider_id.in_(ids))
        for row in tx.connection.execute(query):
            found.setdefault(row.provider_id, set()).add(row.id)
    return found


def still_unknown(tx: Transaction, message_ids: Iterable[int]) -> dict[int, Row[Any]]:
    """Those of the messages that are unknown, locked until the transaction ends, each with its newest `attempt`."""
    query = select(_message, _attempt.c.id.label("attempt"), goes_again.label("again")).join(_attempt, newest_attempt)
    return {row.id: row for row in _locked(tx, query.where(_unknown), message_ids)}


def _locked(tx: Transaction, query: Select[Any], message_ids: Iterable[int]) -> list[Row[Any]]:
    # In the order of ids, so that two who lock never wait for each other.
    ordered = query.order_by(_message.c.id)
    locked = ordered.with_for_update(of=_message) if tx.postgresql else ordered
    found: list[Row[Any]] = []
    for ids in batches(sorted(set(message_ids))):
        found += tx.connection.execute(locked.where(_message.c.id.in_(ids)))
    return found


def settle_said(
    tx: Transaction, said: Sequence[Said], rows: Mapping[int, Row[Any]], backoff: Backoff, now: datetime
) -> Settled:
    """Settle the locked `rows` (`still_unknown`) by what was said of their newest attempt; the first word counts.

    DEFERRED says that it certainly did not go, through a fault of our own: it is queued again as any such message.
    """
    changes: dict[int, dict[str, Any]] = {}
    settled = Settled()
    for one in said:
        row = rows.get(one.message_id)
        if row is None or row.attempt != one.attempt_id or one.outcome in (None, Outcome.UNKNOWN) or row.id in changes:
            continue
        changes[row.id] = _change(one, row, backoff, now)
        if one.outcome is Outcome.ACCEPTED:
            settled.accepted.append(row.id)
        elif one.outcome is Outcome.REFUSED:
            settled.refused.append(row.id)
    if changes:
        tx.connection.execute(_SETTLE, list(changes.values()))
    for told_to_nobody in batches(settled.refused):
        tx.connection.execute(update(_line).where(_line.c.message_id.in_(told_to_nobody)).values(live=None))
    return settled


_SETTLE = (
    update(_message)
    .where(_message.c.id == bindparam("one"), _unknown)
    .values(
        state=bindparam("becomes"),
        reason=bindparam("why"),
        provider_id=bindparam("theirs"),
        settled_at=bindparam("at"),
        not_before=bindparam("from_when"),
        lease_until=None,
    )
)


def _change(one: Said, row: Row[Any], backoff: Backoff, now: datetime) -> dict[str, Any]:
    accepted, deferred = one.outcome is Outcome.ACCEPTED, one.outcome is Outcome.DEFERRED
    state = {Outcome.ACCEPTED: MessageState.ACCEPTED, Outcome.REFUSED: MessageState.REFUSED}
    result = SendResult(row.id, row.attempt, Outcome.DEFERRED, one.code, "")
    return {
        "one": row.id,
        "becomes": (MessageState.QUEUED if deferred else state[Outcome(one.outcome or "")]).value,
        "why": "" if accepted else one.code,
        "theirs": one.provider_id or row.provider_id,
        "at": None if deferred else now,
        "from_when": now + backoff.wait(row.id, row.attempts, result) if deferred else row.not_before,
    }


def send_again(tx: Transaction, message_ids: Sequence[int], now: datetime) -> None:
    """Queue these unknown messages once more, as possible duplicates; the caller has them locked (`still_unknown`)."""
    queued = {"state": MessageState.QUEUED.value, "reason": MAYBE_DOUBLE, "maybe_double": True, "not_before": now}
    free = {"settled_at": None, "claimed_by": "", "lease_until": None}
    for ids in batches(message_ids):
        tx.connection.execute(update(_message).where(_message.c.id.in_(ids), _unknown).values(**queued, **free))


def note(tx: Transaction, said: Sequence[Said], now: datetime) -> None:
    """Keep what was said; the same said again moves its time and count. The caller holds LOCK."""
    known: dict[tuple[int, int, str, str], int] = {}
    for ids in batches(sorted({one.message_id for one in said})):
        for row in tx.connection.execute(select(_finding).where(_finding.c.message_id.in_(ids))):
            known[row.message_id, row.attempt_id, row.source, row.found] = row.id
    again: list[dict[str, Any]] = []
    fresh: dict[tuple[int, int, str, str], dict[str, Any]] = {}
    for one in said:
        place = (one.message_id, one.attempt_id, one.source.value, one.found.value)
        if place in known:
            again.append({"one": known[place]})
            continue
        words = {"source": one.source.value, "found": one.found.value, "code": one.code, "by": one.by}
        ids_of = {"message_id": one.message_id, "attempt_id": one.attempt_id, "provider_id": one.provider_id}
        fresh.setdefault(place, words | ids_of | {"at": now, "last_at": now, "times": 0})["times"] += 1
    if again:
        counted = update(_finding).where(_finding.c.id == bindparam("one"))
        tx.connection.execute(counted.values(last_at=now, times=_finding.c.times + 1), again)
    if fresh:
        tx.connection.execute(insert(_finding), list(fresh.values()))


def receipts(tx: Transaction, mode: str) -> list[Said]:
    """Receipts that came while the message was still being handed off, and which nobody has answered since."""
    query = (
        select(_finding)
        .join(_message, _message.c.id == _finding.c.message_id)
        .join(_attempt, newest_attempt & (_attempt.c.id == _finding.c.attempt_id))
        .where(_unknown, _message.c.mode == mode, _finding.c.source == Source.RECEIPT.value)
        .order_by(_finding.c.id)
    )
    outcomes = {Found.THERE: Outcome.ACCEPTED, Found.FAILED: Outcome.REFUSED}
    return [
        Said(
            row.message_id,
            row.attempt_id,
            Source.RECEIPT,
            Found(row.found),
            outcomes.get(Found(row.found)),
            row.code,
            row.provider_id,
        )
        for row in tx.connection.execute(query)
    ]


def waiting(tx: Transaction, mode: str, settle_after: timedelta, now: datetime) -> list[tuple[int, int, int]]:
    """(message id, attempt id, customer id) of what waits for a person, of which the team has not heard yet."""
    told = (_finding.c.message_id == _message.c.id) & (_finding.c.attempt_id == _attempt.c.id)
    told &= _finding.c.source == Source.TEAM.value
    query = (
        select(_message.c.id, _attempt.c.id.label("attempt"), _message.c.customer_id)
        .join(_attempt, newest_attempt)
        .where(_unknown, _message.c.mode == mode, _message.c.settled_at <= now - settle_after, ~goes_again)
        .where(~exists(select(_finding.c.id).where(told)))
        .order_by(_message.c.id)
    )
    return [(row.id, row.attempt, row.customer_id) for row in tx.connection.execute(query)]


def standing_of(tx: Transaction, message_ids: Sequence[int]) -> dict[int, Row[Any]]:
    """These messages as they stand, locked until the transaction ends, each with its newest `attempt` (None: none)."""
    query = select(_message, _attempt.c.id.label("attempt")).outerjoin(_attempt, newest_attempt)
    return {row.id: row for row in _locked(tx, query, message_ids)}


def forget_receipts(tx: Transaction) -> None:
    """Drop receipts that were kept for a worker's answer that came."""
    heard = _attempt.c.outcome.not_in(("", Outcome.UNKNOWN.value))
    answered = exists(select(_attempt.c.id).where(_attempt.c.id == _finding.c.attempt_id, heard))
    tx.connection.execute(delete(_finding).where(_finding.c.source == Source.RECEIPT.value, answered))
