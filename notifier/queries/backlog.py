"""What is owed to customers, by SKU: units, their price, since when, and how it grew. Colour: store.

Called by pipeline.today, which remembers it: all open lines are read through, a million in some seconds.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Numeric, and_, case, cast, func, select

from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.openness import is_open, open_units
from notifier.store.tables import OrderLine, Product
from notifier.terms.words import LineStatus

_line, _product = table_of(OrderLine), table_of(Product)

_OVER = (LineStatus.SHIPPED.value, LineStatus.CANCELLED.value, LineStatus.CLOSED.value)


@dataclass(frozen=True, slots=True)
class Sku:
    """One SKU that is owed. `revenue` is units at price, by currency, what has no price left out; `oldest` is when the
    line was ordered that waits longest; `late` are lines promised for a day that is over; `trend` are the units that
    were open at each moment asked for.
    """

    sku: str
    name: str
    lines: int
    units: int
    revenue: tuple[tuple[str, Decimal], ...]
    oldest: datetime
    late: int
    trend: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Backlog:
    """The SKUs with the most units open, and over all of them: SKUs, lines, units, lines that are late."""

    top: tuple[Sku, ...]
    skus: int = 0
    lines: int = 0
    units: int = 0
    late: int = 0


def backlog(tx: Transaction, moments: Sequence[datetime], today: date, now: datetime, most: int) -> Backlog:
    """The `most` SKUs with the most open units at `now`; `moments` (UTC) are those of the trend, oldest first."""
    units = open_units(now)
    late = case((_line.c.promised_ship_by < today, 1), else_=0)
    owed = (
        select(
            _line.c.sku,
            func.count().label("lines"),
            func.sum(units).label("units"),
            func.min(_line.c.ordered_at).label("oldest"),
            func.sum(late).label("late"),
        )
        .where(is_open(now))
        .group_by(_line.c.sku)
        .cte("owed")
    )
    sums = [func.count()] + [func.sum(owed.c[name]) for name in ("lines", "units", "late")]
    whole = [select(one).select_from(owed).scalar_subquery() for one in sums]
    top = select(owed, *whole).order_by(owed.c.units.desc(), owed.c.sku).limit(most)
    rows = tx.connection.execute(top).all()
    skus = [row.sku for row in rows]
    names, money, trends = _names(tx, skus), _revenue(tx, skus, now), _trends(tx, skus, moments)
    found = tuple(
        Sku(row.sku, names.get(row.sku) or row.sku, row.lines, int(row.units), tuple(money[row.sku]), row.oldest,
            int(row.late), trends.get(row.sku, ()))
        for row in rows
    )  # fmt: skip
    return Backlog(found, *(int(one) for one in rows[0][-4:])) if rows else Backlog(())


def _names(tx: Transaction, skus: Sequence[str]) -> dict[str, str]:
    named = select(_line.c.sku, func.max(_line.c.product)).where(_line.c.sku.in_(skus)).group_by(_line.c.sku)
    found = {row[0]: row[1] for row in tx.connection.execute(named)}
    products = select(_product.c.sku, _product.c.name).where(_product.c.sku.in_(skus), _product.c.name != "")
    return found | {row.sku: row.name for row in tx.connection.execute(products)}


def _revenue(tx: Transaction, skus: Sequence[str], now: datetime) -> dict[str, list[tuple[str, Decimal]]]:
    """Open units at the line's price, else the product's. SQLite adds them up as floats: no accounts are made of it."""
    own = _line.c.unit_price.is_not(None)
    price = case((own, cast(_line.c.unit_price, Numeric)), else_=cast(_product.c.price, Numeric))
    currency = case((own, _line.c.currency), else_=_product.c.currency)
    query = (
        select(_line.c.sku, currency.label("currency"), func.sum(open_units(now) * price).label("amount"))
        .outerjoin(_product, _product.c.sku == _line.c.sku)
        .where(_line.c.sku.in_(skus), is_open(now), price.is_not(None), currency != "")
        .group_by(_line.c.sku, currency)
    )
    found: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for row in tx.connection.execute(query.order_by(_line.c.sku, currency)):
        found[row.sku].append((row.currency, Decimal(str(row.amount)).quantize(Decimal("0.01"))))
    return found


def _trends(tx: Transaction, skus: Sequence[str], moments: Sequence[datetime]) -> dict[str, tuple[int, ...]]:
    sums = [func.sum(_units_at(moment)) for moment in moments]
    if not sums:
        return {}
    query = select(_line.c.sku, *sums).where(_line.c.sku.in_(skus)).group_by(_line.c.sku)
    return {row[0]: tuple(int(one or 0) for one in row[1:]) for row in tx.connection.execute(query)}


def _units_at(moment: datetime) -> ColumnElement[Any]:
    """Open units at a past moment. A label without a date took effect when we knew of it."""
    undated = and_(_line.c.shipped_at.is_(None), _line.c.cancelled_at.is_(None), _line.c.status.in_(_OVER))
    since = and_(undated, _line.c.changed_at > moment, _line.c.ordered_at <= moment)
    return case((since, _line.c.quantity), (is_open(moment), open_units(moment)), else_=0)
