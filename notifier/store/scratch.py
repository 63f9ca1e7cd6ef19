"""A private copy of what a shop knew at a moment, to replay in: nothing of it goes back. Colour: store.

Called by pipeline.simulate. Only customers of whom something may be said in the window are copied, with everything
that judging reads; `store.rewind` then sets the copy back.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Select, Table, event, insert, or_, select, text, union, update
from sqlmodel import SQLModel

from notifier.store.engine import Store, Transaction, open_engine
from notifier.store.forget import OF_REPLY
from notifier.store.lookup import batches, insert_new, table_of
from notifier.store.tables import (
    Action,
    Address,
    Answer,
    Consent,
    Customer,
    FactChange,
    Hold,
    Message,
    MessageLine,
    Meta,
    Notice,
    Order,
    OrderLine,
    Product,
    Reply,
    ReplyLine,
    RewardCode,
    Supply,
    Suppression,
    WordingVersionRow,
)
from notifier.terms.time import EPOCH
from notifier.terms.words import Channel, DeliveryMode, MessageState

LINGERS = timedelta(days=60)
"""How long after its last change or message something may still be said of a line that is no longer open."""

ROWS_A_BATCH = 2000

_customer, _order, _line = table_of(Customer), table_of(Order), table_of(OrderLine)
_message, _told, _notice, _answer = table_of(Message), table_of(MessageLine), table_of(Notice), table_of(Answer)
_reward, _consent, _address, _change = (
    table_of(RewardCode),
    table_of(Consent),
    table_of(Address),
    table_of(FactChange),
)
_meta, _hold = table_of(Meta), table_of(Hold)
_reply, _about, _action = table_of(Reply), table_of(ReplyLine), table_of(Action)

Values = dict[str, Any]
Change = Callable[[Values], Values]


@dataclass(frozen=True, slots=True)
class Beginning:
    """The UTC instant at which the replay begins, and the mode of delivery whose messages count.

    `by_policy` is the actor of answers that follow from the policy: the replay gives its own.
    """

    at: datetime
    mode: DeliveryMode
    by_policy: str = ""


def open_scratch(path: Path) -> Store:
    """A SQLite database at `path` with the tables of the product. It survives no crash and checks no foreign keys."""
    engine = open_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _hasty)
    SQLModel.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE INDEX IF NOT EXISTS ix_scratch_decision ON decision (last_at)"))
    return Store(engine)


def _hasty(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("synchronous=OFF", "foreign_keys=OFF", "temp_store=MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def copy_shop(source: Transaction, into: Transaction, begin: Beginning) -> int:
    """Copy all that may matter from `begin.at` on, as it stands now; returns how many customers that is.

    Messages queued before and settled later are set back to queued; messages of later runs stay away.
    """
    copying = _Copying(source, into)
    customers = _at_stake(source, begin.at)
    for ids in batches(customers):
        copying.rows(_customer, select(_customer).where(_customer.c.id.in_(ids)))
        copying.rows(_order, select(_order).where(_order.c.customer_id.in_(ids)))
        copying.rows(_line, select(_line).where(_line.c.customer_id.in_(ids)))
        copying.new(_consent, select(_consent).where(_consent.c.customer_id.in_(ids)))
        codes = select(_reward).where(_reward.c.customer_id.in_(ids), _reward.c.issued_at < begin.at)
        copying.rows(_hold, select(_hold).where(_hold.c.customer_id.in_(ids)), lambda row: row | {"note": ""})
        _copy_replies(copying, ids)
        copying.rows(_reward, codes, lambda row: _before(row, "voided_at", begin.at))
        _copy_messages(copying, ids, begin)
    for table in (table_of(Product), table_of(Supply), table_of(Suppression), _meta, table_of(WordingVersionRow)):
        copying.rows(table, select(table))
    copying.rows(_change, select(_change).where(_change.c.known_at >= begin.at))
    _copy_addresses(copying)
    insert_new(into, _meta, [{"name": "mode", "value": begin.mode.value}], replace=("value",))
    into.connection.execute(update(_customer).where(_customer.c.key != "").values(due_at=EPOCH))
    return len(customers)


class _Copying:
    """Copies rows from one database to another, some thousands at once."""

    def __init__(self, source: Transaction, into: Transaction) -> None:
        self.source, self.into = source, into

    def rows(self, table: Table, query: Select[Any], change: Change = dict) -> None:
        """Copy what `query` gives of `table`, each row through `change`."""
        self._each(query, lambda rows: self.into.connection.execute(insert(table), rows), change)

    def new(self, table: Table, query: Select[Any]) -> None:
        """As `rows`; a row that is there already is left out."""
        self._each(query, lambda rows: insert_new(self.into, table, rows), dict)

    def _each(self, query: Select[Any], keep: Callable[[list[Values]], Any], change: Change) -> None:
        with self.source.connection.execute(query.execution_options(yield_per=ROWS_A_BATCH)) as found:
            for part in found.mappings().partitions():
                keep([change(dict(row)) for row in part])


def _at_stake(tx: Transaction, at: datetime) -> Sequence[int]:
    """Customers with a line that was open at `at` or came or changed later, or lately; and all who are due or told."""
    since = at - LINGERS
    still = _line.c.status.not_in(("shipped", "cancelled", "closed")) & _line.c.shipped_at.is_(None)
    moved = or_(still, _line.c.changed_at >= since, _line.c.first_seen_at >= since)
    moved_order = _change.c.field == "customer_id", _change.c.known_at >= at
    before = {int(old) for old in tx.connection.execute(select(_change.c.old).where(*moved_order)).scalars() if old}
    query = union(
        select(_line.c.customer_id).where(moved),
        select(_customer.c.id).where(_customer.c.due_at.is_not(None)),
        select(_message.c.customer_id).where(_message.c.queued_at >= since),
    )
    return sorted(before | set(tx.connection.execute(query).scalars()))


def _copy_messages(copying: _Copying, customer_ids: Sequence[int], begin: Beginning) -> None:
    """Messages of this mode queued before; what was withdrawn before says nothing any more."""
    gone = (_message.c.state == MessageState.WITHDRAWN) & (_message.c.settled_at < begin.at)
    mine = _message.c.customer_id.in_(customer_ids) & (_message.c.mode == begin.mode) & ~gone
    told = _message.c.state == MessageState.TAKEN_OVER
    earlier = mine & (told | (_message.c.queued_at < begin.at))
    waiting = ~told & or_(_message.c.settled_at.is_(None), _message.c.settled_at >= begin.at)
    copying.rows(_message, select(_message).where(earlier, ~waiting), lambda row: _queued_by(row, begin.at))
    copying.rows(_message, select(_message).where(earlier, waiting), lambda row: _queued_again(row, begin.at))
    undone = waiting & _message.c.state.in_((MessageState.WITHDRAWN, MessageState.REFUSED))
    for table in (_told, _notice):
        theirs = select(table, undone.label("undone")).join(_message, _message.c.id == table.c.message_id)
        copying.rows(table, theirs.where(earlier), lambda row: _live(row, begin))
    lines = _answer.c.line_id.in_(select(_line.c.id).where(_line.c.customer_id.in_(customer_ids)))
    own = (_answer.c.actor == begin.by_policy) & (_answer.c.known_at >= begin.at)
    copying.rows(_answer, select(_answer).where(lines, ~own))
    elsewhere = _notice.c.line_id.in_(select(_line.c.id).where(_line.c.customer_id.in_(customer_ids)))
    copying.rows(_notice, select(_notice).where(elsewhere, _notice.c.message_id.is_(None)))


def _copy_replies(copying: _Copying, customer_ids: Sequence[int]) -> None:
    """What customers asked for, with no word of theirs: when it came and when it was closed says what stood when."""
    theirs = select(_reply).where(_reply.c.customer_id.in_(customer_ids))
    blank = dict.fromkeys(OF_REPLY, "")
    copying.rows(_reply, theirs, lambda row: row | blank)
    known = select(_reply.c.id).where(_reply.c.customer_id.in_(customer_ids))
    copying.rows(_about, select(_about).where(_about.c.reply_id.in_(known)))
    copying.rows(_action, select(_action).where(_action.c.customer_id.in_(customer_ids)))


def _queued_by(row: Values, at: datetime) -> Values:
    """What was told by other means and taken over later counts from the beginning: nobody knows since when."""
    return row | {"queued_at": min(row["queued_at"], at)}


def _queued_again(row: Values, at: datetime) -> Values:
    queued = {"state": MessageState.QUEUED.value, "reason": "", "not_before": min(row["not_before"], at)}
    unclaimed = {"claimed_by": "", "lease_until": None, "attempts": 0, "handed_off_at": None, "settled_at": None}
    return row | queued | unclaimed


def _live(row: Values, begin: Beginning) -> Values:
    """A line of a message, or its notice; `undone`: it came to nothing, but only later."""
    live = {"live": begin.mode.value} if row.pop("undone") else {}
    return _before(_before(row, "sent_at", begin.at), "failed_at", begin.at) | live


def _before(row: Values, name: str, at: datetime) -> Values:
    """The row without what `name` says of a later moment."""
    return row | {name: None} if row.get(name) and row[name] >= at else row


def _copy_addresses(copying: _Copying) -> None:
    """The addresses that the copied rows name or named, with the consents that were given for them."""
    here = copying.into.connection
    columns = (_customer.c.email_id, _customer.c.phone_id, _order.c.email_id, _order.c.phone_id, _message.c.address_id)
    wanted: set[int] = set()
    for column in columns:
        wanted.update(here.execute(select(column).where(column.is_not(None)).distinct()).scalars())
    named = select(_change.c.old, _change.c.new).where(_change.c.field.in_(("email_id", "phone_id")))
    wanted.update(int(one) for row in here.execute(named) for one in row if one)
    for ids in batches(sorted(wanted)):
        copying.rows(_address, select(_address).where(_address.c.id.in_(ids)))
        copying.new(_consent, select(_consent).where(_consent.c.address_id.in_(ids)))


def accept_emails(tx: Transaction, queued_at: datetime) -> list[int]:
    """The emails that plan queued at this UTC instant were handed off and accepted at it; returns their ids."""
    fresh = (_message.c.state == MessageState.QUEUED) & (_message.c.channel == Channel.EMAIL)
    accepted = update(_message).where(fresh, _message.c.queued_at == queued_at).values(**_accepted(queued_at))
    return list(tx.connection.execute(accepted.returning(_message.c.id)).scalars())


def accept_claimed(tx: Transaction, message_ids: Iterable[int], at: datetime) -> None:
    """These claimed messages were handed off and accepted at the UTC instant `at`."""
    for ids in batches(sorted(message_ids)):
        tx.connection.execute(update(_message).where(_message.c.id.in_(ids)).values(**_accepted(at)))


def _accepted(at: datetime) -> Mapping[str, Any]:
    state = MessageState.ACCEPTED.value
    return {"state": state, "handed_off_at": at, "settled_at": at, "attempts": 1, "lease_until": None}


def anything_queued(tx: Transaction, now: datetime) -> bool:
    """Whether messages wait that may go at `now`."""
    waiting = (_message.c.state == MessageState.QUEUED) & (_message.c.not_before <= now)
    return tx.connection.execute(select(_message.c.id).where(waiting).limit(1)).first() is not None
