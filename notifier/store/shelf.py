"""What the shop sells and what is due to arrive, and who waits for it in which order. Colour: store.

Called by pipeline.facts for the customers of a run or of a claim.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, case, func, or_, select

from notifier.store.engine import Transaction
from notifier.store.lookup import among, table_of
from notifier.store.openness import is_open, open_units
from notifier.store.tables import Customer, OrderLine, Product, Supply
from notifier.terms.words import ProductKind

_customer, _line, _product, _supply = table_of(Customer), table_of(OrderLine), table_of(Product), table_of(Supply)


@dataclass(frozen=True, slots=True)
class Shelfware:
    """Products and supply, read once a run. `turns`: the next day on which a supply of the SKU
    begins to count, or to count as received.
    """

    products: dict[str, Row[Any]]
    supplies: dict[str, list[Row[Any]]]
    turns: dict[str, date]


def whose(customers: Sequence[int] | Select[Any]) -> Select[Any]:
    """Customers' ids, given as such or as a query that gives them, as a query."""
    return (
        customers if isinstance(customers, Select) else select(_customer.c.id).where(among(_customer.c.id, customers))
    )


def read_shelf(tx: Transaction, today: date, customers: Sequence[int] | Select[Any]) -> Shelfware:
    """The products that `customers` wait for, and their supply ordered and not fully received by `today`, by SKU.

    `today` is a day in the shop's zone; what is received later counts as outstanding (`received` is 0). What nobody
    here waits for is not read: the cost is that of the customers, however many products there are.
    """
    wanted = select(_line.c.sku).where(_line.c.customer_id.in_(whose(customers)))
    products = {row.sku: row for row in tx.connection.execute(select(_product).where(_product.c.sku.in_(wanted)))}
    supplies: dict[str, list[Row[Any]]] = defaultdict(list)
    received = case((_supply.c.received_on > today, 0), else_=_supply.c.received_quantity)
    outstanding = _supply.c.quantity - received
    query = select(_supply, received.label("received"), outstanding.label("outstanding"))
    there = or_(_supply.c.ordered_on.is_(None), _supply.c.ordered_on <= today)
    for row in tx.connection.execute(query.where(outstanding > 0, there, _supply.c.sku.in_(wanted))):
        supplies[row.sku].append(row)
    turns: dict[str, date] = {}
    for column in (_supply.c.ordered_on, _supply.c.received_on):
        later = select(_supply.c.sku, func.min(column)).where(column > today, _supply.c.sku.in_(wanted))
        for sku, day in tx.connection.execute(later.group_by(_supply.c.sku)):
            turns[sku] = min(day, turns.get(sku, day))
    return Shelfware(products, dict(supplies), turns)


_there = (_product.c.kind == ProductKind.STOCKED) & (_product.c.stock > 0)


def in_stock(tx: Transaction, categories: Collection[str] | None = None) -> list[Row[Any]]:
    """Every product that may stand in for another one; those of `categories` alone, where they are given."""
    query = select(_product).where(_there)
    if categories is not None:
        query = query.where(_product.c.category.in_(sorted(categories)))
    return list(tx.connection.execute(query))


def stocked_categories(tx: Transaction) -> list[str]:
    """The categories of those products."""
    return sorted(tx.connection.execute(select(_product.c.category).where(_there).distinct()).scalars())


def queue_positions(tx: Transaction, now: datetime, customers: Sequence[int] | Select[Any]) -> dict[int, int]:
    """Units of the same SKU ordered earlier and still open, by line id, for SKUs with known stock or supply.

    One window over all open lines of the SKUs that `customers` (ids, or a query that gives them) wait for. Each line is
    asked below the window whether it is theirs, by the customer's id: joined above it, PostgreSQL, which does not know
    yet how many have become due, would compute the window anew for each customer.
    """
    ids = whose(customers)
    allocated = or_(
        _line.c.sku.in_(select(_product.c.sku).where(_product.c.stock.is_not(None))),
        _line.c.sku.in_(select(_supply.c.sku)),
    )
    allocated = allocated & _line.c.sku.in_(select(_line.c.sku).where(_line.c.customer_id.in_(ids)))
    before = func.sum(open_units(now)).over(
        partition_by=_line.c.sku, order_by=(_line.c.ordered_at, _line.c.id), rows=(None, -1)
    )
    theirs = ids.where(_customer.c.id == _line.c.customer_id).exists()
    queue = select(_line.c.id, theirs.label("theirs"), func.coalesce(before, 0).label("ahead"))
    rows = queue.where(is_open(now), allocated).subquery()
    query = select(rows.c.id, rows.c.ahead).where(rows.c.theirs)
    return {row.id: int(row.ahead) for row in tx.connection.execute(query)}
