"""What the shop knows: addresses, customers, orders, lines, products, supply. Colour: store.

Written by records/, read by store.facts and queries/. `*_at` are aware UTC, other dates are plain days in the shop's
zone.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from notifier.store.columns import Amount

BEGINS_WITH: dict[str, Any] = {"postgresql_ops": {"key": "varchar_pattern_ops"}}
"""Lets an index of keys find what begins with something in any collation; what is equal it finds as well."""


class Address(SQLModel, table=True):
    """An email address or E.164 number, once. `hash` is a keyed HMAC that outlives the erased `value`."""

    __tablename__ = "address"
    __table_args__ = (UniqueConstraint("channel", "hash"),)
    id: int | None = Field(default=None, primary_key=True)
    channel: str
    hash: str
    value: str | None = None
    region: str = ""
    textable: bool = False
    timezones: str = ""
    first_seen_at: datetime


class Customer(SQLModel, table=True):
    """Who ordered, within one brand. `due_at` is when plan must look again; None: only when facts change.

    `described_at` is how new the word is that name, addresses and locale come from: an older order does not overwrite
    it.
    The key "" is nobody: who holds the lines of orders that have not been imported yet.
    `erased_at`: when the person had it all erased; records/ writes nothing personal here any more (RULES.md U4).
    `erased_by` is the operator who did it.
    `forgotten_before`: retention forgot the person; only an order placed after that day describes them anew.
    """

    __tablename__ = "customer"
    __table_args__ = (UniqueConstraint("brand", "key"), Index("ix_customer_key", "key", **BEGINS_WITH))
    id: int | None = Field(default=None, primary_key=True)
    brand: str
    key: str
    name: str = ""
    email_id: int | None = Field(default=None, foreign_key="address.id", index=True)
    phone_id: int | None = Field(default=None, foreign_key="address.id", index=True)
    locale: str = ""
    preferred_channel: str = ""
    timezone: str = ""
    country: str = ""
    region: str = ""
    postal_code: str = ""
    business: bool = False
    described_at: datetime | None = None
    due_at: datetime | None = Field(default=None, index=True)
    erased_at: datetime | None = None
    erased_by: str = ""
    forgotten_before: datetime | None = None


class Wake(SQLModel, table=True):
    """A customer whom plan must look at again, by `at` at the latest, whatever a plan that is at work says of them.

    Rows wait beside `Customer.due_at` until the next plan begins: that one could not be changed while a plan has it in
    hand, and would be overwritten when it is done.
    """

    __tablename__ = "wake"
    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    at: datetime


class Order(SQLModel, table=True):
    """One order with the addresses it was placed with (none: the customer's).

    `promised_ship_by` to `rule_exempt` are what the shop says of the whole order: lines without a word of their own
    have it.
    """

    __tablename__ = "shop_order"
    __table_args__ = (UniqueConstraint("brand", "key"), Index("ix_shop_order_key", "key", **BEGINS_WITH))
    id: int | None = Field(default=None, primary_key=True)
    brand: str
    key: str
    customer_id: int = Field(foreign_key="customer.id", index=True)
    email_id: int | None = Field(default=None, foreign_key="address.id")
    phone_id: int | None = Field(default=None, foreign_key="address.id")
    sales_channel: str = ""
    locale: str = ""
    country: str = ""
    region: str = ""
    postal_code: str = ""
    timezone: str = ""
    gift: bool = False
    ordered_at: datetime
    paid_at: datetime | None = None
    payment_method: str = ""
    amount_paid: Decimal | None = Field(default=None, sa_type=Amount)
    currency: str = ""
    buyer_credit: bool = False
    promised_ship_by: date | None = None
    deliver_by: date | None = None
    eta_from: date | None = None
    eta_to: date | None = None
    status: str = ""
    shipped_at: datetime | None = None
    cancelled_at: datetime | None = None
    refunded_at: datetime | None = None
    delay_reason: str = ""
    rule_exempt: bool = False


class OrderLine(SQLModel, table=True):
    """One line of an order. `promised_ship_by` is T, frozen at first import; a later edit is `promised_edit`, an ETA.

    `ordered_at` repeats the order's, because allocation sorts all open lines of a SKU by it. `import_id` is the
    import that
    last changed it, `changed_at` when that was known, `seen_import` the last snapshot that held it.
    """

    __tablename__ = "order_line"
    __table_args__ = (
        UniqueConstraint("order_id", "key"),
        Index("ix_order_line_queue", "sku", "ordered_at", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="shop_order.id")
    customer_id: int = Field(foreign_key="customer.id", index=True)
    key: str
    sku: str
    product: str = ""
    category: str = ""
    bundle_id: str = ""
    quantity: int = 1
    quantity_shipped: int = 0
    quantity_cancelled: int = 0
    unit_price: Decimal | None = Field(default=None, sa_type=Amount)
    currency: str = ""
    ordered_at: datetime
    promised_ship_by: date | None = None
    promised_edit: date | None = None
    deliver_by: date | None = None
    eta_from: date | None = None
    eta_to: date | None = None
    status: str = "open"
    shipped_at: datetime | None = None
    cancelled_at: datetime | None = None
    refunded_at: datetime | None = None
    delay_reason: str = ""
    rule_exempt: bool = False
    first_seen_at: datetime
    row_hash: str = ""
    changed_at: datetime | None = None
    import_id: int | None = Field(default=None, index=True)
    seen_import: int | None = None


class Product(SQLModel, table=True):
    """One SKU as the shop sells it. `stock` None is unknown and covers nothing.

    `first_seen_at` None, of a product and of a supply: known since before that was noted.
    """

    __tablename__ = "product"
    id: int | None = Field(default=None, primary_key=True)
    sku: str = Field(unique=True)
    name: str = ""
    category: str = Field(default="", index=True)
    kind: str = "stocked"
    stock: int | None = None
    price: Decimal | None = Field(default=None, sa_type=Amount)
    currency: str = ""
    url: str = ""
    image_url: str = ""
    supplier: str = ""
    first_seen_at: datetime | None = None


class Supply(SQLModel, table=True):
    """One purchase order position due to arrive."""

    __tablename__ = "supply"
    __table_args__ = (UniqueConstraint("po", "sku"),)
    id: int | None = Field(default=None, primary_key=True)
    po: str
    supplier: str = ""
    sku: str = Field(index=True)
    quantity: int
    ordered_on: date | None = None
    promised_on: date | None = None
    received_on: date | None = None
    received_quantity: int = 0
    changed_at: datetime | None = None
    first_seen_at: datetime | None = None
