"""What a batch of each kind of file writes. Colour: store. Called by importer, inside its transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from notifier.records import dirty
from notifier.records.changes import Stamp
from notifier.records.erased import consents_that_count, without_the_erased
from notifier.records.goods import keep_products, keep_supply
from notifier.records.lines import LineKey, keep_lines
from notifier.records.notices import keep_notices
from notifier.records.orders import ensure_orders, keep_orders, order_key
from notifier.records.people import People, customer_key, keep_addresses, keep_customers
from notifier.records.rights import Rights, customers_at, keep_consents, keep_suppressions
from notifier.records.row import Record
from notifier.store.engine import Transaction

Keyed = Sequence[tuple[Any, Record]]
"""Records with the key under which their kind knows them; no key twice."""


@dataclass(slots=True)
class Applied:
    """Lines (of the file) of the records that changed something; customers and SKUs to be judged anew."""

    changed: set[int] = field(default_factory=set)
    customers: set[int] = field(default_factory=set)
    skus: set[str] = field(default_factory=set)


def apply(tx: Transaction, stamp: Stamp, kind: str, keyed: Keyed) -> set[int]:
    """Write the records and mark whom they concern; returns the lines of those that changed something."""
    done = _APPLY[kind](tx, stamp, keyed)
    dirty.mark_customers(tx, done.customers)
    dirty.mark_waiting_for(tx, done.skus, stamp.import_id)
    return done.changed


def source_key(kind: str, record: Record, stamp: Stamp) -> Any:
    """The key under which records of `kind` (lines apart) are the same: a second one in a file is an update."""
    values = record.values
    if kind == "customers":
        return customer_key(values, stamp)
    if kind == "orders":
        return order_key(record, stamp)
    if kind == "products":
        return values["sku"]
    return (values["po_id"], values["sku"]) if kind == "supply" else record.line


def _people(
    tx: Transaction, stamp: Stamp, records: Sequence[Record], *, own_file: bool
) -> tuple[Mapping[Any, int], People]:
    addresses = keep_addresses(tx, stamp, records, ("email", "phone"))
    return addresses, keep_customers(tx, stamp, records, addresses, own_file=own_file)


def _customers(tx: Transaction, stamp: Stamp, keyed: Keyed) -> Applied:
    records = [record for _, record in without_the_erased(tx, stamp, keyed)]
    _, people = _people(tx, stamp, records, own_file=True)
    changed = {one.line for one in records if customer_key(one.values, stamp) in people.changed}
    return Applied(changed, {people.ids[key] for key in people.changed})


def _orders(tx: Transaction, stamp: Stamp, keyed: Keyed) -> Applied:
    keyed = without_the_erased(tx, stamp, keyed)
    records = [record for _, record in keyed]
    addresses, people = _people(tx, stamp, records, own_file=False)
    orders = keep_orders(tx, stamp, records, addresses, people.ids)
    done = Applied(customers=orders.customers | {people.ids[key] for key in people.changed})
    for key, record in keyed:
        if key in orders.changed or customer_key(record.values, stamp) in people.changed:
            done.changed.add(record.line)
            done.customers.add(orders.rows[key].customer_id)
    return done


def _backorders(tx: Transaction, stamp: Stamp, keyed: Keyed) -> Applied:
    keyed = without_the_erased(tx, stamp, keyed)
    records = [record for _, record in keyed]
    addresses, people = _people(tx, stamp, records, own_file=False)
    orders = keep_orders(tx, stamp, records, addresses, people.ids)
    lines = keep_lines(tx, stamp, keyed, orders.rows)
    done = Applied(customers=orders.customers | lines.customers | {people.ids[key] for key in people.changed})
    for key, record in keyed:
        own: LineKey = key
        order = own[:2]
        if own in lines.changed or order in orders.changed or customer_key(record.values, stamp) in people.changed:
            done.changed.add(record.line)
            done.customers.add(orders.rows[order].customer_id)
    return done


def _lines(tx: Transaction, stamp: Stamp, keyed: Keyed) -> Applied:
    orders = ensure_orders(tx, stamp, (key[:2] for key, _ in keyed))
    lines = keep_lines(tx, stamp, keyed, orders)
    return Applied({record.line for key, record in keyed if key in lines.changed}, lines.customers)


def _products(tx: Transaction, stamp: Stamp, keyed: Keyed) -> Applied:
    goods = keep_products(tx, stamp, [record for _, record in keyed])
    return Applied(goods.changed, skus=goods.skus)


def _supply(tx: Transaction, stamp: Stamp, keyed: Keyed) -> Applied:
    goods = keep_supply(tx, stamp, [record for _, record in keyed])
    return Applied(goods.changed, skus=goods.skus)


def _rights(tx: Transaction, found: Rights) -> Applied:
    return Applied(found.changed, found.customers | customers_at(tx, found.addresses))


def _consents(tx: Transaction, stamp: Stamp, keyed: Keyed) -> Applied:
    records = consents_that_count(tx, stamp, [record for _, record in keyed])
    return _rights(tx, keep_consents(tx, stamp, records))


def _notices(tx: Transaction, stamp: Stamp, keyed: Keyed) -> Applied:
    taken = keep_notices(tx, stamp, keyed)
    return Applied(taken.changed, taken.customers)


def _suppressions(tx: Transaction, stamp: Stamp, keyed: Keyed) -> Applied:
    return _rights(tx, keep_suppressions(tx, stamp, [record for _, record in keyed]))


_APPLY: dict[str, Callable[[Transaction, Stamp, Keyed], Applied]] = {
    "backorders": _backorders,
    "customers": _customers,
    "orders": _orders,
    "lines": _lines,
    "products": _products,
    "supply": _supply,
    "consents": _consents,
    "suppressions": _suppressions,
    "notices": _notices,
}
