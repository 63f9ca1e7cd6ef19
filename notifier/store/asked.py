"""What customers have asked for their lines and nobody has done yet. Colour: store. Called by gather."""

from collections.abc import Sequence

from sqlalchemy import select

from notifier.store.engine import Transaction
from notifier.store.lookup import among, table_of
from notifier.store.tables import Action, Reply, ReplyLine
from notifier.terms.effects import ENDS, ActionState, Asked
from notifier.terms.reply import Intent

_action, _reply, _about = table_of(Action), table_of(Reply), table_of(ReplyLine)


def asked_of(tx: Transaction, line_ids: Sequence[int]) -> dict[int, Asked]:
    """Lines for which the customer's own wish stands, or may be meant, by line id."""
    waiting = _reply.c.closed_at.is_(None) & _reply.c.needs_person & _about.c.frozen
    unclear = select(_about.c.line_id).join(_reply, _reply.c.id == _about.c.reply_id)
    unclear = unclear.where(among(_about.c.line_id, line_ids), waiting)
    found = dict.fromkeys(tx.connection.execute(unclear).scalars(), Asked.UNCLEAR)
    ending = _action.c.kind.in_([one.value for one in ENDS]) & (_action.c.state == ActionState.REQUESTED)
    query = select(_action.c.line_id).where(ending, among(_action.c.line_id, line_ids))
    return found | dict.fromkeys(tx.connection.execute(query).scalars(), Asked.ENDING)


def doubted_of(tx: Transaction, address_ids: Sequence[int]) -> set[int]:
    """Those addresses from which something came that may be an objection, and nobody has read it yet (HOSTILE 66)."""
    waiting = _reply.c.closed_at.is_(None) & _reply.c.needs_person & (_reply.c.suggestion == Intent.OPT_OUT)
    query = select(_reply.c.address_id).where(among(_reply.c.address_id, address_ids), waiting)
    return set(tx.connection.execute(query).scalars())
