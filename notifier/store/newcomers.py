"""People who have no order yet: known by the address that they signed up with. Colour: store. Called by pipeline.

Their key is made of the keyed hash of the address, so no shop's own id can be the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow, insert_new, table_of
from notifier.store.tables import Address, Consent, Customer, Order, Suppression, WaitlistEntry
from notifier.terms.words import Channel

_address, _customer, _order = table_of(Address), table_of(Customer), table_of(Order)
_suppression, _consent, _entry = table_of(Suppression), table_of(Consent), table_of(WaitlistEntry)

NEWCOMER = "signup:"
"""How the key of somebody without an order begins."""


@dataclass(frozen=True, slots=True)
class Contact:
    """An address as it was read, with its keyed hash. Of a number: region, whether S12 allows texts, time zones."""

    channel: Channel
    value: str = field(repr=False)
    digest: str
    region: str = ""
    textable: bool = False
    timezones: str = ""


def is_suppressed(tx: Transaction, brand: str, contact: Contact) -> bool:
    """Whether nothing may be sent to the address: also after an erasure, of which only the hash is left (U4)."""
    query = select(_suppression.c.id).where(
        _suppression.c.brand == brand,
        _suppression.c.channel == contact.channel.value,
        _suppression.c.address_hash == contact.digest,
        _suppression.c.lifted_at.is_(None),
    )
    return tx.connection.execute(query.limit(1)).first() is not None


def keep_contact(tx: Transaction, contact: Contact, now: datetime) -> int:
    """The id of the address's row, which has a value from now on."""
    row: dict[str, Any] = {
        "channel": contact.channel.value,
        "hash": contact.digest,
        "value": contact.value,
        "region": contact.region,
    }
    row |= {"textable": contact.textable, "timezones": contact.timezones, "first_seen_at": now}
    insert_new(tx, _address, [row])
    same = (_address.c.channel == contact.channel.value) & (_address.c.hash == contact.digest)
    # Of an address that was only ever written from, and of a forgotten one, there is no more than the hash.
    known = {name: row[name] for name in ("value", "region", "textable", "timezones")}
    tx.connection.execute(update(_address).where(same, _address.c.value.is_(None)).values(**known))
    found: int = tx.connection.execute(select(_address.c.id).where(same)).scalar_one()
    return found


def person_at(tx: Transaction, brand: str, contact: Contact, address_id: int, now: datetime) -> int | None:
    """The customer of `brand` who has, or ordered with, this address: the first one, else a new one.

    None where it is somebody erased.
    """
    own = or_(_customer.c.email_id == address_id, _customer.c.phone_id == address_id)
    with_it = or_(_order.c.email_id == address_id, _order.c.phone_id == address_id)
    ordered = exists(select(_order.c.id).where(_order.c.customer_id == _customer.c.id, with_it))
    there = (_customer.c.brand == brand) & _customer.c.erased_at.is_(None) & (_customer.c.key != "")
    there &= _customer.c.forgotten_before.is_(None)
    query = select(_customer.c.id).where(there, or_(own, ordered)).order_by(_customer.c.id)
    known = tx.connection.execute(query.limit(1)).scalar()
    return known if known is not None else _newcomer(tx, brand, contact, address_id, now)


def _newcomer(tx: Transaction, brand: str, contact: Contact, address_id: int, now: datetime) -> int | None:
    column = "email_id" if contact.channel is Channel.EMAIL else "phone_id"
    key = f"{NEWCOMER}{contact.digest[:24]}"
    blank = dict.fromkeys(("name", "locale", "preferred_channel", "timezone", "country", "region", "postal_code"), "")
    row: dict[str, Any] = blank | {
        "brand": brand,
        "key": key,
        column: address_id,
        "business": False,
        "described_at": now,
    }
    insert_new(tx, _customer, [row | {"erased_by": ""}])
    this = (_customer.c.brand == brand) & (_customer.c.key == key) & _customer.c.erased_at.is_(None)
    again = {column: address_id, "described_at": now, "forgotten_before": None}
    tx.connection.execute(update(_customer).where(this, _customer.c.forgotten_before.is_not(None)).values(**again))
    found: int | None = tx.connection.execute(select(_customer.c.id).where(this)).scalar()
    return found


def newcomers_at(tx: Transaction, brand: str, address_ids: Sequence[int]) -> list[AnyRow]:
    """Those of `brand` without an order of their own who signed up with one of these addresses."""
    theirs = or_(_customer.c.email_id.in_(address_ids), _customer.c.phone_id.in_(address_ids))
    query = select(_customer).where(_customer.c.brand == brand, _customer.c.key.startswith(NEWCOMER), theirs)
    return list(tx.connection.execute(query.where(_customer.c.erased_at.is_(None)).order_by(_customer.c.id)))


def never_confirmed(tx: Transaction) -> list[int]:
    """Those who are not forgotten, signed up, and never agreed to anything: perhaps it was somebody else who typed."""
    confirmed = exists(
        select(_entry.c.id).where(_entry.c.customer_id == _customer.c.id, _entry.c.confirmed_at.is_not(None))
    )
    theirs = _consent.c.address_id.in_((_customer.c.email_id, _customer.c.phone_id))
    agreed = exists(select(_consent.c.id).where(theirs, _consent.c.granted))
    query = select(_customer.c.id).where(
        _customer.c.key.startswith(NEWCOMER), _customer.c.forgotten_before.is_(None), ~confirmed, ~agreed
    )
    return list(tx.connection.execute(query.order_by(_customer.c.id)).scalars())
