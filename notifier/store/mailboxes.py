"""How far each mailbox was read. Colour: store. Called by pipeline.mailboxes."""

from dataclasses import asdict

from sqlalchemy import literal, or_, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import insert_new, table_of
from notifier.store.tables import MailboxPosition
from notifier.terms.mailbox import Position

_position = table_of(MailboxPosition)
_columns = (_position.c.validity, _position.c.uid, _position.c.first_uid, _position.c.since, _position.c.newest)


def position_of(tx: Transaction, mailbox: str) -> Position | None:
    """How far `mailbox` was read; None before the first time."""
    row = tx.connection.execute(select(*_columns).where(_position.c.mailbox == mailbox)).one_or_none()
    return Position(*row) if row else None


def keep_position(tx: Transaction, mailbox: str, position: Position, *, back: bool = False) -> None:
    """Remember it. Within one UIDVALIDITY it never goes back, but for `back`: another machine may have read further."""
    insert_new(tx, _position, [{"mailbox": mailbox} | asdict(position)])
    behind = or_(_position.c.validity != position.validity, _position.c.uid < position.uid, literal(back))
    tx.connection.execute(update(_position).where(_position.c.mailbox == mailbox, behind).values(**asdict(position)))
