"""What the second judgement, in the claim's transaction, does to a message (DESIGN.md, 4). Colour: store.

Called by pipeline.deliver.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import batches, table_of
from notifier.store.pauses import paused_messages
from notifier.store.tables import Message, MessageLine
from notifier.terms.time import EtaRange
from notifier.terms.words import RELEASED, MessageState

_message = table_of(Message)
_line = table_of(MessageLine)


def withdraw(tx: Transaction, reasons: Mapping[int, str], now: datetime) -> None:
    """Take messages that are no longer right out of the outbox; their keys and tellings become free again."""
    _close(tx, reasons, MessageState.WITHDRAWN, now)
    for ids in batches(sorted(reasons)):
        tx.connection.execute(update(_line).where(_line.c.message_id.in_(ids)).values(live=None))


def recall(tx: Transaction, customer_ids: Sequence[int], reason: str, now: datetime) -> list[int]:
    """Withdraw what is queued or held for these customers, whom no worker has in hand; returns the message ids."""
    gone: list[int] = []
    for ids in batches(customer_ids):
        waiting = _message.c.customer_id.in_(ids) & _message.c.state.in_((MessageState.QUEUED, MessageState.HELD))
        change = update(_message).where(waiting).values(state=MessageState.WITHDRAWN.value, reason=reason)
        gone += tx.connection.execute(change.values(settled_at=now).returning(_message.c.id)).scalars()
    for ids in batches(gone):
        tx.connection.execute(update(_line).where(_line.c.message_id.in_(ids)).values(live=None))
    return gone


def hold_back(tx: Transaction, reasons: Mapping[int, str], versions: Mapping[int, str], now: datetime) -> None:
    """Hold messages that a mended template must release; `versions` is the template at fault, by message."""
    _close(tx, reasons, MessageState.HELD, now)
    noted = update(_message).where(_message.c.id == bindparam("one")).values(template_version=bindparam("version"))
    if versions:
        tx.connection.execute(noted, [{"one": one, "version": version} for one, version in versions.items()])


def release_mended(tx: Transaction, version_of: Callable[[str, str, str], str]) -> int:
    """Queue again what was held for a template that is another one now; `version_of` takes purpose, locale, brand.

    It is marked as RELEASED: while it was held it counted for no cap, so all that was queued since counts against it.
    """
    columns = (_message.c.purpose, _message.c.locale, _message.c.brand, _message.c.template_version)
    held = _message.c.state == MessageState.HELD
    mended = 0
    for row in tx.connection.execute(select(*columns).where(held, _message.c.template_version != "").distinct()).all():
        if version_of(row.purpose, row.locale, row.brand) == row.template_version:
            continue
        same = tuple(column == getattr(row, column.name) for column in columns)
        queued = {"state": MessageState.QUEUED.value, "reason": RELEASED, "settled_at": None, "template_version": ""}
        mended += tx.connection.execute(update(_message).where(held, *same).values(**queued)).rowcount
    return mended


def put_back(tx: Transaction, message_ids: Sequence[int], until: datetime, reason: str = "") -> None:
    """Give claimed messages back to the queue, not to be looked at before `until`; a `reason` is kept."""
    back = {"state": MessageState.QUEUED.value, "not_before": until, "claimed_by": "", "lease_until": None}
    back |= {"reason": reason} if reason else {}
    for ids in batches(message_ids):
        mine = _message.c.id.in_(ids) & (_message.c.state == MessageState.CLAIMED)
        tx.connection.execute(update(_message).where(mine).values(**back))


def put_back_paused(tx: Transaction, message_ids: Sequence[int]) -> set[int]:
    """Give back those claimed messages that somebody has paused since, to go once it is resumed; returns them.

    The caller holds the pauses' lock.
    """
    back = {"state": MessageState.QUEUED.value, "claimed_by": "", "lease_until": None}
    found: set[int] = set()
    paused = paused_messages(tx)
    for ids in batches(message_ids):
        mine = _message.c.id.in_(ids) & (_message.c.state == MessageState.CLAIMED) & paused
        found |= {
            *tx.connection.execute(update(_message).where(mine).values(**back).returning(_message.c.id)).scalars()
        }
    return found


def _close(tx: Transaction, reasons: Mapping[int, str], state: MessageState, now: datetime) -> None:
    if not reasons:
        return
    change = (
        update(_message)
        .where(_message.c.id == bindparam("one"), _message.c.state == MessageState.CLAIMED)
        .values(state=state.value, reason=bindparam("why"), settled_at=now, lease_until=None)
    )
    tx.connection.execute(change, [{"one": one, "why": why} for one, why in reasons.items()])


def drop_lines(tx: Transaction, gone: Mapping[int, Sequence[int]]) -> None:
    """Take lines out of messages that still go for their other lines (message id → line ids)."""
    for message_id, line_ids in gone.items():
        theirs = (_line.c.message_id == message_id) & _line.c.line_id.in_(line_ids)
        tx.connection.execute(update(_line).where(theirs).values(live=None))


def retell(tx: Transaction, etas: Mapping[tuple[int, int], EtaRange | None]) -> None:
    """Write down the ETA that a message names in the end, by (message id, line id): facts may have moved since plan."""
    change = (
        update(_line)
        .where(_line.c.message_id == bindparam("message"), _line.c.line_id == bindparam("of_line"))
        .values(eta_from=bindparam("first"), eta_to=bindparam("last"))
    )
    rows = [
        {"message": one, "of_line": line, "first": eta.first if eta else None, "last": eta.last if eta else None}
        for (one, line), eta in etas.items()
    ]
    if rows:
        tx.connection.execute(change, rows)
