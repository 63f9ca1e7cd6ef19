"""Consents and suppressions from a file: append-only, idempotent. Colour: store. Called by importer's kinds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select

from notifier.records.addresses import ReadAddress, read_email, read_phone
from notifier.records.changes import Stamp, named, rows_by
from notifier.records.people import brand_of, customer_key, ensure_customers, keep_addresses
from notifier.records.row import Record, Rejected
from notifier.store.engine import Transaction
from notifier.store.hashing import address_hash
from notifier.store.lookup import batches, table_of
from notifier.store.tables import Address, Consent, Customer, Order, OrderLine, Suppression
from notifier.terms.words import Channel

_consent, _suppression, _address = table_of(Consent), table_of(Suppression), table_of(Address)
_customer, _order, _line = table_of(Customer), table_of(Order), table_of(OrderLine)


@dataclass(slots=True)
class Rights:
    """Which records (by line) were new, and whom they concern."""

    changed: set[int] = field(default_factory=set)
    customers: set[int] = field(default_factory=set)
    addresses: set[int] = field(default_factory=set)


def with_address(record: Record, country: str) -> Record:
    """The record with its `address` read by its channel (told, or by its look). Raises Rejected."""
    text = record.values.get("address", "")
    if not text:
        return Record(record.line, record.values | {"address": None}, record.hash, record.warnings)
    channel = record.values.get("channel") or ("email" if "@" in text else "sms")
    try:
        found = read_email(text) if channel == Channel.EMAIL else read_phone(text, country)
    except ValueError as error:
        raise Rejected("address", str(error)) from None
    return Record(record.line, record.values | {"address": found, "channel": channel}, record.hash, record.warnings)


def keep_consents(tx: Transaction, stamp: Stamp, records: Sequence[Record]) -> Rights:
    """Append consents that are not there yet. A customer or an address not known yet gets a row."""
    addresses = keep_addresses(tx, stamp, records, ("address",))
    keys = {customer_key(one.values, stamp) for one in records if one.values.get("customer_id")}
    customers = ensure_customers(tx, stamp, keys)
    fresh = [(one.line, _consent_row(one, stamp, addresses, customers)) for one in records]
    known = {_identity(named(row)) for row in _consents(tx, [row for _, row in fresh])}
    found = Rights()
    inserts: list[dict[str, Any]] = []
    for line, row in fresh:
        if _identity(row) in known:
            continue
        known.add(_identity(row))
        inserts.append(row)
        found.changed.add(line)
        found.customers |= {row["customer_id"]} - {None}
        found.addresses |= {row["address_id"]} - {None}
    if inserts:
        tx.connection.execute(insert(_consent), inserts)
    return found


def _consent_row(
    one: Record, stamp: Stamp, addresses: dict[ReadAddress, int], customers: dict[tuple[str, str], int]
) -> dict[str, Any]:
    values = one.values
    named = bool(values.get("customer_id"))
    return {
        "brand": brand_of(values, stamp),
        "customer_id": customers[customer_key(values, stamp)] if named else None,
        "address_id": addresses[values["address"]] if values["address"] else None,
        "channel": values["channel"],
        "message_class": values["class"],
        "granted": values["granted"],
        "wording": values.get("wording", ""),
        "source": values.get("source", ""),
        "evidence": f"import {stamp.import_id}, line {one.line}",
        "at": values["at"],
        "known_at": stamp.known_at,
    }


def _identity(row: Any) -> tuple[Any, ...]:
    names = ("brand", "customer_id", "address_id", "channel", "message_class", "at", "granted")
    return tuple(row[name] for name in names)


def _consents(tx: Transaction, rows: Sequence[dict[str, Any]]) -> list[Any]:
    found: list[Any] = []
    for column in ("customer_id", "address_id"):
        found += rows_by(tx, _consent, column, {row[column] for row in rows} - {None})
    return found


def keep_suppressions(tx: Transaction, stamp: Stamp, records: Sequence[Record]) -> Rights:
    """Append suppressions by keyed hash (RULES.md U4). Without a date, one that stands already is enough."""
    hashes: dict[int, str] = {}
    for one in records:
        address: ReadAddress = one.values["address"]
        hashes[one.line] = address_hash(stamp.context.hash_key, address.channel, address.value)
    known = rows_by(tx, _suppression, "address_hash", hashes.values())
    dated = {(row.brand, row.channel, row.address_hash, row.at) for row in known}
    standing = {(row.brand, row.channel, row.address_hash) for row in known if row.lifted_at is None}
    found = Rights()
    inserts: list[dict[str, Any]] = []
    for one in records:
        key = (brand_of(one.values, stamp), one.values["channel"], hashes[one.line])
        at = one.values.get("at")
        if (at and (*key, at) in dated) or (not at and key in standing):
            continue
        inserts.append(_suppression_row(key, one, stamp))
        dated.add((*key, at or stamp.known_at))
        standing.add(key)
        found.changed.add(one.line)
    if inserts:
        tx.connection.execute(insert(_suppression), inserts)
        found.addresses = {row.id for row in rows_by(tx, _address, "hash", {row["address_hash"] for row in inserts})}
    return found


def _suppression_row(key: tuple[str, str, str], one: Record, stamp: Stamp) -> dict[str, Any]:
    return {
        "brand": key[0],
        "channel": key[1],
        "address_hash": key[2],
        "reason": one.values.get("reason") or "imported",
        "at": one.values.get("at") or stamp.known_at,
        "known_at": stamp.known_at,
        "lifted_at": None,
    }


def customers_at(tx: Transaction, address_ids: set[int]) -> set[int]:
    """Customers who have, or ordered with, one of these addresses."""
    found: set[int] = set()
    for ids in batches(sorted(address_ids)):
        for column in (_customer.c.email_id, _customer.c.phone_id):
            found.update(tx.connection.execute(select(_customer.c.id).where(column.in_(ids))).scalars())
        for column in (_order.c.email_id, _order.c.phone_id):
            found.update(tx.connection.execute(select(_order.c.customer_id).where(column.in_(ids))).scalars())
    return found
