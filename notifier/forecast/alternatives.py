"""Products in stock that may stand in for a delayed one. Colour: pure. Called by pipeline, one Shelf a run."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rapidfuzz import fuzz

from notifier.terms.facts import Alternative
from notifier.terms.money import Money
from notifier.terms.words import ProductKind

PRICE_BAND = Decimal("0.30")
"""A stand-in within this share of the price comes before any other."""

NEAR_CATEGORY = 55.0
"""Least likeness (0 to 100) of another category's name: below it nothing is offered rather than something absurd."""

LOOKED_AT = 300
"""Products of one category compared by name, the nearest in price: bounds the cost to about half a millisecond."""


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """One product of the shop. `stock` None is unknown, and then it stands in for nothing."""

    sku: str
    name: str
    category: str = ""
    price: Money | None = None
    stock: int | None = None
    kind: ProductKind = ProductKind.STOCKED
    url: str = ""
    image_url: str = ""


class Shelf:
    """Everything that can stand in, by category and price; built once, asked for every line, answers remembered."""

    def __init__(self, products: Sequence[ProductFacts]) -> None:
        shelves: dict[str, list[ProductFacts]] = defaultdict(list)
        for product in products:
            if product.kind is ProductKind.STOCKED and (product.stock or 0) > 0:
                shelves[product.category].append(product)
        self._shelves = {name: sorted(shelf, key=_price_then_sku) for name, shelf in sorted(shelves.items())}
        self._prices = {name: [_amount(one) for one in shelf] for name, shelf in self._shelves.items()}
        self._near: dict[str, list[str]] = {}
        self._answers: dict[ProductFacts, tuple[ProductFacts, ...]] = {}

    def nearest(self, wanted: ProductFacts, limit: int) -> tuple[ProductFacts, ...]:
        """The best `limit` stand-ins: own category first, then like-named ones; ±30 % of the price, then the name."""
        known = self._answers.get(wanted)
        if known is None or len(known) < limit:
            known = self._answers[wanted] = tuple(self._search(wanted, limit))
        return known[:limit]

    def _search(self, wanted: ProductFacts, limit: int) -> Iterator[ProductFacts]:
        found = 0
        for category in self._categories(wanted.category):
            candidates = [one for one in self._around(category, wanted) if one.sku != wanted.sku]
            for one in sorted(candidates, key=lambda one: _fitness(wanted, one))[: limit - found]:
                found += 1
                yield one
            if found >= limit:
                return

    def _categories(self, category: str) -> list[str]:
        if category not in self._near:
            self._near[category] = near_categories(category, self._shelves)
        return self._near[category]

    def _around(self, category: str, wanted: ProductFacts) -> Sequence[ProductFacts]:
        shelf = self._shelves[category]
        if len(shelf) <= LOOKED_AT:
            return shelf
        middle = bisect_left(self._prices[category], _amount(wanted))
        start = min(max(0, middle - LOOKED_AT // 2), len(shelf) - LOOKED_AT)
        return shelf[start : start + LOOKED_AT]


def near_categories(category: str, names: Iterable[str]) -> list[str]:
    """Those of `names` whose products may stand in for one of `category`: itself first, then the likest."""
    likeness = {name: fuzz.token_sort_ratio(category.casefold(), name.casefold()) for name in names}
    near = [name for name, score in likeness.items() if score >= NEAR_CATEGORY or name == category]
    return sorted(near, key=lambda name: (name != category, -likeness[name], name))


def alternatives(wanted: ProductFacts, shelf: Shelf, limit: int = 3) -> tuple[Alternative, ...]:
    """Up to `limit` products in stock that may stand in for `wanted`, the best first; the same for the same shelf."""
    return tuple(
        Alternative(one.sku, one.name, one.price, one.url, one.image_url) for one in shelf.nearest(wanted, limit)
    )


def _amount(product: ProductFacts) -> Decimal:
    return product.price.amount if product.price else Decimal(0)


def _price_then_sku(product: ProductFacts) -> tuple[Decimal, str]:
    return _amount(product), product.sku


def _fitness(wanted: ProductFacts, other: ProductFacts) -> tuple[bool, float, Decimal, str]:
    apart = _apart(wanted.price, other.price)
    likeness = fuzz.token_sort_ratio(wanted.name.casefold(), other.name.casefold())
    return (
        apart is None or apart > PRICE_BAND,
        -likeness,
        apart if apart is not None else Decimal("Infinity"),
        other.sku,
    )


def _apart(wanted: Money | None, other: Money | None) -> Decimal | None:
    """The difference as a share of the wanted price; None where two prices cannot be compared."""
    if wanted is None or other is None or wanted.currency != other.currency or wanted.amount <= 0:
        return None
    return abs(other.amount - wanted.amount) / wanted.amount
