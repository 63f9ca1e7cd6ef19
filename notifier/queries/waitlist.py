"""Who waits for what, and how much each product is wanted. Colour: store. Called by cli.waitlist and the console.

Addresses are masked, and neither wording nor evidence is among it: the person's own export has them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select

from notifier.queries.masks import masked, shown
from notifier.store.engine import Store
from notifier.store.lookup import table_of
from notifier.store.tables import Address, Customer, Product, WaitlistEntry
from notifier.terms.signup import EntryState
from notifier.terms.time import utc

_entry, _address, _customer = table_of(WaitlistEntry), table_of(Address), table_of(Customer)
_product = table_of(Product)

STATES = tuple(EntryState)


@dataclass(frozen=True, slots=True)
class Waits:
    """One entry that is not ended. `reason` is why it was passed over last, or empty."""

    id: int
    brand: str
    sku: str
    customer: str
    address: str
    channel: str
    state: str
    reason: str
    asked_at: datetime
    message: int | None

    def as_json(self) -> dict[str, Any]:
        """As `notifier waitlist --json` prints it."""
        return {name: getattr(self, name) for name in self.__slots__} | {"asked_at": utc(self.asked_at).isoformat()}


@dataclass(frozen=True, slots=True)
class Demand:
    """How many want a product: entries by state; `stock` None: not counted."""

    sku: str
    name: str
    stock: int | None
    pending: int
    waiting: int
    alerted: int
    ended: int

    def as_json(self) -> dict[str, Any]:
        """As `notifier waitlist --json` prints it."""
        return {name: getattr(self, name) for name in self.__slots__}


def waits(store: Store, sku: str = "") -> list[Waits]:
    """Those who wait, in the order in which they are served; only for one product where `sku` says so."""
    query = (
        select(_entry, _customer.c.key.label("customer"), _address.c.value.label("address"))
        .join(_customer, _customer.c.id == _entry.c.customer_id)
        .join(_address, _address.c.id == _entry.c.address_id)
        .where(_entry.c.state != EntryState.ENDED)
        .order_by(_entry.c.sku, _entry.c.asked_at, _entry.c.id)
    )
    with store.read() as tx:
        found: Sequence[Any] = tx.connection.execute(query.where(_entry.c.sku == sku) if sku else query).all()
    named = ("channel", "state", "reason", "asked_at", "message_id")
    return [
        Waits(one.id, one.brand, one.sku, shown(one.customer), masked(one.address), *(getattr(one, n) for n in named))
        for one in found
    ]


def demand(store: Store, sku: str = "") -> list[Demand]:
    """Each product that somebody asked for, the most wanted first."""
    counts = [func.sum(case((_entry.c.state == state, 1), else_=0)).label(state) for state in STATES]
    query = (
        select(
            _entry.c.sku, func.max(_product.c.name).label("name"), func.max(_product.c.stock).label("stock"), *counts
        )
        .outerjoin(_product, _product.c.sku == _entry.c.sku)
        .group_by(_entry.c.sku)
        .order_by(counts[1].desc(), counts[0].desc(), _entry.c.sku)
    )
    with store.read() as tx:
        found: Sequence[Any] = tx.connection.execute(query.where(_entry.c.sku == sku) if sku else query).all()
    return [
        Demand(one.sku, one.name or one.sku, one.stock, *(int(getattr(one, state)) for state in STATES))
        for one in found
    ]
