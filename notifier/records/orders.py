"""Orders, and what they say for all of their lines. Colour: store. Called by importer's kinds.

Orders and lines may come in any order: a line whose order is not there yet gets a placeholder that belongs to nobody.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from notifier.records.addresses import ReadAddress
from notifier.records.changes import Edits, Stamp, as_text, named, rows_by, values_of
from notifier.records.columns import ORDER_FIELDS, STANDING_FIELDS
from notifier.records.people import NOBODY, Key, brand_of, customer_key, ensure_customers
from notifier.records.promise import with_frozen_promise
from notifier.records.row import Record
from notifier.records.slipped import Stated, stated_of
from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.tables import Order, OrderLine

_order, _line = table_of(Order), table_of(OrderLine)

_BLANK: dict[str, Any] = {
    "email_id": None, "phone_id": None, "sales_channel": "", "locale": "", "country": "", "region": "",
    "postal_code": "", "timezone": "", "gift": False, "paid_at": None, "payment_method": "", "amount_paid": None,
    "currency": "", "buyer_credit": False, "promised_ship_by": None, "deliver_by": None, "eta_from": None,
    "eta_to": None, "status": "", "shipped_at": None, "cancelled_at": None, "refunded_at": None, "delay_reason": "",
    "rule_exempt": False,
}  # fmt: skip


@dataclass(slots=True)
class Orders:
    """Orders of a batch as they stand now, by key; which are new or changed; customers touched through their lines."""

    rows: dict[Key, Row[Any]] = field(default_factory=dict)
    changed: set[Key] = field(default_factory=set)
    customers: set[int] = field(default_factory=set)


def order_key(record: Record, stamp: Stamp) -> Key:
    """Brand and order number of a row."""
    return brand_of(record.values, stamp), record.values["order_id"]


def known_orders(tx: Transaction, keys: Iterable[Key]) -> dict[Key, Row[Any]]:
    """The orders of `keys` that are there."""
    wanted = set(keys)
    rows = rows_by(tx, _order, "key", (key for _, key in wanted))
    return {(row.brand, row.key): row for row in rows if (row.brand, row.key) in wanted}


def keep_orders(
    tx: Transaction,
    stamp: Stamp,
    records: Sequence[Record],
    addresses: Mapping[ReadAddress, int],
    customers: Mapping[Key, int],
) -> Orders:
    """Insert or update the orders of `records`; a change that lines share goes on to the lines that are there."""
    told: dict[Key, dict[str, Any]] = {}
    for record in records:
        told.setdefault(order_key(record, stamp), {}).update(_fields(record, stamp, addresses, customers))
    before = known_orders(tx, told)
    found = Orders()
    edits = Edits.of(_order, "order", stamp)
    nobodies = _nobodies(tx, stamp, before.values())
    for key, fields in told.items():
        row = before.get(key)
        if row is None:
            edits.inserts.append(_BLANK | {"brand": key[0], "key": key[1]} | fields)
            found.changed.add(key)
            continue
        remembered = len(edits.changes)
        if edits.compare(row, fields, "/".join(key)):
            found.changed.add(key)
            if row.customer_id in nobodies:  # its arrival after its lines is no change of anything
                del edits.changes[remembered:]
    edits.write(tx)
    found.rows = before
    if edits.inserts or edits.updates:
        found.rows = known_orders(tx, told)
    moved = {key for key in found.changed if key in before}
    moves = {before[key].id: (before[key], found.rows[key]) for key in moved}
    found.customers = _pass_on(tx, stamp, moves, nobodies)
    return found


def ensure_orders(tx: Transaction, stamp: Stamp, keys: Iterable[Key]) -> dict[Key, Row[Any]]:
    """The orders of `keys`; one that is not there yet gets a placeholder, ordered when we first heard of it."""
    wanted = set(keys)
    known = known_orders(tx, wanted)
    missing = sorted(wanted - set(known))
    if not missing:
        return known
    nobody = ensure_customers(tx, stamp, {(brand, NOBODY) for brand, _ in missing})
    edits = Edits.of(_order, "order", stamp)
    for brand, key in missing:
        own = {"brand": brand, "key": key, "customer_id": nobody[brand, NOBODY], "ordered_at": stamp.known_at}
        edits.inserts.append(_BLANK | own)
    edits.write(tx)
    return known_orders(tx, wanted)


def _nobodies(tx: Transaction, stamp: Stamp, rows: Iterable[Row[Any]]) -> set[int]:
    brands = {(row.brand, NOBODY) for row in rows}
    return set(ensure_customers(tx, stamp, brands).values())


def _fields(
    record: Record, stamp: Stamp, addresses: Mapping[ReadAddress, int], customers: Mapping[Key, int]
) -> dict[str, Any]:
    row = record.values
    found = values_of(row, ORDER_FIELDS)
    if "sku" not in row:  # a row of the orders' own file: its dates hold for every line
        found |= values_of(row, STANDING_FIELDS)
    for column in ("email", "phone"):
        if column in row:
            found[f"{column}_id"] = addresses[row[column]] if row[column] is not None else None
    found["customer_id"] = customers[customer_key(row, stamp)]
    return found


def _pass_on(
    tx: Transaction, stamp: Stamp, moved: Mapping[int, tuple[Row[Any], Row[Any]]], nobodies: set[int]
) -> set[int]:
    """Carry what changed of orders (id → before, after) to their lines; returns the customers of those lines."""
    touched: set[int] = set()
    lines = rows_by(tx, _line, "order_id", moved) if moved else []
    edits = Edits.of(_line, "line", stamp, stated_of(tx, "line", [line.id for line in lines]))
    for line in lines:
        before, after = moved[line.order_id]
        fields = _inherited(line, before, after, edits.stated)
        remembered = len(edits.changes)
        if edits.compare(line, fields, f"{after.brand}/{after.key}/{line.key}"):
            edits.updates[line.id] |= {"import_id": stamp.import_id, "changed_at": stamp.known_at}
            touched |= {line.customer_id, after.customer_id}
            if before.customer_id in nobodies:
                del edits.changes[remembered:]
    edits.write(tx)
    return touched


def _inherited(line: Row[Any], before: Row[Any], after: Row[Any], stated: Stated) -> dict[str, Any]:
    """What the line takes over: customer and date of the order always, the rest where it says nothing of its own.

    What a slip moved is no word of the line's own: what it stated before counts.
    """
    old, new, own = named(before), named(after), named(line)
    fields: dict[str, Any] = {"customer_id": after.customer_id, "ordered_at": after.ordered_at}
    for name in STANDING_FIELDS:
        if old[name] == new[name]:
            continue
        said = stated.get((line.id, name), as_text(own[name]))
        if name == "promised_ship_by" or said == as_text(order_word(name, old[name])):
            fields[name] = order_word(name, new[name])
    return with_frozen_promise(line, fields)


def order_word(name: str, value: Any) -> Any:
    """What a line has where its order says `value` of `name`: without any label it is open."""
    return (value or "open") if name == "status" else value
