"""Finds customers for those who act on one person. Colour: store. Called by pipeline."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select, update

from notifier.errors import UsageError
from notifier.store.engine import Transaction
from notifier.store.hashing import erased_key
from notifier.store.lookup import among, batches, table_of
from notifier.store.openness import is_open
from notifier.store.tables import Address, Customer, LegalStanding, Message, Order, OrderLine
from notifier.terms.law import LegalState
from notifier.terms.words import MessageState

_customer, _order, _line, _message = table_of(Customer), table_of(Order), table_of(OrderLine), table_of(Message)
_standing, _address = table_of(LegalStanding), table_of(Address)

GOING = (MessageState.CLAIMED.value, MessageState.HANDED_OFF.value)
"""A worker has the message in hand."""


def customers_by_key(tx: Transaction, key: str, brand: str, hash_key: bytes) -> list[Row[Any]]:
    """The customers with the shop's id `key`, one a brand; `brand` "" means any.

    Somebody erased is found too, whose id was an address.
    """
    if not key:
        return []
    brands = tx.connection.execute(select(_customer.c.brand).distinct()).scalars().all()
    keys = {key, *(erased_key(hash_key, one, key) for one in brands)}
    query = select(_customer).where(_customer.c.key.in_(sorted(keys)))
    return _rows(tx, query.where(_customer.c.brand == brand) if brand else query)


def customers_by_order(tx: Transaction, key: str, brand: str) -> list[Row[Any]]:
    """The customers who placed the order with the shop's number `key`, one a brand; `brand` "" means any."""
    query = select(_customer).join(_order, _order.c.customer_id == _customer.c.id)
    query = query.where(_order.c.key == key, _customer.c.key != "")
    return _rows(tx, query.where(_order.c.brand == brand) if brand else query)


def customer_of(tx: Transaction, customer_id: int) -> Row[Any]:
    """One customer by its id. Raises UsageError for one that is not there."""
    row = tx.connection.execute(select(_customer).where(_customer.c.id == customer_id)).first()
    if row is None:
        raise UsageError(f"there is no customer {customer_id}")
    return row


def _rows(tx: Transaction, query: Any) -> list[Row[Any]]:
    return list(tx.connection.execute(query.order_by(_customer.c.brand, _customer.c.id)))


def open_orders(tx: Transaction, customer_id: int, now: datetime) -> list[str]:
    """The numbers of the customer's orders with a line that is open at `now`, or is ordered later."""
    query = (
        select(_order.c.key)
        .join(_line, _line.c.order_id == _order.c.id)
        .where(_line.c.customer_id == customer_id, or_(is_open(now), _line.c.ordered_at > now))
    )
    return sorted(set(tx.connection.execute(query).scalars()))


REFUND_OWED = (LegalState.CANCEL_DUE.value, LegalState.REFUND_DUE.value)


def refunds_owed(tx: Transaction, customer_id: int) -> list[str]:
    """The numbers of the customer's orders of which a refund was owed when plan last looked (RULES.md F8)."""
    query = (
        select(_order.c.key)
        .join(_line, _line.c.order_id == _order.c.id)
        .join(_standing, _standing.c.line_id == _line.c.id)
        .where(_line.c.customer_id == customer_id, _line.c.refunded_at.is_(None), _standing.c.state.in_(REFUND_OWED))
    )
    return sorted(set(tx.connection.execute(query).scalars()))


def mark_erased(tx: Transaction, customer_id: int, by: str, now: datetime) -> None:
    """Write down when somebody was erased, and by whom: records/ writes nothing personal to them from then on."""
    this = _customer.c.id == customer_id
    tx.connection.execute(update(_customer).where(this).values(erased_at=now, erased_by=by))


def going_out(tx: Transaction, customer_ids: Sequence[int]) -> dict[int, int]:
    """A message that a worker has in hand at this moment, by customer id."""
    found: dict[int, int] = {}
    for ids in batches(customer_ids):
        query = select(_message.c.customer_id, _message.c.id)
        rows = tx.connection.execute(query.where(_message.c.customer_id.in_(ids), _message.c.state.in_(GOING)))
        found.update((row.customer_id, row.id) for row in rows)
    return found


def addresses(tx: Transaction, ids: Sequence[int]) -> dict[int, str]:
    """The value of each address by its id; one that was erased is missing."""
    query = select(_address.c.id, _address.c.value).where(among(_address.c.id, ids), _address.c.value.is_not(None))
    return {row.id: row.value for row in tx.connection.execute(query)}
