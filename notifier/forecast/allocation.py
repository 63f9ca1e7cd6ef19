"""Which stock or purchase order serves a line, first ordered first served. Colour: pure. Called by pipeline.

Allocation is computed at each look and never stored: the queue position comes from the database, the rest is here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Source(StrEnum):
    """What serves a line."""

    STOCK = "stock"
    SUPPLY = "supply"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class SupplyFacts:
    """One purchase order line due to arrive. `outstanding` units are ordered and not yet received.

    `promised_on` is the supplier's date of arrival at the shop, a plain day in the shop's zone; `changed_at` is when we
    knew of its last change (UTC). Raises ValueError for negative units.
    """

    po: str
    sku: str
    promised_on: date | None
    outstanding: int
    received: int = 0
    changed_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.outstanding < 0 or self.received < 0:
            raise ValueError(
                f"purchase order {self.po}: units cannot be negative; correct quantity or received_quantity"
            )


@dataclass(frozen=True, slots=True)
class Coverage:
    """What serves the whole line. `short` units are served by nothing known; `supply` is the one that completes it."""

    source: Source
    supply: SupplyFacts | None = None
    short: int = 0

    @property
    def by_stock(self) -> bool:
        """True when stock on hand serves the line now."""
        return self.source is Source.STOCK


def cover(ahead: int, quantity: int, stock: int | None, supplies: Sequence[SupplyFacts]) -> Coverage:
    """Find what serves `quantity` units of one SKU behind `ahead` units ordered earlier and still open.

    `stock` None is unknown and serves nothing. Supplies count in the order of their dates, undated ones last, because
    nobody can say that they come sooner. Raises ValueError for a negative queue or a line without units.
    """
    if ahead < 0 or quantity < 1:
        raise ValueError(f"cannot allocate {quantity} units behind {ahead}: both must be counts of open units")
    wanted = ahead + quantity
    if stock is not None and wanted <= stock:
        return Coverage(Source.STOCK)
    reached = max(stock or 0, 0)
    for supply in sorted(supplies, key=_arrival):
        reached += supply.outstanding
        if supply.outstanding and reached >= wanted:
            return Coverage(Source.SUPPLY, supply)
    return Coverage(Source.NOTHING, short=min(quantity, wanted - reached))


def _arrival(supply: SupplyFacts) -> tuple[bool, date, str]:
    return supply.promised_on is None, supply.promised_on or date.max, supply.po
