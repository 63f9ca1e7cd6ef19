"""Keeps records from bringing back who was erased or forgotten (RULES.md U4). Colour: store. Called by kinds.

An erased customer stays bare, whatever a file says. One whom retention forgot is described anew only by an order placed
since; until then an old file that still names them writes nothing personal.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, Select, or_, select, update

from notifier.records.changes import Stamp
from notifier.records.people import NOBODY, Key, brand_of, customer_key, erased_in
from notifier.records.row import Record, Values
from notifier.store.engine import Transaction
from notifier.store.hashing import address_hash, erased_key
from notifier.store.lookup import batches, table_of
from notifier.store.tables import Customer

_customer = table_of(Customer)

PERSONAL = frozenset("customer_name email phone locale preferred_channel timezone region postal_code business".split())
"""What a row says of the person; the country names the law and stays."""

Keyed = Sequence[tuple[Any, Record]]


def without_the_erased(tx: Transaction, stamp: Stamp, keyed: Keyed) -> list[tuple[Any, Record]]:
    """The records, without what is personal of customers who are to stay bare; it marks those who are back."""
    keys = [customer_key(record.values, stamp) for _, record in keyed]
    bare = _bare(tx, stamp, set(keys))
    if not bare:
        return list(keyed)
    found: list[tuple[Any, Record]] = []
    back: set[int] = set()
    for (key, record), whose in zip(keyed, keys, strict=True):
        row = bare.get(whose)
        if row is None:
            found.append((key, record))
            continue
        values = record.values | {"customer_id": row.key}
        if _placed_since(row, values):
            back.add(row.id)
        else:
            values = {name: value for name, value in values.items() if name not in PERSONAL}
        found.append((key, replace(record, values=values)))
    for ids in batches(sorted(back)):
        tx.connection.execute(update(_customer).where(_customer.c.id.in_(ids)).values(forgotten_before=None))
    return found


def _placed_since(row: Row[Any], values: Values) -> bool:
    ordered_at = values.get("ordered_at")
    return row.erased_at is None and ordered_at is not None and bool(ordered_at > row.forgotten_before)


def _bare(tx: Transaction, stamp: Stamp, keys: set[Key]) -> dict[Key, Row[Any]]:
    """Customers erased or forgotten, by the key that a file has for them."""
    aliases = {
        (brand, erased_key(stamp.context.hash_key, brand, key)): (brand, key) for brand, key in keys if key != NOBODY
    }
    query: Select[Any] = select(
        _customer.c.id, _customer.c.brand, _customer.c.key, _customer.c.erased_at, _customer.c.forgotten_before
    ).where(or_(_customer.c.erased_at.is_not(None), _customer.c.forgotten_before.is_not(None)))
    found: dict[Key, Row[Any]] = {}
    for some in batches(sorted({key for _, key in aliases})):
        for row in tx.connection.execute(query.where(_customer.c.key.in_(some))):
            if (row.brand, row.key) in aliases:
                found[aliases[row.brand, row.key]] = row
    return found


def consents_that_count(tx: Transaction, stamp: Stamp, records: Sequence[Record]) -> list[Record]:
    """The consents, without those of erased customers and addresses, and without a forgotten one's old yes."""
    named = [(one, customer_key(one.values, stamp) if one.values.get("customer_id") else None) for one in records]
    bare = _bare(tx, stamp, {key for _, key in named if key is not None})
    gone = _erased_addresses(tx, stamp, records)
    found = []
    for record, key in named:
        row = bare.get(key) if key is not None else None
        if _address_of(record, stamp) in gone or (row is not None and not _counts(row, record)):
            continue
        values = record.values | {"customer_id": row.key} if row is not None else record.values
        found.append(replace(record, values=values))
    return found


def _counts(row: Row[Any], record: Record) -> bool:
    values = record.values
    return row.erased_at is None and (not values["granted"] or values["at"] > row.forgotten_before)


def _address_of(record: Record, stamp: Stamp) -> tuple[str, str] | None:
    """Brand and hash of the address that a consent is for; None for one that names only the customer."""
    one = record.values["address"]
    if one is None:
        return None
    return brand_of(record.values, stamp), address_hash(stamp.context.hash_key, one.channel, one.value)


def _erased_addresses(tx: Transaction, stamp: Stamp, records: Sequence[Record]) -> set[tuple[str, str]]:
    hashes = {found[1] for one in records if (found := _address_of(one, stamp)) is not None}
    return {(brand, digest) for digest, brands in erased_in(tx, hashes).items() for brand in brands}
