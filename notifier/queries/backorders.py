"""Order lines that are still owed, or whose money is, by filters, newest first, a page at a time. Colour: store.

Called by pipeline.backorders.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, select

from notifier.queries import windows
from notifier.queries.masks import shown
from notifier.queries.outbox_state import overdue_lines
from notifier.store.engine import Transaction
from notifier.store.lookup import among, table_of
from notifier.store.openness import is_open, open_units
from notifier.store.tables import Customer, LegalStanding, Order, OrderLine, Product, PromiseTold, Supply
from notifier.terms.law import TO_REFUND

_line, _order, _customer = table_of(OrderLine), table_of(Order), table_of(Customer)
_standing, _promise, _supply = table_of(LegalStanding), table_of(PromiseTold), table_of(Supply)
_product = table_of(Product)

_TO_COME = _supply.c.received_on.is_(None) & _supply.c.promised_on.is_not(None)

A_PAGE = 50

MOST_SKUS = 500
"""SKUs of a supplier or a purchase order whose lines are sought."""

MOST_DUE = 5_000
"""Lines of one day's deadline that are looked at."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines; what is empty lets all pass.

    `late`: promised for a day that is over. `no_eta`: neither the shop nor a supply names a day. `days`: ordered so
    many days ago or more. `legal` is a LegalState, `due` the day of a deadline, `before` an id: only older ones.
    `overdue`: whose notice is overdue in this mode of delivery; `alarm`: that the law wants a person to see to. These,
    those of a deadline, and those whose money is to go back, are lines as plan last found them, open or not.
    """

    late: bool = False
    no_eta: bool = False
    sku: str = ""
    brand: str = ""
    country: str = ""
    supplier: str = ""
    po: str = ""
    days: int | None = None
    legal: str = ""
    due: tuple[datetime, datetime] | None = None
    overdue: str = ""
    alarm: bool = False
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Backorder:
    """One line. `eta_to` is what the shop says of it, `arrives` is when the next supply of the SKU is promised for.

    `told` is the last date that the customer was told, `told_at` when; `state` and `deadline_at` are the law's, as
    plan last found them.
    """

    id: int
    order_id: int
    order: str
    line: str
    customer_id: int
    customer: str
    name: str
    brand: str
    country: str
    sku: str
    product: str
    units: int
    ordered_at: datetime
    promised: date | None
    eta_to: date | None
    arrives: date | None
    told: date | None
    told_at: datetime | None
    state: str
    deadline_at: datetime | None


@dataclass(frozen=True, slots=True)
class BackorderPage:
    """One page; `before` and `partly` as in windows.Looked. `cut`: only so many SKUs or deadlines were looked at."""

    lines: tuple[Backorder, ...]
    before: int | None
    partly: bool = False
    cut: int = 0


def backorder_page(tx: Transaction, wanted: Wanted, today: date, now: datetime) -> BackorderPage:
    """The newest lines that are wanted, on the shop's day `today`, at the UTC instant `now`."""
    query, cut = _ids(wanted, today, now), 0
    few = bool(wanted.overdue or wanted.alarm)
    if wanted.sku or wanted.supplier or wanted.po:
        skus = _skus(tx, wanted)
        few, cut = True, MOST_SKUS if len(skus) > MOST_SKUS else 0
        query = query.where(_line.c.sku.in_(skus[:MOST_SKUS]))
    if wanted.due is not None:
        due = _due(tx, wanted.due)
        few, cut = True, cut or (MOST_DUE if len(due) > MOST_DUE else 0)
        query = query.where(among(_line.c.id, due[:MOST_DUE]))
    look = windows.few if few else windows.newest_first
    looked = look(tx, query, _line.c.id, wanted.before, A_PAGE)
    return BackorderPage(_told(tx, [row.id for row in looked.rows], now), looked.before, looked.partly, cut)


def lines_of_order(tx: Transaction, order_id: int, now: datetime) -> tuple[Backorder, ...]:
    """Every line of an order, open or not, in the order of the file that brought them."""
    ids = tx.connection.execute(select(_line.c.id).where(_line.c.order_id == order_id).order_by(_line.c.id))
    return _told(tx, list(ids.scalars()), now)


def _ids(wanted: Wanted, today: date, now: datetime) -> Select[Any]:
    """Ids of lines. What other tables say is asked line by line: a join would read these tables whole."""
    query = select(_line.c.id)
    if not (wanted.overdue or wanted.alarm or wanted.due or wanted.legal in TO_REFUND):
        query = query.where(is_open(now))
    if wanted.overdue:
        query = query.where(_line.c.id.in_(overdue_lines(wanted.overdue, now)))
    if wanted.alarm:
        query = query.where(_line.c.id.in_(select(_standing.c.line_id).where(_standing.c.alarm > "")))
    if wanted.late:
        query = query.where(_line.c.promised_ship_by < today)
    if wanted.days is not None:
        query = query.where(_line.c.ordered_at <= now - timedelta(days=wanted.days))
    if wanted.no_eta:
        query = query.where(_line.c.eta_to.is_(None), _line.c.promised_edit.is_(None), ~_arriving().exists())
    if wanted.brand:
        query = query.where(_of_order(_order.c.brand) == wanted.brand)
    if wanted.country:
        own = func.nullif(_of_order(_order.c.country), "")
        whose = select(_customer.c.country).where(_customer.c.id == _line.c.customer_id).scalar_subquery()
        query = query.where(func.coalesce(own, whose) == wanted.country)
    if wanted.legal:
        state = select(_standing.c.state).where(_standing.c.line_id == _line.c.id).scalar_subquery()
        query = query.where(state == wanted.legal)
    return query


def _of_order(column: Any) -> Any:
    return select(column).where(_order.c.id == _line.c.order_id).scalar_subquery()


def _arriving() -> Select[Any]:
    """Supply of the line's SKU that is still to come, and has a day."""
    return select(_supply.c.id).where(_supply.c.sku == _line.c.sku, _TO_COME)


def _skus(tx: Transaction, wanted: Wanted) -> list[str]:
    """The first SKUs that the filters leave, one more than MOST_SKUS."""
    if not (wanted.supplier or wanted.po):
        return [wanted.sku]
    named = {"supplier": wanted.supplier, "po": wanted.po, "sku": wanted.sku}
    query = select(_supply.c.sku).distinct().where(*(_supply.c[name] == one for name, one in named.items() if one))
    return list(tx.connection.execute(query.order_by(_supply.c.sku).limit(MOST_SKUS + 1)).scalars())


def _due(tx: Transaction, between: tuple[datetime, datetime]) -> list[int]:
    """Lines whose deadline is then, the soonest first, one more than MOST_DUE."""
    first, after = between
    mine = (_standing.c.deadline_at >= first) & (_standing.c.deadline_at < after)
    query = select(_standing.c.line_id).where(mine).order_by(_standing.c.deadline_at, _standing.c.line_id)
    return list(tx.connection.execute(query.limit(MOST_DUE + 1)).scalars())


def _told(tx: Transaction, ids: Sequence[int], now: datetime) -> tuple[Backorder, ...]:
    told = _promise.alias()
    newest = select(told.c.id).where(told.c.line_id == _line.c.id).order_by(told.c.told_at.desc(), told.c.id.desc())
    query = (
        select(_line, open_units(now).label("units"))
        .add_columns(_order.c.key.label("order_key"), _order.c.brand, _order.c.country.label("order_country"))
        .add_columns(_customer.c.key.label("customer_key"), _customer.c.name, _customer.c.country)
        .add_columns(_standing.c.state, _standing.c.deadline_at, _promise.c.eta_to.label("told"), _promise.c.told_at)
        .add_columns(_product.c.name.label("product_name"))
        .join(_order, _order.c.id == _line.c.order_id)
        .join(_customer, _customer.c.id == _line.c.customer_id)
        .outerjoin(_standing, _standing.c.line_id == _line.c.id)
        .outerjoin(_promise, _promise.c.id == newest.limit(1).scalar_subquery())
        .outerjoin(_product, _product.c.sku == _line.c.sku)
        .where(among(_line.c.id, ids))
    )
    rows = {row.id: row for row in tx.connection.execute(query)}
    arrivals = _arrivals(tx, sorted({row.sku for row in rows.values()}))
    return tuple(_backorder(rows[one], arrivals) for one in ids if one in rows)


def _arrivals(tx: Transaction, skus: Sequence[str]) -> dict[str, date]:
    query = select(_supply.c.sku, func.min(_supply.c.promised_on)).where(_supply.c.sku.in_(skus), _TO_COME)
    return {row[0]: row[1] for row in tx.connection.execute(query.group_by(_supply.c.sku))}


def _backorder(row: Row[Any], arrivals: dict[str, date]) -> Backorder:
    same = ("id", "order_id", "customer_id", "name", "brand", "sku", "units", "ordered_at")
    return Backorder(
        **{name: getattr(row, name) for name in same},
        order=row.order_key,
        line=row.key,
        customer=shown(row.customer_key),
        country=row.order_country or row.country,
        product=row.product or row.product_name or row.sku,
        promised=row.promised_ship_by,
        eta_to=row.eta_to or row.promised_edit,
        arrives=arrivals.get(row.sku),
        told=row.told,
        told_at=row.told_at,
        state=row.state or "",
        deadline_at=row.deadline_at,
    )
