"""The messages of which nobody knows whether they went, and what was found out about each. Colour: store.

Called by pipeline.decided and pipeline.unknown_news for lists; neither an address nor a body is among it.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from notifier.queries.masks import shown
from notifier.queries.told import Told, told_by
from notifier.store.engine import Transaction
from notifier.store.lookup import batches, table_of
from notifier.store.messages import goes_again, newest_attempt
from notifier.store.tables import Attempt, Customer, Finding, LegalStanding, Message, MessageLine
from notifier.terms.time import utc
from notifier.terms.words import MessageState, NoticeKind

_message, _attempt, _customer = table_of(Message), table_of(Attempt), table_of(Customer)
_finding, _line, _standing = table_of(Finding), table_of(MessageLine), table_of(LegalStanding)


@dataclass(frozen=True, slots=True)
class FoundOut:
    """One thing that was found out about one attempt: first at `at`, last at `last_at`, so many `times`."""

    attempt: int
    source: str
    found: str
    code: str
    by: str
    at: datetime
    last_at: datetime
    times: int

    def as_json(self) -> dict[str, Any]:
        """As `notifier unknown list --json` and `notifier explain --json` print it."""
        words = {"source": self.source, "found": self.found, "code": self.code, "by": self.by}
        return words | {"at": utc(self.at).isoformat(), "last_at": utc(self.last_at).isoformat(), "times": self.times}


@dataclass(frozen=True, slots=True)
class UnknownTold:
    """One message, `customer` as lists show it. `deadline` is the first of its notice's lines, None without a notice.

    `attempt` is the newest; `found` is about that one alone. `again`: a required email that goes once more by itself.
    """

    id: int
    attempt: int
    again: bool
    customer: str
    channel: str
    purpose: str
    notice: str
    message_class: str
    mode: str
    maybe_double: bool
    since: datetime
    orders: tuple[str, ...]
    deadline: datetime | None
    found: tuple[FoundOut, ...]


def unknown_messages(tx: Transaction, only: Collection[int] | None = None) -> list[UnknownTold]:
    """All that is unknown, or of the ids in `only`, the longest first."""
    query = (
        select(
            _message, _customer.c.key.label("customer_key"), _attempt.c.id.label("attempt"), goes_again.label("again")
        )
        .join(_customer, _customer.c.id == _message.c.customer_id)
        .join(_attempt, newest_attempt)
        .where(_message.c.state == MessageState.UNKNOWN)
        .order_by(_message.c.settled_at, _message.c.id)
    )
    rows = tx.connection.execute(query if only is None else query.where(_message.c.id.in_(only))).all()
    ids = [row.id for row in rows]
    told, found = told_by(tx, ids), found_out(tx, ids)
    until = _deadlines(tx, [row.id for row in rows if row.notice != NoticeKind.NONE])
    return [_told(row, told[row.id], until.get(row.id), found.get(row.id, ())) for row in rows]


def found_out(tx: Transaction, message_ids: Sequence[int]) -> dict[int, list[FoundOut]]:
    """What was found out about these messages, by message id, in the order in which it was first found."""
    found: dict[int, list[FoundOut]] = defaultdict(list)
    for ids in batches(sorted(message_ids)):
        query = select(_finding).where(_finding.c.message_id.in_(ids)).order_by(_finding.c.at, _finding.c.id)
        for row in tx.connection.execute(query):
            words = (row.source, row.found, row.code, row.by)
            found[row.message_id].append(FoundOut(row.attempt_id, *words, row.at, row.last_at, row.times))
    return found


def _deadlines(tx: Transaction, message_ids: Sequence[int]) -> dict[int, datetime]:
    query = (
        select(_line.c.message_id, func.min(_standing.c.deadline_at))
        .join(_standing, _standing.c.line_id == _line.c.line_id)
        .where(_line.c.live.is_not(None), _standing.c.deadline_at.is_not(None))
        .group_by(_line.c.message_id)
    )
    found: dict[int, datetime] = {}
    for ids in batches(message_ids):
        found.update((row[0], row[1]) for row in tx.connection.execute(query.where(_line.c.message_id.in_(ids))))
    return found


def _told(row: Row[Any], told: Told, deadline: datetime | None, found: Sequence[FoundOut]) -> UnknownTold:
    return UnknownTold(
        id=row.id,
        attempt=row.attempt,
        again=bool(row.again),
        customer=shown(row.customer_key),
        channel=row.channel,
        purpose=row.purpose,
        notice=row.notice,
        message_class=row.message_class,
        mode=row.mode,
        maybe_double=row.maybe_double,
        since=row.settled_at,
        orders=tuple(told.order_keys),
        deadline=deadline,
        found=tuple(one for one in found if one.attempt == row.attempt),
    )
