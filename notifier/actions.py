"""What the shop's own system must do: requested, done or refused. Colour: store. Called by pipeline.

One action of a kind is requested for a line at a time. What an import shows closes it. Each question costs as much as
there is open: its index is of the requested ones alone.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, literal_column, or_, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow, among, batches, insert_new, table_of
from notifier.store.tables import Action, Customer, LegalStanding, Order, OrderLine
from notifier.terms.effects import ENDS, ActionKind, ActionState

_action, _line, _order, _customer = table_of(Action), table_of(OrderLine), table_of(Order), table_of(Customer)
_standing = table_of(LegalStanding)

# In the text, because SQLite takes a partial index only where no parameter is.
_requested: ColumnElement[bool] = _action.c.state == literal_column(f"'{ActionState.REQUESTED.value}'")
_unheard: ColumnElement[bool] = literal_column("action.alarm <> '' AND action.alarm_told_at IS NULL")
_ending: ColumnElement[bool] = _action.c.kind.in_([one.value for one in ENDS])

BY_IMPORT = "import"
"""Who closed an action that the shop's own records show to be done, or to be impossible."""

SHIPPED = "shipped_despite_request"
"""The alarm of an action that came to nothing because the goods left all the same."""

KEPT = "kept_after_all"
"""The alarm of an action that the customer took back after the team had heard of it."""

DONE_BUT_KEPT = "done_although_kept"
"""The alarm of an action that the shop calls done after the customer took it back."""

SHIPPED_BY_LAW = "shipped_despite_cancellation"
"""The alarm that the law on delays gives for the same."""


@dataclass(frozen=True, slots=True)
class Request:
    """An action to ask for; `at` is the receipt (UTC) of what asks for it, `by` who does."""

    kind: ActionKind
    brand: str
    customer_id: int
    line_id: int
    at: datetime
    by: str
    reply_id: int | None = None
    detail: str = ""


def request(tx: Transaction, wanted: Sequence[Request], now: datetime) -> int:
    """Ask for these actions; one that is asked for already stays one. Returns how many are new."""
    rows = [
        {
            "kind": one.kind.value,
            "brand": one.brand,
            "customer_id": one.customer_id,
            "line_id": one.line_id,
            "reply_id": one.reply_id,
            "detail": one.detail,
            "state": ActionState.REQUESTED.value,
            "requested_at": one.at,
            "requested_by": one.by,
            "known_at": now,
            "closed_by": "",
            "closed_as": "",
            "alarm": "",
            "posts": 0,
        }
        for one in wanted
    ]
    return len(insert_new(tx, _action, rows, returning=(_action.c.id,))) if rows else 0


def lock_of(tx: Transaction, customer_id: int) -> None:
    """Let nobody close this customer's actions until the transaction ends: what is decided rests on how they stand."""
    if tx.postgresql:
        query = select(_action.c.id).where(_action.c.customer_id == customer_id, _requested).order_by(_action.c.id)
        tx.connection.execute(query.with_for_update()).all()


def take_back(tx: Transaction, line_ids: Sequence[int], by: str, now: datetime) -> int:
    """The customer keeps these lines after all: actions that would end them are withdrawn. Returns how many.

    A webhook that has heard of them hears of that, and a team too.
    """
    undone = _requested & _ending & _action.c.line_id.in_(line_ids)
    closed = {"state": ActionState.WITHDRAWN.value, "closed_at": now, "closed_by": by, "closed_as": "kept"}
    closed |= {"posted_at": None, "post_at": None, "alarm": case((_action.c.told_at.is_not(None), KEPT), else_="")}
    return tx.connection.execute(update(_action).where(undone).values(**closed)).rowcount


def withdraw_changes(tx: Transaction, reply_id: int, by: str, now: datetime) -> int:
    """The changes that this reply asked for are wanted no more; returns how many the shop had not made yet.

    Who has heard of them hears of that, as where a customer keeps a line.
    """
    these = _requested & (_action.c.reply_id == reply_id) & (_action.c.kind == ActionKind.CHANGE.value)
    closed = {"state": ActionState.WITHDRAWN.value, "closed_at": now, "closed_by": by, "closed_as": "asked by mistake"}
    closed |= {"posted_at": None, "post_at": None, "alarm": case((_action.c.told_at.is_not(None), KEPT), else_="")}
    return tx.connection.execute(update(_action).where(these).values(**closed)).rowcount


def done_but_kept(tx: Transaction, ids: Sequence[int]) -> None:
    """The shop calls these done: an alarm for each that the customer has taken back, raised once."""
    these = _action.c.id.in_(ids) & (_action.c.state == ActionState.WITHDRAWN) & (_action.c.alarm != DONE_BUT_KEPT)
    tx.connection.execute(update(_action).where(these).values(alarm=DONE_BUT_KEPT, alarm_told_at=None))


@dataclass(frozen=True, slots=True)
class Closing:
    """How actions end: `state`, by whom, and in which words."""

    state: ActionState
    by: str
    words: str = ""
    alarm: str = ""


def close(tx: Transaction, which: ColumnElement[bool], how: Closing, now: datetime) -> list[AnyRow]:
    """Close those of `which` that are requested; returns their rows."""
    values = {"state": how.state.value, "closed_at": now, "closed_by": how.by, "closed_as": how.words}
    change = update(_action).where(_requested, which).values(**values, alarm=how.alarm)
    return list(tx.connection.execute(change.returning(*_action.c)))


def drop_swaps(tx: Transaction, line_ids: Sequence[int], by: str, now: datetime) -> None:
    """The customer ends these lines instead of exchanging them."""
    swaps = _requested & (_action.c.kind == ActionKind.SWAP.value) & _action.c.line_id.in_(line_ids)
    closed = {"state": ActionState.WITHDRAWN.value, "closed_at": now, "closed_by": by, "closed_as": "cancelled instead"}
    closed |= {"posted_at": None, "post_at": None}
    tx.connection.execute(update(_action).where(swaps).values(**closed))


def numbered(ids: Sequence[int]) -> ColumnElement[bool]:
    """The actions with these ids, for `close`."""
    return _action.c.id.in_(ids)


def open_and_numbered(ids: Sequence[int]) -> ColumnElement[bool]:
    """Those with these ids that are requested, for `listed`."""
    return _requested & _action.c.id.in_(ids)


def asked_for(customer_id: int) -> ColumnElement[bool]:
    """Those of one customer that are requested, for `listed`."""
    return _requested & (_action.c.customer_id == customer_id)


def about(line_ids: Sequence[int], kinds: Sequence[ActionKind]) -> ColumnElement[bool]:
    """The actions of these kinds for these lines, for `close`."""
    return _action.c.line_id.in_(line_ids) & _action.c.kind.in_([one.value for one in kinds])


def close_by_records(tx: Transaction, now: datetime) -> list[AnyRow]:
    """Close what the shop's records show at `now`: cancelled, refunded and swapped lines, and what left all the same.

    Its cost is that of what is open. Returns the rows that were closed.
    """
    open_lines = select(_action.c.line_id).where(_requested)
    ends = [one.value for one in ENDS]
    gone = _shown(open_lines, _line.c.cancelled_at, "cancelled", now)
    left = _shown(open_lines, _line.c.shipped_at, "shipped", now)
    paid = select(_line.c.id).where(_line.c.id.in_(open_lines), _line.c.refunded_at <= now)
    done = Closing(ActionState.DONE, BY_IMPORT, "the shop's records show it")
    missed = Closing(ActionState.REFUSED, BY_IMPORT, "the goods left all the same", SHIPPED)
    of_goods = [ActionKind.CANCEL.value, ActionKind.SWAP.value]
    taken = select(_action.c.id).join(_line, _line.c.id == _action.c.line_id)
    taken = taken.where(_requested, _action.c.kind == ActionKind.SWAP.value, _line.c.sku == _action.c.detail)
    return [
        *close(tx, _action.c.id.in_(taken), done, now),
        *close(tx, _action.c.kind.in_(ends) & _action.c.line_id.in_(gone), done, now),
        *close(tx, (_action.c.kind == ActionKind.REFUND) & _action.c.line_id.in_(paid), done, now),
        *close(tx, _action.c.kind.in_(of_goods) & _action.c.line_id.in_(left), missed, now),
    ]


def _shown(open_lines: Select[Any], column: Any, label: str, now: datetime) -> Select[Any]:
    by_label = column.is_(None) & (_line.c.status == label)
    return select(_line.c.id).where(_line.c.id.in_(open_lines), (column <= now) | by_label)


def listed(tx: Transaction, which: ColumnElement[bool] | None = None, most: int | None = None) -> list[AnyRow]:
    """Actions with the shop's own keys, the oldest first; `which` narrows, without it the requested ones."""
    query = (
        select(
            *_action.c,
            _order.c.id.label("order_id"),
            _order.c.key.label("order"),
            _line.c.key.label("line"),
            _line.c.sku,
            _line.c.product,
            _line.c.quantity,
            _customer.c.key.label("customer"),
            _customer.c.name,
        )
        .join(_line, _line.c.id == _action.c.line_id)
        .join(_order, _order.c.id == _line.c.order_id)
        .join(_customer, _customer.c.id == _action.c.customer_id)
        .where(_requested if which is None else which)
        .order_by(_action.c.requested_at, _action.c.id)
    )
    return list(tx.connection.execute(query.limit(most) if most else query))


def everything() -> ColumnElement[bool]:
    """All actions, for `listed`."""
    return _action.c.id > 0


def untold() -> ColumnElement[bool]:
    """Those of which the team has not heard, for `listed`."""
    return _requested & _action.c.told_at.is_(None)


def untold_alarms() -> ColumnElement[bool]:
    """Those with an alarm that the team has not heard of; not where the law's own alarm tells it."""
    by_law = select(_standing.c.line_id).where(_standing.c.alarm == SHIPPED_BY_LAW)
    beside = (_action.c.alarm == SHIPPED) & _action.c.line_id.in_(by_law)
    return _unheard & ~beside


def mark_told(tx: Transaction, ids: Sequence[int], now: datetime) -> None:
    """The team has heard that these are asked for; it hears, too, of one that was taken back meanwhile."""
    alarm = case((_action.c.state == ActionState.WITHDRAWN, KEPT), else_=_action.c.alarm)
    for some in batches(ids):
        tx.connection.execute(update(_action).where(_action.c.id.in_(some)).values(told_at=now, alarm=alarm))


def mark_alarms_told(tx: Transaction, ids: Sequence[int], alarm: str, now: datetime) -> None:
    """The team has heard this alarm of each of these."""
    for some in batches(ids):
        heard = _action.c.id.in_(some) & (_action.c.alarm == alarm)
        tx.connection.execute(update(_action).where(heard).values(alarm_told_at=now))


def requested_for(tx: Transaction, line_ids: Sequence[int]) -> dict[int, set[ActionKind]]:
    """The kinds that are requested, by line id."""
    found: dict[int, set[ActionKind]] = defaultdict(set)
    query = select(_action.c.line_id, _action.c.kind).where(_requested, among(_action.c.line_id, line_ids))
    for row in tx.connection.execute(query):
        found[row.line_id].add(ActionKind(row.kind))
    return found


def owing(tx: Transaction, line_ids: Sequence[int]) -> set[int]:
    """Of these lines those for which money was paid, as far as anybody knows, that has not gone back."""
    paid = or_(_order.c.amount_paid.is_(None), _order.c.amount_paid > 0)
    query = select(_line.c.id).join(_order, _order.c.id == _line.c.order_id)
    query = query.where(among(_line.c.id, line_ids), _line.c.refunded_at.is_(None), paid)
    return set(tx.connection.execute(query).scalars())


def to_post(now: datetime) -> ColumnElement[bool]:
    """What the shop's webhook must hear at `now`, for `listed`: what is asked for, and what is no more after it was."""
    taken_back = (_action.c.state == ActionState.WITHDRAWN) & (_action.c.posts > 0)
    waited = or_(_action.c.post_at.is_(None), _action.c.post_at <= now)
    return or_(_requested, taken_back) & _action.c.posted_at.is_(None) & waited


def begin_post(tx: Transaction, action_id: int, state: str, again_at: datetime) -> bool:
    """One try more, committed before the network; the next one not before `again_at`.

    False where it does not stand as it was read (`state`) any more: then it is not posted so.
    """
    stood = (_action.c.id == action_id) & (_action.c.state == state)
    change = update(_action).where(stood).values(posts=_action.c.posts + 1, post_at=again_at)
    return tx.connection.execute(change).rowcount > 0


def mark_posted(tx: Transaction, action_id: int, state: str, now: datetime) -> None:
    """The webhook took it as it stood (`state`) when it was read; taken back since, it goes once more."""
    stood = (_action.c.id == action_id) & (_action.c.state == state)
    tx.connection.execute(update(_action).where(stood).values(posted_at=now, post_at=None))
