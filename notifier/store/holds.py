"""Holds on customers: put, lifted, looked up. Colour: store. Called by gather, pipeline.holds and undo."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, or_, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import among, table_of
from notifier.store.tables import Contact, Hold
from notifier.terms.words import Direction, HoldReason

_hold, _contact = table_of(Hold), table_of(Contact)

CALL = "call"
"""The channel of a contact by telephone. No message has it, so no cap counts it: caps are about what the bot says."""


@dataclass(frozen=True, slots=True)
class Word:
    """What an operator (`by`) said about a customer at the UTC instant `at`."""

    customer_id: int
    by: str
    at: datetime
    note: str = ""


def _in_force(now: datetime) -> ColumnElement[bool]:
    lasts = or_(_hold.c.until.is_(None), _hold.c.until > now)
    return (_hold.c.at <= now) & lasts & or_(_hold.c.lifted_at.is_(None), _hold.c.lifted_at > now)


def holds_in_force(tx: Transaction, customer_ids: Sequence[int], now: datetime) -> dict[int, Row[Any]]:
    """The hold that lasts longest, by customer id; of two without an end, the first. One query for a batch."""
    query = select(_hold).where(among(_hold.c.customer_id, customer_ids), _in_force(now))
    found: dict[int, Row[Any]] = {}
    for row in tx.connection.execute(query.order_by(_hold.c.at, _hold.c.id)):
        known = found.get(row.customer_id)
        if known is None or (known.until is not None and (row.until is None or row.until > known.until)):
            found[row.customer_id] = row
    return found


def put_hold(tx: Transaction, word: Word, reason: HoldReason, until: datetime | None) -> None:
    """Hold a customer back until the UTC instant `until`; None: until somebody lifts it."""
    row = {"customer_id": word.customer_id, "reason": reason.value, "by": word.by, "at": word.at, "until": until}
    tx.connection.execute(insert(_hold), row | {"lifted_at": None, "lifted_by": "", "note": word.note})


def lift_holds(tx: Transaction, word: Word) -> int:
    """Lift every hold of a customer that is in force; returns how many."""
    these = (_hold.c.customer_id == word.customer_id) & _in_force(word.at)
    lifted = update(_hold).where(these).values(lifted_at=word.at, lifted_by=word.by)
    return tx.connection.execute(lifted).rowcount


def lift_complaint(tx: Transaction, said: Word, by: str, now: datetime) -> int:
    """Lift the hold that this very word, a complaint, has put; returns how many."""
    these = (_hold.c.customer_id == said.customer_id) & (_hold.c.by == said.by) & (_hold.c.at == said.at)
    these &= (_hold.c.reason == HoldReason.COMPLAINT.value) & _hold.c.lifted_at.is_(None)
    return tx.connection.execute(update(_hold).where(these).values(lifted_at=now, lifted_by=by)).rowcount


def log_call(tx: Transaction, word: Word, brand: str, *, complaint: bool) -> None:
    """A contact: the customer called, and `word.by` wrote it down.

    The log has no note: it is exported and explained, and a note is as personal as a message's body.
    """
    row = {
        "at": word.at,
        "direction": Direction.IN.value,
        "actor": word.by,
        "brand": brand,
        "customer_id": word.customer_id,
        "channel": CALL,
        "message_class": "",
        "purpose": HoldReason.COMPLAINT.value if complaint else "",
        "summary": "",
    }
    tx.connection.execute(insert(_contact), row)
