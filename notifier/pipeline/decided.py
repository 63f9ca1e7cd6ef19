"""What people say to messages of which nobody knows whether they went. Colour: root. Called by cli.unknown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from notifier.errors import UsageError
from notifier.outbox import doubt
from notifier.pipeline.found_words import clause
from notifier.pipeline.house import House
from notifier.pipeline.people import operator_name
from notifier.pipeline.unknown import settle_by
from notifier.queries.unknown import UnknownTold, unknown_messages
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.terms.evidence import Found, Said, Source
from notifier.terms.time import utc
from notifier.terms.words import MessageState, Outcome


@dataclass(frozen=True, slots=True)
class Waiting:
    """One unknown message with what comes next: `again_at` is when it goes once more by itself, None: a person must."""

    told: UnknownTold
    again_at: datetime | None

    @property
    def found(self) -> list[str]:
        """What was looked at, when last, and what it said."""
        return [f"{one.last_at:%Y-%m-%d %H:%M} {clause(one)}" for one in self.told.found]

    @property
    def type(self) -> list[str]:
        """What a person can type."""
        return [f"notifier unknown {word} {self.told.id} --by NAME" for word in ("sent", "resend")]

    def as_json(self) -> dict[str, Any]:
        """One object of `notifier unknown list --json`; instants are ISO 8601 in UTC."""
        told = self.told
        names = ("id", "customer", "channel", "purpose", "notice", "mode", "maybe_double")
        return {name: getattr(told, name) for name in names} | {
            "class": told.message_class,
            "orders": list(told.orders),
            "since": utc(told.since).isoformat(),
            "deadline": utc(told.deadline).isoformat() if told.deadline else None,
            "found": [one.as_json() for one in told.found],
            "again_at": utc(self.again_at).isoformat() if self.again_at else None,
            "type": self.type,
        }


def waiting(house: House, settle_after: timedelta) -> list[Waiting]:
    """All unknown messages, the longest first."""
    with house.store.read() as tx:
        found = unknown_messages(tx)
    mode = house.sending.mode
    return [Waiting(one, one.since + settle_after if one.again and one.mode == mode else None) for one in found]


def say_sent(house: House, message_ids: Sequence[int], by: str, now: datetime) -> list[int]:
    """The operator `by` says that these went: they count as accepted from their hand-off on.

    Raises UsageError, and settles none, where one of them is not unknown.
    """
    by, ids = operator_name(by), sorted(set(message_ids))
    with house.store.write() as tx:
        tx.lock(doubt.LOCK)
        rows = _all_unknown(tx, ids)
        said = [_said(row, Found.THERE, by, Outcome.ACCEPTED) for row in rows]
        doubt.note(tx, said, now)
        settle_by(tx, house, said, now)
    return ids


def say_resend(house: House, message_ids: Sequence[int], by: str, now: datetime) -> list[int]:
    """The operator `by` wants these sent once more: they are queued as possible duplicates, and judged as any message.

    Raises UsageError, and queues none, where one of them is not unknown, or is of another mode of delivery.
    """
    by, ids = operator_name(by), sorted(set(message_ids))
    mode = house.sending.mode
    with house.store.write() as tx:
        tx.lock(doubt.LOCK)
        rows = _all_unknown(tx, ids)
        if other := [row for row in rows if row.mode != mode]:
            told = ", ".join(f"message {row.id} is of mode {row.mode}" for row in other)
            raise UsageError(f"{told}, and the mode is {mode}; nothing was queued. Say that it went, to close it")
        doubt.note(tx, [_said(row, Found.AGAIN, by) for row in rows], now)
        doubt.send_again(tx, ids, now)
    return ids


def _said(row: AnyRow, found: Found, by: str, outcome: Outcome | None = None) -> Said:
    return Said(row.id, row.attempt, Source.PERSON, found, outcome, by=by)


def _all_unknown(tx: Transaction, ids: Sequence[int]) -> list[AnyRow]:
    rows = doubt.standing_of(tx, ids)
    wrong = []
    for one in ids:
        row = rows.get(one)
        if row is None:
            wrong.append(f"there is no message {one}")
        elif row.state != MessageState.UNKNOWN:
            wrong.append(f"message {one} is {row.state.replace('_', ' ')}")
    if wrong:
        raise UsageError(f"{', '.join(wrong)}; nothing was changed. Choose among those that are unknown alone")
    return [rows[one] for one in ids]
