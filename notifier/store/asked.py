"""What customers have asked and nobody has done yet. Colour: store. Called by gather, and by what counts and closes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Table, literal_column, or_, select

from notifier.store.engine import Transaction
from notifier.store.lookup import among, table_of
from notifier.store.tables import Action, Address, Arrival, Reply, ReplyLine
from notifier.terms.effects import CANCELS, ENDS, ActionKind, ActionState, Asked, Wished
from notifier.terms.reply import Intent

_action, _reply, _about = table_of(Action), table_of(Reply), table_of(ReplyLine)
_address, _arrival = table_of(Address), table_of(Arrival)

waits_for_person: ColumnElement[bool] = literal_column("(reply.closed_at IS NULL AND reply.needs_person)")
"""Whether a person must still read a reply: the very words of ix_reply_waiting, else SQLite reads all replies."""


@dataclass(frozen=True, slots=True)
class OwnWish:
    """What a customer asked for a line, and the wish that stands, where it would end the line."""

    asked: Asked = Asked.NOTHING
    wished: Wished | None = None


def asked_of(tx: Transaction, line_ids: Sequence[int], now: datetime) -> dict[int, OwnWish]:
    """Lines for which the customer's own wish stands at `now`, may be meant, or has been done, by line id."""
    unclear = select(_about.c.line_id).join(_reply, _reply.c.id == _about.c.reply_id)
    unclear = unclear.where(among(_about.c.line_id, line_ids), _about.c.frozen, _waits(now))
    found = dict.fromkeys(tx.connection.execute(unclear).scalars(), OwnWish(Asked.UNCLEAR))
    ending = _action.c.kind.in_([one.value for one in ENDS]) & _open(_action, now)
    ended = _action.c.kind.in_([one.value for one in CANCELS]) & (_action.c.state == ActionState.DONE)
    query = select(_action.c.line_id, _action.c.closed_at, _action.c.kind, _action.c.requested_at)
    query = query.where(or_(ending, ended & (_action.c.closed_at <= now)), among(_action.c.line_id, line_ids))
    rows = tx.connection.execute(query.order_by(_action.c.requested_at, _action.c.id)).all()
    over = {row.line_id for row in rows if row.closed_at is not None and row.closed_at <= now}
    stands = {row.line_id: OwnWish(Asked.ENDING, Wished(ActionKind(row.kind), row.requested_at)) for row in rows}
    return found | stands | dict.fromkeys(over, OwnWish(Asked.ENDED))


def doubted_of(tx: Transaction, address_ids: Sequence[int], now: datetime) -> set[int]:
    """Those addresses from which something came that may be an objection, and nobody has read it yet (HOSTILE 66): a
    person, or the program, where a text has just been kept.
    """
    waiting = _waits(now) & (_reply.c.suggestion == Intent.OPT_OUT)
    unread = select(_reply.c.address_id).where(among(_reply.c.address_id, address_ids), waiting)
    kept = select(_address.c.id).join(_arrival, _arrival.c.sender == _address.c.value)
    kept = kept.where(among(_address.c.id, address_ids), _arrival.c.came_at <= now)
    return {*tx.connection.execute(unread).scalars(), *tx.connection.execute(kept).scalars()}


def _waits(now: datetime) -> ColumnElement[bool]:
    return _reply.c.needs_person & _open(_reply, now)


def _open(table: Table, now: datetime) -> ColumnElement[bool]:
    """Known at `now`, and not closed by then: a past moment can be judged again."""
    still: ColumnElement[bool] = table.c.closed_at.is_(None) | (table.c.closed_at > now)
    return still & (table.c.known_at <= now)
