"""Notices under the law on delays, and answers to them (RULES.md F13, F14). Colour: store. Called by pipeline.

A notice is written with its message, in one transaction; it counts once the message was accepted, and no longer once
it came back. What was never sent frees its place: the same date may then be answered by another message.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, bindparam, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import IDS, batches, insert_new, table_of, these
from notifier.store.tables import Answer, Message, Notice
from notifier.terms.law import Said
from notifier.terms.time import EtaRange
from notifier.terms.words import NoticeKind

_notice, _answer, _message = table_of(Notice), table_of(Answer), table_of(Message)

Place = tuple[int, date, NoticeKind]
"""What one notice may fill once: line id, the date it answers, kind."""


@dataclass(frozen=True, slots=True)
class Given:
    """A notice that a message carries: T (`promised`) and R (`revised`, None where it names no date)."""

    line_id: int
    answers: date
    kind: NoticeKind
    promised: date
    revised: date | None

    @property
    def place(self) -> Place:
        """What it fills."""
        return self.line_id, self.answers, self.kind


def filled(tx: Transaction, line_ids: Sequence[int], mode: str) -> set[Place]:
    """The places of these lines that a notice of this mode of delivery fills, sent or on its way."""
    found: set[Place] = set()
    for ids in batches(sorted(set(line_ids))):
        query = select(_notice.c.line_id, _notice.c.answers, _notice.c.kind)
        ours = (_notice.c.live == mode) | _notice.c.message_id.is_(None)
        rows = tx.connection.execute(query.where(_notice.c.line_id.in_(ids), ours))
        found.update((row.line_id, row.answers, NoticeKind(row.kind)) for row in rows)
    return found


def put(tx: Transaction, given: Mapping[int, Sequence[Given]], mode: str, now: datetime) -> None:
    """Write the notices that queued messages (by id) carry. The caller holds plan's lock and has asked `filled`.

    Raises the database's own error for a place that is filled: a second notice would turn consent into cancellation.
    """
    rows = [
        {
            "line_id": one.line_id,
            "answers": one.answers,
            "kind": one.kind.value,
            "message_id": message_id,
            "source": "bot",
            "promised": one.promised,
            "revised": one.revised,
            "created_at": now,
            "live": mode,
        }
        for message_id, notices in given.items()
        for one in notices
    ]
    for batch in batches(rows, 1000):
        tx.connection.execute(_notice.insert(), batch)


def revise(tx: Transaction, etas: Mapping[tuple[int, int], EtaRange | None]) -> None:
    """Write down the R that a message names in the end, by (message id, line id): facts may have moved since plan."""
    change = (
        update(_notice)
        .where(_notice.c.message_id == bindparam("message"), _notice.c.line_id == bindparam("of_line"))
        .values(revised=bindparam("last"))
    )
    rows = [{"message": one, "of_line": line, "last": eta.last if eta else None} for (one, line), eta in etas.items()]
    if rows:
        tx.connection.execute(change, rows)


def free(tx: Transaction, message_ids: Sequence[int]) -> None:
    """Free the places of messages that told nobody: withdrawn, refused, given up."""
    for ids in batches(sorted(message_ids)):
        tx.connection.execute(update(_notice).where(_notice.c.message_id.in_(ids)).values(live=None))


def free_lines(tx: Transaction, gone: Mapping[int, Sequence[int]]) -> None:
    """Free the places of lines that were taken out of a message (message id → line ids)."""
    for message_id, line_ids in gone.items():
        theirs = (_notice.c.message_id == message_id) & _notice.c.line_id.in_(line_ids)
        tx.connection.execute(update(_notice).where(theirs).values(live=None))


@cache
def _sent() -> Executable:
    left = select(_message.c.handed_off_at).where(_message.c.id == _notice.c.message_id).scalar_subquery()
    return update(_notice).where(these(_notice.c.message_id), _notice.c.sent_at.is_(None)).values(sent_at=left)


def sent(tx: Transaction, message_ids: Sequence[int]) -> None:
    """The notices of these accepted messages count from their hand-off: an answer may come after the day is over."""
    for ids in batches(sorted(message_ids)):
        tx.connection.execute(_sent(), {IDS: ids})


def confirmed(tx: Transaction, line_ids: Sequence[int]) -> set[int]:
    """Those of the lines whose cancellation the shop has ever confirmed: no consent found later takes that back."""
    found: set[int] = set()
    for ids in batches(sorted(line_ids)):
        query = select(_answer.c.line_id).where(_answer.c.line_id.in_(ids), _answer.c.said == Said.CONFIRM)
        found.update(tx.connection.execute(query).scalars())
    return found


def came_back(tx: Transaction, message_ids: Sequence[int], now: datetime) -> int:
    """A bounced notice is no notice (RULES.md F9); its place stays filled, for a person sees to it now.

    Returns how many no longer count.
    """
    failed = 0
    for ids in batches(sorted(message_ids)):
        mine = _notice.c.message_id.in_(ids) & _notice.c.failed_at.is_(None)
        failed += tx.connection.execute(update(_notice).where(mine).values(failed_at=now)).rowcount
    return failed


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer about one line: received at the UTC instant `at`, by whom (`actor`) and how (`channel`)."""

    line_id: int
    said: Said
    at: datetime
    actor: str
    channel: str


def keep_answers(tx: Transaction, heard: Sequence[Heard], known_at: datetime) -> None:
    """Append answers; one that is there already stays one."""
    rows: list[dict[str, Any]] = [
        {
            "line_id": one.line_id,
            "said": one.said.value,
            "at": one.at,
            "known_at": known_at,
            "actor": one.actor,
            "channel": one.channel,
        }
        for one in heard
    ]
    for batch in batches(rows, 1000):
        insert_new(tx, _answer, batch)


def told_by_call(tx: Transaction, given: Sequence[Given], mode: str, sent_at: datetime) -> None:
    """Write notices that a person gave by phone at the UTC instant `sent_at`; the caller holds plan's lock.

    They take the places of notices that came back or never arrived: those count no more, whatever is heard of them.
    """
    if not given:
        return
    came_to_nothing = _notice.c.sent_at.is_(None) | _notice.c.failed_at.is_not(None)
    same_date = (_notice.c.line_id == bindparam("of_line")) & (_notice.c.answers == bindparam("answered"))
    free_place = update(_notice).where(same_date, came_to_nothing).values(live=None)
    tx.connection.execute(free_place, [{"of_line": one.line_id, "answered": one.answers} for one in given])
    rows = [
        {
            "line_id": one.line_id,
            "answers": one.answers,
            "kind": one.kind.value,
            "message_id": None,
            "source": "call",
            "promised": one.promised,
            "revised": one.revised,
            "created_at": sent_at,
            "sent_at": sent_at,
            "live": mode,
        }
        for one in given
    ]
    for batch in batches(rows, 1000):
        tx.connection.execute(_notice.insert(), batch)
