"""Cuts a rewound copy of a shop in parts that can be replayed side by side. Colour: store. Called by pipeline.simulate.

A part keeps every line, because the queue for goods goes through all customers, but only some of the customers: those
who share an address, or to whom an order went over, stay together, because caps count by address.
"""

from collections.abc import Iterator

from sqlalchemy import delete, select

from notifier.store.engine import Transaction
from notifier.store.lookup import batches, table_of
from notifier.store.rewind import changes_of
from notifier.store.tables import Customer, Message, Order, OrderLine
from notifier.terms.words import MessageState

_customer, _order, _line, _message = table_of(Customer), table_of(Order), table_of(OrderLine), table_of(Message)

Knot = tuple[str, int]
"""A customer or an address, by id."""


def keep_part(tx: Transaction, number: int, parts: int) -> None:
    """Leave in the copy only the customers of part `number` (from 0) of `parts`, and what waits for them."""
    groups = _Groups()
    customers = list(tx.connection.execute(select(_customer.c.id).order_by(_customer.c.id)).scalars())
    for one, other in _ties(tx):
        groups.tie(one, other)
    part_of: dict[Knot, int] = {}
    others = []
    for customer in customers:
        root = groups.root(("customer", customer))
        if part_of.setdefault(root, len(part_of) % parts) != number:
            others.append(customer)
    for ids in batches(others):
        tx.connection.execute(
            delete(_message).where(_message.c.customer_id.in_(ids), _message.c.state == MessageState.QUEUED)
        )
        tx.connection.execute(delete(_customer).where(_customer.c.id.in_(ids)))


class _Groups:
    """Which knots hang together."""

    def __init__(self) -> None:
        self._above: dict[Knot, Knot] = {}

    def root(self, knot: Knot) -> Knot:
        """The knot that stands for all that hang together with `knot`."""
        path = []
        while (above := self._above.get(knot, knot)) != knot:
            path.append(knot)
            knot = above
        for one in path:
            self._above[one] = knot
        return knot

    def tie(self, one: Knot, other: Knot) -> None:
        """These two hang together."""
        self._above[self.root(one)] = self.root(other)


def _ties(tx: Transaction) -> Iterator[tuple[Knot, Knot]]:
    """Each customer with each address that they have, had or will have, and with whom an order of theirs went to."""
    for whose, address in (
        (_customer.c.id, _customer.c.email_id),
        (_customer.c.id, _customer.c.phone_id),
        (_order.c.customer_id, _order.c.email_id),
        (_order.c.customer_id, _order.c.phone_id),
        (_message.c.customer_id, _message.c.address_id),
    ):
        for row in tx.connection.execute(select(whose, address).where(address.is_not(None)).distinct()):
            yield ("customer", row[0]), ("address", row[1])
    for one, two in tx.connection.execute(
        select(_line.c.customer_id, _order.c.customer_id)
        .join(_order, _order.c.id == _line.c.order_id)
        .where(_line.c.customer_id != _order.c.customer_id)
    ):
        yield ("customer", one), ("customer", two)
    yield from _later_ties(tx)


def _later_ties(tx: Transaction) -> Iterator[tuple[Knot, Knot]]:
    """The same for what changes later."""
    buyer = {row[0]: row[1] for row in tx.connection.execute(select(_order.c.id, _order.c.customer_id))}
    for kind, row_id, name, values in changes_of(tx, ("email_id", "phone_id", "customer_id")):
        if name == "customer_id":
            yield from ((("customer", int(values[0])), ("customer", int(value))) for value in values)
        else:
            customer = buyer[row_id] if kind == "order" else row_id
            yield from ((("customer", customer), ("address", int(value))) for value in values)
