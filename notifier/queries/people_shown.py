"""Who a customer is, and what an order is, at the head of their page. Colour: store. Called by pipeline.timeline."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from notifier.queries.masks import masked, shown
from notifier.store.decisions import due_at
from notifier.store.engine import Transaction
from notifier.store.holds import holds_in_force
from notifier.store.lookup import table_of
from notifier.store.openness import is_open
from notifier.store.tables import Action, Address, Customer, Order, OrderLine
from notifier.terms.effects import ActionState
from notifier.terms.words import HoldReason

_customer, _address, _order, _line = table_of(Customer), table_of(Address), table_of(Order), table_of(OrderLine)
_action = table_of(Action)

MOST_ORDERS = 20


@dataclass(frozen=True, slots=True)
class OrderBrief:
    """One order, with how many of its lines are still owed."""

    id: int
    key: str
    ordered_at: datetime
    open: int


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A hold in force; `until` None: until somebody lifts it. `why` is what was written about a hold by hand; what was
    noted of a call is in the person's own export alone.
    """

    by: str
    at: datetime
    until: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class CustomerShown:
    """One customer. `shown` is the shop's own number as a page may show it; the addresses are masked.

    `gone`: erased or forgotten, so that nothing personal is left. `orders` are the newest, `more` says that there are
    others. `due_at` is when plan looks again, `asked` how many actions the shop is asked for and has not done.
    """

    id: int
    shown: str
    brand: str
    name: str
    country: str
    locale: str
    email: str
    phone: str
    textable: bool
    gone: bool
    hold: HeldBack | None
    orders: tuple[OrderBrief, ...]
    more: bool
    due_at: datetime | None
    asked: int


@dataclass(frozen=True, slots=True)
class OrderShown:
    """One order, and whose it is."""

    id: int
    key: str
    brand: str
    country: str
    sales_channel: str
    ordered_at: datetime
    customer: CustomerShown


def customer_shown(tx: Transaction, customer_id: int, now: datetime) -> CustomerShown | None:
    """One customer by the id of our own; None for none, and for the nobody whose orders are still to come."""
    email, phone = _address.alias("email"), _address.alias("phone")
    query = (
        select(_customer, email.c.value.label("email"), phone.c.value.label("phone"), phone.c.textable)
        .outerjoin(email, email.c.id == _customer.c.email_id)
        .outerjoin(phone, phone.c.id == _customer.c.phone_id)
        .where(_customer.c.id == customer_id, _customer.c.key != "")
    )
    row = tx.connection.execute(query).first()
    if row is None:
        return None
    orders = _orders(tx, customer_id, now)
    hold = holds_in_force(tx, [customer_id], now).get(customer_id)
    gone = row.erased_at is not None or (row.forgotten_before is not None and row.described_at is None)
    same = ("id", "brand", "name", "country", "locale")
    return CustomerShown(
        **{name: getattr(row, name) for name in same},
        shown=shown(row.key),
        email="" if gone else masked(row.email),
        phone="" if gone else masked(row.phone),
        textable=bool(row.textable),
        gone=gone,
        hold=_hold(hold),
        orders=tuple(orders[:MOST_ORDERS]),
        more=len(orders) > MOST_ORDERS,
        due_at=due_at(tx, customer_id),
        asked=_asked(tx, customer_id),
    )


def order_shown(tx: Transaction, order_id: int, now: datetime) -> OrderShown | None:
    """One order by the id of our own, whose customer is known; None for none."""
    row = tx.connection.execute(select(_order).where(_order.c.id == order_id)).first()
    customer = customer_shown(tx, row.customer_id, now) if row is not None else None
    if row is None or customer is None:
        return None
    same = ("id", "key", "brand", "country", "sales_channel", "ordered_at")
    return OrderShown(**{name: getattr(row, name) for name in same}, customer=customer)


def _asked(tx: Transaction, customer_id: int) -> int:
    theirs = (_action.c.customer_id == customer_id) & (_action.c.state == ActionState.REQUESTED)
    found: int = tx.connection.execute(select(func.count()).where(theirs)).scalar_one()
    return found


def _orders(tx: Transaction, customer_id: int, now: datetime) -> list[OrderBrief]:
    owed = select(func.count()).where(_line.c.order_id == _order.c.id, is_open(now))
    query = (
        select(_order.c.id, _order.c.key, _order.c.ordered_at)
        .add_columns(owed.scalar_subquery().label("open"))
        .where(_order.c.customer_id == customer_id)
        .order_by(_order.c.ordered_at.desc(), _order.c.id.desc())
        .limit(MOST_ORDERS + 1)
    )
    return [OrderBrief(*row) for row in tx.connection.execute(query)]


def _hold(row: Row[Any] | None) -> HeldBack | None:
    if row is None:
        return None
    return HeldBack(row.by, row.at, row.until, row.note if row.reason == HoldReason.HOLD else "")
