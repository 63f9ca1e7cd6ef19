"""Finds orders and customers by what somebody types into one box. Colour: store. Called by pipeline.search.

Each way of looking is a range of an index with an end: at most MOST of each kind come back, whatever is typed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select

from notifier.queries.masks import masked, shown
from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.name_words import words_of
from notifier.store.prefix import begins_with, in_key_order, key_begins_with
from notifier.store.tables import Address, Customer, Message, NameWord, Order, OrderLine

_customer, _order, _line = table_of(Customer), table_of(Order), table_of(OrderLine)
_address, _message, _word = table_of(Address), table_of(Message), table_of(NameWord)

MOST = 20
"""Of each kind."""

MOST_WORDS = 5
"""Words that are typed beyond these are not looked at."""

COUNTED = 2_000
"""So far people are counted by each word, to begin with the rarest."""

LOOKED_AT = 20_000
"""People with the rarest word among whom the others are sought."""


@dataclass(frozen=True, slots=True)
class OrderFound:
    """One order. `name` is the customer's, empty for nobody known and for somebody erased; `lines` counts."""

    id: int
    key: str
    brand: str
    name: str
    country: str
    ordered_at: datetime
    lines: int


@dataclass(frozen=True, slots=True)
class CustomerFound:
    """One customer, `key` and addresses as lists show them; `by` says what was found: name, address or key."""

    id: int
    key: str
    brand: str
    name: str
    country: str
    email: str
    phone: str
    by: str


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, the best first."""

    orders: tuple[OrderFound, ...] = ()
    customers: tuple[CustomerFound, ...] = ()


def orders_by_number(tx: Transaction, spellings: Sequence[str]) -> tuple[OrderFound, ...]:
    """Orders whose number is, or else begins with, one of the spellings, those that are it first."""
    same = tx.connection.execute(select(_order.c.id).where(_order.c.key.in_(spellings)).limit(MOST)).scalars()
    ids = list(same)
    for one in spellings:
        begins = select(_order.c.id).where(key_begins_with(tx, _order.c.key, one))
        ids += tx.connection.execute(begins.order_by(in_key_order(tx, _order.c.key)).limit(MOST)).scalars()
    return _orders(tx, list(dict.fromkeys(ids))[:MOST])


def customers_by_key(tx: Transaction, spellings: Sequence[str]) -> tuple[CustomerFound, ...]:
    """Customers whose number in the shop is, or else begins with, one of the spellings."""
    same = select(_customer.c.id).where(_customer.c.key.in_(spellings), _known).limit(MOST)
    ids = list(tx.connection.execute(same).scalars())
    for one in spellings:
        begins = select(_customer.c.id).where(key_begins_with(tx, _customer.c.key, one), _known)
        ids += tx.connection.execute(begins.order_by(in_key_order(tx, _customer.c.key)).limit(MOST)).scalars()
    return _customers(tx, list(dict.fromkeys(ids))[:MOST], "key")


def customers_by_address(tx: Transaction, hashes: Iterable[tuple[str, str]]) -> tuple[CustomerFound, ...]:
    """Customers who have, or were written to at, one of these addresses (channel and keyed hash)."""
    named = or_(*(and_(_address.c.channel == channel, _address.c.hash == digest) for channel, digest in hashes))
    there = tx.connection.execute(select(_address.c.id).where(named, _address.c.value.is_not(None))).scalars().all()
    if not there:
        return ()
    own = or_(_customer.c.email_id.in_(there), _customer.c.phone_id.in_(there))
    written = select(_message.c.customer_id).where(_message.c.address_id.in_(there)).distinct().limit(MOST)
    ids = list(tx.connection.execute(select(_customer.c.id).where(own).limit(MOST)).scalars())
    ids += tx.connection.execute(written).scalars()
    return _customers(tx, list(dict.fromkeys(ids))[:MOST], "address")


def customers_by_name(tx: Transaction, typed: str) -> tuple[CustomerFound, ...]:
    """Customers with a word in their name for each word that is typed, whole words first, then the newest."""
    words = words_of(typed)[:MOST_WORDS]
    if not words:
        return ()
    if len(words) == 1:
        return _customers(tx, _by_word(tx, words[0]), "name")
    found = _customers(tx, list(tx.connection.execute(_by_words(tx, words)).scalars()), "name")
    whole = set(words)
    return tuple(sorted(found, key=lambda one: (-len(whole.intersection(words_of(one.name))), -one.id)))


def _by_word(tx: Transaction, word: str) -> list[int]:
    same = select(_word.c.customer_id).where(_word.c.word == word).order_by(_word.c.customer_id.desc()).limit(MOST)
    ids = list(tx.connection.execute(same).scalars())
    longer = select(_word.c.customer_id).where(begins_with(_word.c.word, word), _word.c.word > word)
    if len(ids) < MOST:
        few = longer.order_by(_word.c.word, _word.c.customer_id).limit(2 * MOST)
        ids += tx.connection.execute(few).scalars()
    return list(dict.fromkeys(ids))[:MOST]


def _by_words(tx: Transaction, words: Sequence[str]) -> Select[Any]:
    """The ids of those who have them all, sought among those with the rarest."""
    rarest = min(words, key=lambda one: (_count(tx, one), -len(one)))
    first = select(_word.c.customer_id, _word.c.word).where(begins_with(_word.c.word, rarest))
    some = first.order_by(_word.c.word, _word.c.customer_id).limit(LOOKED_AT).subquery()
    query = select(some.c.customer_id)
    for one in words:
        other = _word.alias()
        if one != rarest:
            mine = (other.c.customer_id == some.c.customer_id) & begins_with(other.c.word, one)
            query = query.where(exists(select(other.c.word).where(mine)))
    return query.distinct().limit(MOST)


def _count(tx: Transaction, word: str) -> int:
    some = select(_word.c.word).where(begins_with(_word.c.word, word)).limit(COUNTED).subquery()
    found: int = tx.connection.execute(select(func.count()).select_from(some)).scalar_one()
    return found


_known: ColumnElement[bool] = (
    (_customer.c.key != "")
    & _customer.c.erased_at.is_(None)
    & or_(_customer.c.forgotten_before.is_(None), _customer.c.described_at.is_not(None))
)
"""Neither erased nor forgotten, nor the nobody whose orders are still to come."""


def _customers(tx: Transaction, ids: Sequence[int], by: str) -> tuple[CustomerFound, ...]:
    """These customers in the order of `ids`, without those who are to be found no more."""
    email, phone = _address.alias("email"), _address.alias("phone")
    query = (
        select(_customer, email.c.value.label("email"), phone.c.value.label("phone"))
        .outerjoin(email, email.c.id == _customer.c.email_id)
        .outerjoin(phone, phone.c.id == _customer.c.phone_id)
        .where(_customer.c.id.in_(ids), _known)
    )
    rows = {row.id: row for row in tx.connection.execute(query)} if ids else {}
    return tuple(_customer_found(rows[one], by) for one in ids if one in rows)


def _customer_found(row: Row[Any], by: str) -> CustomerFound:
    addresses = masked(row.email), masked(row.phone)
    return CustomerFound(row.id, shown(row.key), row.brand, row.name, row.country, *addresses, by)


def _orders(tx: Transaction, ids: Sequence[int]) -> tuple[OrderFound, ...]:
    lines = select(func.count()).where(_line.c.order_id == _order.c.id).scalar_subquery()
    query = (
        select(_order, _customer.c.name, lines.label("lines"))
        .join(_customer, _customer.c.id == _order.c.customer_id)
        .where(_order.c.id.in_(ids))
    )
    rows = {row.id: row for row in tx.connection.execute(query)} if ids else {}
    return tuple(
        OrderFound(row.id, row.key, row.brand, row.name, row.country, row.ordered_at, row.lines)
        for row in (rows[one] for one in ids if one in rows)
    )
