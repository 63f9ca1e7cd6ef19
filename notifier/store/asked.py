"""What customers have asked for their lines and nobody has done yet. Colour: store. Called by gather."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from notifier.store.engine import Transaction
from notifier.store.lookup import among, table_of
from notifier.store.tables import Action, Reply, ReplyLine
from notifier.terms.effects import CANCELS, ENDS, ActionState, Asked
from notifier.terms.reply import Intent

_action, _reply, _about = table_of(Action), table_of(Reply), table_of(ReplyLine)


def asked_of(tx: Transaction, line_ids: Sequence[int]) -> dict[int, Asked]:
    """Lines for which the customer's own wish stands, may be meant, or has been done, by line id."""
    waiting = _reply.c.closed_at.is_(None) & _reply.c.needs_person & _about.c.frozen
    unclear = select(_about.c.line_id).join(_reply, _reply.c.id == _about.c.reply_id)
    unclear = unclear.where(among(_about.c.line_id, line_ids), waiting)
    found = dict.fromkeys(tx.connection.execute(unclear).scalars(), Asked.UNCLEAR)
    ending = _action.c.kind.in_([one.value for one in ENDS]) & (_action.c.state == ActionState.REQUESTED)
    ended = _action.c.kind.in_([one.value for one in CANCELS]) & (_action.c.state == ActionState.DONE)
    query = select(_action.c.line_id, _action.c.state).where(or_(ending, ended), among(_action.c.line_id, line_ids))
    rows = tx.connection.execute(query).all()
    found |= {row.line_id: Asked.ENDING for row in rows if row.state == ActionState.REQUESTED}
    return found | {row.line_id: Asked.ENDED for row in rows if row.state == ActionState.DONE}


def doubted_of(tx: Transaction, address_ids: Sequence[int]) -> set[int]:
    """Those addresses from which something came that may be an objection, and nobody has read it yet (HOSTILE 66)."""
    waiting = _reply.c.closed_at.is_(None) & _reply.c.needs_person & (_reply.c.suggestion == Intent.OPT_OUT)
    query = select(_reply.c.address_id).where(among(_reply.c.address_id, address_ids), waiting)
    return set(tx.connection.execute(query).scalars())
