"""Products with their stock, and supply. Colour: store. Called by importer's kinds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from notifier.records.changes import Edits, Stamp, rows_by, values_of
from notifier.records.row import Record
from notifier.records.slipped import stated_of
from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.tables import Product, Supply

_product, _supply = table_of(Product), table_of(Supply)

_PRODUCT: dict[str, Any] = {
    "name": "", "category": "", "kind": "stocked", "stock": None, "price": None, "currency": "", "url": "",
    "image_url": "", "supplier": "",
}  # fmt: skip
_SUPPLY: dict[str, Any] = {
    "supplier": "", "quantity": 1, "ordered_on": None, "promised_on": None, "received_on": None, "received_quantity": 0,
}  # fmt: skip

MOVES_THE_QUEUE = frozenset({"stock", "kind"})
"""Fields of a product on which the forecast of its waiting lines hangs; the others only change what messages say."""


@dataclass(slots=True)
class Goods:
    """Which records changed something, and the SKUs whose queue moved."""

    changed: set[int] = field(default_factory=set)
    skus: set[str] = field(default_factory=set)


def keep_products(tx: Transaction, stamp: Stamp, records: Sequence[Record]) -> Goods:
    """Insert or update products by SKU."""
    known = {row.sku: row for row in rows_by(tx, _product, "sku", (one.values["sku"] for one in records))}
    found = Goods()
    edits = Edits.of(_product, "product", stamp)
    for record in records:
        fields = values_of(record.values, tuple(_PRODUCT))
        fields["kind"] = fields.get("kind") or "stocked"
        if "product" in record.values:
            fields["name"] = record.values["product"]
        sku = record.values["sku"]
        row = known.get(sku)
        if row is None:
            edits.inserts.append(_PRODUCT | {"sku": sku, "first_seen_at": stamp.known_at} | fields)
        elif not edits.compare(row, fields, sku):
            continue
        found.changed.add(record.line)
        if row is None or MOVES_THE_QUEUE & edits.updates[row.id].keys():
            found.skus.add(sku)
    edits.write(tx)
    return found


def keep_supply(tx: Transaction, stamp: Stamp, records: Sequence[Record]) -> Goods:
    """Insert or update supply by purchase order and SKU."""
    known = {(row.po, row.sku): row for row in rows_by(tx, _supply, "po", (one.values["po_id"] for one in records))}
    found = Goods()
    edits = Edits.of(_supply, "supply", stamp, stated_of(tx, "supply", [row.id for row in known.values()]))
    for record in records:
        fields = values_of(record.values, tuple(_SUPPLY))
        if fields.get("received_on") and fields.get("received_quantity") is None:
            fields["received_quantity"] = fields["quantity"]  # arrived, and nobody counted: all of it
        elif "received_quantity" in fields:
            fields["received_quantity"] = fields["received_quantity"] or 0
        po, sku = record.values["po_id"], record.values["sku"]
        row = known.get((po, sku))
        if row is None:
            seen = {"first_seen_at": stamp.known_at, "changed_at": stamp.known_at}
            edits.inserts.append(_SUPPLY | {"po": po, "sku": sku} | seen | fields)
        elif not edits.compare(row, fields, f"{po}/{sku}"):
            continue
        else:
            edits.updates[row.id]["changed_at"] = stamp.known_at
        found.changed.add(record.line)
        found.skus.add(sku)
    edits.write(tx)
    return found
