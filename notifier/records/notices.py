"""Notices and answers that an older tool took care of (RULES.md F13, F14). Colour: store. Called by importer's kinds.

They are the law's own facts: a line with a valid notice is not written to as if it had none. A row says which line,
when the notice was sent, T, R (blank: it named no date), its kind, and what the customer answered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from notifier.records.changes import Stamp, rows_by
from notifier.records.lines import LineKey, known_hashes
from notifier.records.row import Record, Rejected
from notifier.store.engine import Transaction
from notifier.store.lookup import batches, insert_new, table_of
from notifier.store.tables import Answer, Notice, OrderLine
from notifier.terms.words import DeliveryMode, NoticeKind

_notice, _answer, _line = table_of(Notice), table_of(Answer), table_of(OrderLine)

FIRST_WAIT = timedelta(days=30)
"""RULES.md F3, F4: silence is consent only up to thirty days after T."""

IMPORTED = "import"

LIVE = DeliveryMode.LIVE.value
"""What was sent to customers; the notices of a trial say nothing about those of the tool before us."""


@dataclass(slots=True)
class Taken:
    """Which records (by line of the file) said something new, and the customers concerned."""

    changed: set[int] = field(default_factory=set)
    customers: set[int] = field(default_factory=set)


def checked(record: Record) -> Record:
    """The record, if its parts agree. Raises Rejected with the field and the remedy."""
    values = record.values
    if bool(values.get("answer")) != bool(values.get("answered_at")):
        raise Rejected("answered_at", "goes with answer: give both, or neither")
    promised, revised = values["promised"], values.get("revised")
    if values.get("kind") == NoticeKind.F3 and (revised is None or revised > promised + FIRST_WAIT):
        raise Rejected("kind", f"F3 needs a revised date up to {promised + FIRST_WAIT}, 30 days after T; this is F4")
    if revised is not None and revised <= promised and values.get("kind") != NoticeKind.F5:
        raise Rejected("revised", f"{revised} is not after the promised day {promised}")
    return record


def keep_notices(tx: Transaction, stamp: Stamp, keyed: Sequence[tuple[tuple[LineKey, int], Record]]) -> Taken:
    """Append the notices and answers that are not there yet; a line's own are read in the order of sending."""
    ids = {key: line_id for key, (line_id, _) in known_hashes(tx, {key for (key, _), _ in keyed}).items()}
    standing = _standing(tx, list(ids.values()))
    taken = Taken()
    rows: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = []
    for (key, _), record in sorted(keyed, key=lambda one: one[1].values["sent_at"]):
        line_id = ids[key]
        row = _notice_row(record, line_id, standing.setdefault(line_id, []))
        if _joins(row, standing[line_id], record):
            rows.append(row)
            taken.changed.add(record.line)
        if record.values.get("answer"):
            answers.append(_answer_row(record, line_id, stamp))
    _answer_anew(tx, standing)
    for batch in batches(rows, 1000):
        tx.connection.execute(insert(_notice), batch)
    new = insert_new(tx, _answer, answers, returning=(_answer.c.line_id,)) if answers else []
    answered = {row.line_id for row in new}
    taken.changed |= {record.line for (key, _), record in keyed if ids[key] in answered and record.values.get("answer")}
    taken.customers = {row.customer_id for row in rows_by(tx, _line, "id", ids.values())}
    return taken


def _standing(tx: Transaction, line_ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """What these lines' customers were given, by us or by another tool, in the order of sending."""
    found: dict[int, list[dict[str, Any]]] = {}
    for ids in batches(sorted(line_ids)):
        given = (_notice.c.live == LIVE) | _notice.c.message_id.is_(None)
        query = select(_notice).where(_notice.c.line_id.in_(ids), given)
        for row in tx.connection.execute(query.order_by(_notice.c.sent_at, _notice.c.id)).mappings():
            found.setdefault(row["line_id"], []).append({**row, "was": row["answers"]})
    return found


def _joins(row: dict[str, Any], given: list[dict[str, Any]], record: Record) -> bool:
    """Put a row among its line's notices by the order of sending; False where it says nothing new.

    An F5 answers the date of the notice before it, in whatever order the records come: those after the row change too.
    """
    if any(_same_sending(row, other, record) for other in given):
        return False
    chain = sorted([*given, row], key=_sending)
    _chain(chain)
    if len({(one["answers"], one["kind"]) for one in chain}) < len(chain):
        _chain(given)
        return False
    given[:] = chain
    return True


def _same_sending(row: Mapping[str, Any], other: Mapping[str, Any], record: Record) -> bool:
    if other["message_id"] is not None or record.values.get("kind", "") not in ("", None, other["kind"]):
        return False
    return (row["sent_at"], row["promised"]) == (other["sent_at"], other["promised"])


def _sending(row: Mapping[str, Any]) -> tuple[bool, datetime]:
    """What has not gone yet comes last."""
    return row["sent_at"] is None, row["sent_at"] or row["created_at"]


def _chain(given: Sequence[dict[str, Any]]) -> None:
    """Let each imported F5 answer the date of the notice sent before it, else T; ours answer what they said."""
    last: date | None = None
    for one in given:
        if one["message_id"] is None:
            one["answers"] = (last or one["promised"]) if one["kind"] == NoticeKind.F5 else one["promised"]
        last = one["revised"]


def _answer_anew(tx: Transaction, standing: Mapping[int, Sequence[Mapping[str, Any]]]) -> None:
    """Write what the kept notices answer now; the latest first, for each frees the place of the one before it."""
    kept = [one for given in standing.values() for one in reversed(given) if "id" in one]
    moved = [{"of": one["id"], "day": one["answers"]} for one in kept if one["answers"] != one["was"]]
    change = update(_notice).where(_notice.c.id == bindparam("of")).values(answers=bindparam("day"))
    for batch in batches(moved, 1000):
        tx.connection.execute(change, batch)


def _notice_row(record: Record, line_id: int, before: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    values = record.values
    earlier = [one for one in before if one["sent_at"] is not None and one["sent_at"] < values["sent_at"]]
    kind = values.get("kind") or _kind(values["promised"], values.get("revised"), renewed=bool(earlier))
    return {
        "line_id": line_id,
        "answers": values["promised"],
        "kind": kind,
        "message_id": None,
        "source": IMPORTED,
        "promised": values["promised"],
        "revised": values.get("revised"),
        "created_at": values["sent_at"],
        "sent_at": values["sent_at"],
        "delivered_at": None,
        "failed_at": None,
        "live": LIVE,
    }


def _kind(promised: date, revised: date | None, *, renewed: bool) -> str:
    if renewed:
        return NoticeKind.F5.value
    soon = revised is not None and revised <= promised + FIRST_WAIT
    return NoticeKind.F3.value if soon else NoticeKind.F4.value


def _answer_row(record: Record, line_id: int, stamp: Stamp) -> dict[str, Any]:
    at: datetime = record.values["answered_at"]
    said: str = record.values["answer"]
    return {"line_id": line_id, "said": said, "at": at, "known_at": stamp.known_at, "actor": IMPORTED, "channel": ""}
