"""The canonical columns of every kind of file. Colour: store. Used by profile, mapping and row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Reads(StrEnum):
    """How the text of a column is read; each has a function in `values`, `dates` or `addresses`."""

    KEY = "key"
    TEXT = "text"
    BRAND = "brand"
    EMAIL = "email"
    PHONE = "phone"
    LOCALE = "locale"
    CHANNEL = "channel"
    CLASS = "class"
    ZONE = "zone"
    COUNTRY = "country"
    YES = "yes"
    UNITS = "units"
    COUNT = "count"
    STOCK = "stock"
    AMOUNT = "amount"
    CURRENCY = "currency"
    INSTANT = "instant"
    DAY = "day"
    STATUS = "status"
    PRODUCT_KIND = "product_kind"
    URL = "url"
    NOTICE_KIND = "notice_kind"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Column:
    """One canonical column. A malformed `soft` one is dropped with a warning; any other rejects its row."""

    name: str
    reads: Reads
    required: bool = False
    soft: bool = False


def _column(text: str) -> Column:
    name, _, rest = text.partition(":")
    reads = rest.rstrip("!?")
    return Column(name, Reads(reads), required=rest.endswith("!"), soft=rest.endswith("?"))


def _table(words: str) -> tuple[Column, ...]:
    return tuple(_column(word) for word in words.split())


_PERSON = """customer_id:key customer_name:text email:email? phone:phone? locale:locale? preferred_channel:channel?
    timezone:zone? country:country? region:text postal_code:text business:yes"""
_ORDER = """sales_channel:text gift:yes ordered_at:instant! paid_at:instant payment_method:text amount_paid:amount
    buyer_credit:yes currency:currency"""
_GOODS = """line_id:key sku:key! product:text category:text bundle_id:key quantity:units quantity_shipped:count
    quantity_cancelled:count unit_price:amount currency:currency"""
_STANDING = """rule_exempt:yes promised_ship_by:day deliver_by:day eta_from:day eta_to:day status:status
    shipped_at:instant cancelled_at:instant refunded_at:instant delay_reason:text"""

COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "backorders": _table(
        f"brand:brand order_id:key! {_PERSON} {_ORDER} {_STANDING} {_GOODS.replace('currency:currency', '')}"
    ),
    "customers": _table(f"brand:brand {_PERSON}"),
    "orders": _table(f"brand:brand order_id:key! {_PERSON} {_ORDER} {_STANDING}"),
    "lines": _table(f"brand:brand order_id:key! {_GOODS} {_STANDING}"),
    "products": _table(
        """sku:key! product:text category:text kind:product_kind stock:stock price:amount currency:currency
        url:url? image_url:url? supplier:text"""
    ),
    "supply": _table(
        """po_id:key! supplier:text sku:key! quantity:units! ordered_on:day promised_on:day received_on:day
        received_quantity:count"""
    ),
    "consents": _table(
        """brand:brand customer_id:key address:text channel:channel! class:class! granted:yes! wording:text source:text
        at:instant!"""
    ),
    "suppressions": _table("brand:brand address:text! channel:channel reason:text at:instant"),
    "notices": _table(
        """brand:brand order_id:key! line_id:key sku:key sent_at:instant! promised:day! revised:day kind:notice_kind
        answer:answer answered_at:instant"""
    ),
}
"""Kind → its columns."""

KINDS = tuple(COLUMNS)
SNAPSHOT_KINDS = ("backorders", "lines")
LINE_KINDS = ("backorders", "lines")
KEYED_KINDS = (*LINE_KINDS, "notices")
"""Kinds whose rows name an order line."""

PERSON_FIELDS = ("locale", "preferred_channel", "timezone", "country", "region", "postal_code", "business")
"""What a file says of the customer beside key, name and addresses."""

ORDER_FIELDS = (
    "sales_channel", "locale", "country", "region", "postal_code", "timezone", "gift", "ordered_at", "paid_at",
    "payment_method", "amount_paid", "currency", "buyer_credit",
)  # fmt: skip
"""What a file says of the order beside key, customer and addresses."""

GOODS_FIELDS = (
    "product", "category", "bundle_id", "quantity", "quantity_shipped", "quantity_cancelled", "unit_price", "currency",
)  # fmt: skip
STANDING_FIELDS = (
    "rule_exempt", "promised_ship_by", "deliver_by", "eta_from", "eta_to", "status", "shipped_at", "cancelled_at",
    "refunded_at", "delay_reason",
)  # fmt: skip
"""What may be said of a line, or of its order for all lines that say nothing of their own."""

ALIASES: Mapping[str, str] = {
    "customer": "customer_id", "name": "product", "po": "po_id", "product_name": "product", "order": "order_id",
    "line": "line_id", "t": "promised", "r": "revised",
}  # fmt: skip
"""Other names under which a file without a profile may carry a canonical column."""


def column_names(kind: str) -> frozenset[str]:
    """The canonical column names of `kind`."""
    return frozenset(column.name for column in COLUMNS[kind])


def header_shown(cells: Sequence[str]) -> str:
    """The columns of a file as a fault may repeat them: a file without a header has a customer in its first line."""
    if any("@" in cell or (cell and not any(map(str.isalpha, cell))) for cell in cells):
        return "a first line that looks like a row, and no header"
    return ", ".join(cells) or "none"
