"""Addresses and customers. Colour: store. Called by importer's kinds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from notifier.records.addresses import ReadAddress
from notifier.records.changes import Edits, Stamp, named, rows_by
from notifier.records.columns import PERSON_FIELDS
from notifier.records.row import Record, Values
from notifier.store.engine import Transaction
from notifier.store.hashing import address_hash
from notifier.store.lookup import batches, table_of
from notifier.store.name_words import keep_words
from notifier.store.tables import Address, Customer, Suppression
from notifier.terms.words import ERASED

_address, _customer, _suppression = table_of(Address), table_of(Customer), table_of(Suppression)

Key = tuple[str, str]
"""Brand and the record's key within it."""

NOBODY = ""
"""The key of the customer of orders that are not imported yet."""


@dataclass(slots=True)
class People:
    """Customers of a batch: their ids by key, and which of them are new or changed."""

    ids: dict[Key, int] = field(default_factory=dict)
    changed: set[Key] = field(default_factory=set)


def brand_of(values: Values, stamp: Stamp) -> str:
    """The row's brand, else the shop's default."""
    return values.get("brand") or stamp.context.brand


def customer_key(values: Values, stamp: Stamp) -> Key:
    """The customer a row is about: by the shop's id, else by email, else by number (keyed hash, 12 digits)."""
    brand = brand_of(values, stamp)
    if values.get("customer_id"):
        return brand, values["customer_id"]
    for name, word in (("email", "email"), ("phone", "phone")):
        found: ReadAddress | None = values.get(name)
        if found is not None:
            return brand, f"{word}:{address_hash(stamp.context.hash_key, found.channel, found.value)[:12]}"
    return brand, NOBODY


def keep_addresses(
    tx: Transaction, stamp: Stamp, records: Iterable[Record], columns: Sequence[str]
) -> dict[ReadAddress, int]:
    """Make sure of a row for each address in `columns`; returns their ids.

    A forgotten one has a value again, unless it was erased in every brand that brings it (RULES.md U4).
    """
    brands: dict[ReadAddress, set[str]] = defaultdict(set)
    for record in records:
        for name in columns:
            if (found := record.values.get(name)) is not None:
                brands[found].add(brand_of(record.values, stamp))
    hashes = {one: address_hash(stamp.context.hash_key, one.channel, one.value) for one in brands}
    known = _kept(tx, hashes.values())
    bare = {digest for one, digest in hashes.items() if _is_bare(known.get((one.channel, digest)))}
    erased = erased_in(tx, bare) if bare else {}
    edits = Edits.of(_address, "address", stamp)
    for one, digest in hashes.items():
        row = known.get((one.channel, digest))
        if row is None:
            edits.inserts.append(_address_row(one, digest, stamp))
        elif row.value is None and brands[one] - erased.get(digest, set()):
            edits.updates[row.id] = {"value": one.value, "timezones": one.timezones}
    edits.write(tx)
    if edits.inserts:
        known |= _kept(tx, [row["hash"] for row in edits.inserts])
    return {one: known[one.channel, digest].id for one, digest in hashes.items()}


def _is_bare(row: Row[Any] | None) -> bool:
    return row is not None and row.value is None


def erased_in(tx: Transaction, hashes: Iterable[str]) -> dict[str, set[str]]:
    """The brands in which an erasure suppressed an address, by its hash (RULES.md U4)."""
    found: dict[str, set[str]] = defaultdict(set)
    query = select(_suppression.c.brand, _suppression.c.address_hash).where(
        _suppression.c.reason == ERASED, _suppression.c.lifted_at.is_(None)
    )
    for some in batches(sorted(hashes)):
        for row in tx.connection.execute(query.where(_suppression.c.address_hash.in_(some))):
            found[row.address_hash].add(row.brand)
    return found


def _kept(tx: Transaction, hashes: Iterable[str]) -> dict[Key, Row[Any]]:
    """Id and value of addresses by channel and hash; no more columns, because every row of a file asks for them."""
    found: dict[Key, Row[Any]] = {}
    query = select(_address.c.id, _address.c.channel, _address.c.hash, _address.c.value)
    for some in batches(sorted(hashes)):
        rows = tx.connection.execute(query.where(_address.c.hash.in_(some))).all()
        found |= {(row.channel, row.hash): row for row in rows}
    return found


def _address_row(one: ReadAddress, digest: str, stamp: Stamp) -> dict[str, Any]:
    return {
        "channel": one.channel,
        "hash": digest,
        "value": one.value,
        "region": one.region,
        "textable": one.textable,
        "timezones": one.timezones,
        "first_seen_at": stamp.known_at,
    }


def keep_customers(
    tx: Transaction, stamp: Stamp, records: Sequence[Record], addresses: Mapping[ReadAddress, int], *, own_file: bool
) -> People:
    """Insert or update the customers of `records`. In the customers' `own_file` a blank cell clears a field.

    Otherwise only the word of an order at least as new as the last one counts, and blanks say nothing.
    """
    people = People()
    told: dict[Key, dict[str, Any]] = {}
    for record in sorted(records, key=lambda one: _described(one.values, stamp)):
        key = customer_key(record.values, stamp)
        told.setdefault(key, {}).update(_fields(record.values, stamp, addresses, own_file=own_file))
    known = _known(tx, told)
    edits = Edits.of(_customer, "customer", stamp)
    for key, fields in told.items():
        row = known.get(key)
        if row is None:
            edits.inserts.append(_BLANK | {"brand": key[0], "key": key[1]} | fields)
            people.changed.add(key)
        elif row.described_at is None or own_file or fields["described_at"] >= row.described_at:
            if own_file and not _news(row, fields):
                continue
            if edits.compare(row, fields, "/".join(key)):
                people.changed.add(key)
    edits.write(tx)
    if edits.inserts:
        people.ids = _ids(tx, [(row["brand"], row["key"]) for row in edits.inserts])
    names = {people.ids[row["brand"], row["key"]]: row["name"] for row in edits.inserts}
    renamed = {one: fields["name"] for one, fields in edits.updates.items() if "name" in fields}
    keep_words(tx, names | renamed, fresh=names)
    people.ids |= {key: row.id for key, row in known.items()}
    return people


def ensure_customers(tx: Transaction, stamp: Stamp, keys: Iterable[Key]) -> dict[Key, int]:
    """Ids of customers by key; who is not known yet gets an empty row."""
    wanted = dict.fromkeys(keys)
    known = _ids(tx, wanted)
    edits = Edits.of(_customer, "customer", stamp)
    edits.inserts += [_BLANK | {"brand": brand, "key": key} for brand, key in wanted if (brand, key) not in known]
    edits.write(tx)
    return _ids(tx, wanted) if edits.inserts else known


_BLANK: dict[str, Any] = {
    "name": "", "email_id": None, "phone_id": None, "locale": "", "preferred_channel": "", "timezone": "",
    "country": "", "region": "", "postal_code": "", "business": False, "described_at": None, "due_at": None,
}  # fmt: skip


def _known(tx: Transaction, wanted: Iterable[Key]) -> dict[Key, Any]:
    keys = set(wanted)
    rows = rows_by(tx, _customer, "key", (key for _, key in keys))
    return {(row.brand, row.key): row for row in rows if (row.brand, row.key) in keys}


def _ids(tx: Transaction, wanted: Iterable[Key]) -> dict[Key, int]:
    keys = set(wanted)
    found: dict[Key, int] = {}
    query = select(_customer.c.id, _customer.c.brand, _customer.c.key)
    for some in batches(sorted({key for _, key in keys})):
        rows = tx.connection.execute(query.where(_customer.c.key.in_(some))).all()
        found |= {(row.brand, row.key): row.id for row in rows if (row.brand, row.key) in keys}
    return found


def _described(values: Values, stamp: Stamp) -> datetime:
    found: datetime | None = values.get("ordered_at")
    return found or stamp.known_at


def _news(row: Any, fields: Mapping[str, Any]) -> bool:
    """Whether anything but the date of the description differs: the same file again writes nothing."""
    before = named(row)
    return any(before[name] != value for name, value in fields.items() if name != "described_at")


def _fields(values: Values, stamp: Stamp, addresses: Mapping[ReadAddress, int], *, own_file: bool) -> dict[str, Any]:
    found: dict[str, Any] = {name: values[name] for name in PERSON_FIELDS if name in values}
    if "customer_name" in values:
        found["name"] = values["customer_name"]
    for column in ("email", "phone"):
        if column in values:
            found[f"{column}_id"] = addresses[values[column]] if values[column] is not None else None
    if not own_file:
        found = {name: value for name, value in found.items() if value not in ("", None)}
    found["described_at"] = _described(values, stamp)
    return found
