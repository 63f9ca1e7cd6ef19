"""Products, supply and queue positions at one moment, as policy and forecast read them. Colour: root.

Called by pipeline.facts and by whoever judges: plan, deliver, receive, the pages.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from notifier.forecast.allocation import SupplyFacts
from notifier.forecast.alternatives import ProductFacts, Shelf, near_categories
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyQuery, AnyRow
from notifier.store.shelf import Shelfware, in_stock, queue_positions, read_shelf, stocked_categories
from notifier.terms.money import money_of
from notifier.terms.words import ProductKind


@dataclass(frozen=True, slots=True)
class Market:
    """Products, supply and queue positions at one moment, for all customers of a run.

    `turns`: the next day on which the supply of a SKU changes by dates already known. `shelf`: what may stand in for
    another product, read only where it is offered.
    """

    products: Mapping[str, ProductFacts]
    supplies: Mapping[str, Sequence[SupplyFacts]]
    ahead: Mapping[int, int]
    turns: Mapping[str, date]
    shelf: Shelf = field(default_factory=lambda: Shelf(()))
    stale_source: str = ""
    reward_budget_left: bool = True


def read_market(
    tx: Transaction, now: datetime, customers: Sequence[int] | AnyQuery, today: date | None = None
) -> Market:
    """Read the market at `now`, as far as it concerns `customers` (ids, or a query that gives them).

    `today` is the day in the shop's zone by which supply is ordered or received; without it, the day in UTC.
    """
    ware = read_shelf(tx, today or now.date(), customers)
    products = {sku: _product(row) for sku, row in ware.products.items()}
    supplies = {sku: [_supply(row) for row in rows] for sku, rows in ware.supplies.items()}
    ahead = queue_positions(tx, now, customers) if _allocated(ware) else {}
    return Market(products, supplies, ahead, ware.turns)


def with_shelf(tx: Transaction, market: Market) -> Market:
    """The same market with what may stand in for another product."""
    return replace(market, shelf=Shelf([_product(row) for row in in_stock(tx)]))


def with_shelf_for(tx: Transaction, market: Market, skus: Collection[str]) -> Market:
    """As `with_shelf`, for lines of these SKUs alone: a page that opens at once reads no shop's whole shelf."""
    wanted = {market.products[sku].category if sku in market.products else "" for sku in skus}
    names = stocked_categories(tx)
    near = {one for category in wanted for one in near_categories(category, names)}
    return replace(market, shelf=Shelf([_product(row) for row in in_stock(tx, near)]))


def with_run(market: Market, stale_source: str, reward_budget_left: bool) -> Market:
    """The same market with what is true for the whole run."""
    return replace(market, stale_source=stale_source, reward_budget_left=reward_budget_left)


def _allocated(ware: Shelfware) -> bool:
    return bool(ware.supplies) or any(row.stock is not None for row in ware.products.values())


def _product(row: AnyRow) -> ProductFacts:
    kind = ProductKind(row.kind)
    price = money_of(row.price, row.currency)
    return ProductFacts(row.sku, row.name or row.sku, row.category, price, row.stock, kind, row.url, row.image_url)


def _supply(row: AnyRow) -> SupplyFacts:
    return SupplyFacts(row.po, row.sku, row.promised_on, row.outstanding, row.received, row.changed_at)
