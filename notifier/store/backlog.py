"""The open backorders as a whole: who reads what, and which of them are hard on a template. Colour: store.

Called by pipeline.preview_content and backorder_check. Each is one pass over the open lines.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.openness import is_open
from notifier.store.tables import Customer, Order, OrderLine, Product

_customer, _order, _line, _product = (table_of(one) for one in (Customer, Order, OrderLine, Product))

ROWS_A_BATCH = 2000


_COLUMNS = (
    _line.c.customer_id,
    _customer.c.brand,
    _order.c.key.label("order"),
    _order.c.locale,
    _order.c.country,
    _customer.c.locale.label("own_locale"),
    _customer.c.country.label("own_country"),
    _customer.c.name,
    _line.c.product,
    _product.c.name.label("product_name"),
    _order.c.email_id,
    _customer.c.email_id.label("own_email"),
    _order.c.phone_id,
    _customer.c.phone_id.label("own_phone"),
    _line.c.eta_from,
    _line.c.eta_to,
    _line.c.promised_edit,
)


@dataclass(frozen=True, slots=True)
class OpenLine:
    """One open line, with what a template may have trouble with. `locale` and `country` are the order's, else the
    customer's; `has_date`: the shop or its own promise names one.
    """

    customer_id: int
    brand: str
    order: str
    locale: str
    country: str
    name: str
    product: str
    has_email: bool
    has_phone: bool
    has_date: bool


def open_lines(tx: Transaction, now: datetime, most: int | None = None) -> Iterator[OpenLine]:
    """The lines that are open at the UTC instant `now`, of customers who are known, the newest first; at most `most`.

    A stream: it must be read to its end, or closed, before the transaction ends.
    """
    query = (
        select(*_COLUMNS)
        .join(_order, _order.c.id == _line.c.order_id)
        .join(_customer, _customer.c.id == _line.c.customer_id)
        .outerjoin(_product, _product.c.sku == _line.c.sku)
        .where(is_open(now), _customer.c.key != "", _customer.c.erased_at.is_(None))
        .order_by(_line.c.id.desc())
        .limit(most)
    )
    with tx.connection.execute(query.execution_options(yield_per=ROWS_A_BATCH)) as found:
        for row in found:
            yield OpenLine(
                customer_id=row.customer_id,
                brand=row.brand,
                order=row.order,
                locale=row.locale or row.own_locale,
                country=row.country or row.own_country,
                name=row.name,
                product=row.product or row.product_name or "",
                has_email=(row.email_id or row.own_email) is not None,
                has_phone=(row.phone_id or row.own_phone) is not None,
                has_date=any((row.eta_from, row.eta_to, row.promised_edit)),
            )
