"""Reads everything that policy may look at, set-based: a handful of queries for thousands of customers. Colour: store.

Called by pipeline, which turns these rows into facts. All instants are compared with the business `now` handed in.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from operator import attrgetter
from typing import Any

from sqlalchemy import Column, Row, Select, bindparam, exists, false, func, literal, or_, select, true

from notifier.store.asked import OwnWish, asked_of, doubted_of
from notifier.store.engine import Transaction
from notifier.store.given import given_columns, given_rows
from notifier.store.holds import holds_in_force
from notifier.store.lookup import among, batches, table_of
from notifier.store.openness import is_open
from notifier.store.tables import (
    Address,
    Answer,
    Consent,
    Customer,
    LegalStanding,
    Message,
    MessageLine,
    Notice,
    Order,
    OrderLine,
    Product,
    RewardCode,
    Supply,
    Suppression,
)
from notifier.store.tables.messages import WAITING
from notifier.terms.law import SETTLED
from notifier.terms.words import (
    KNOWN_STATES,
    SENT_STATES,
    TOLD_STATES,
    Channel,
    DeliveryMode,
    MessageState,
)

_customer, _order, _line = table_of(Customer), table_of(Order), table_of(OrderLine)
_address, _product, _supply = table_of(Address), table_of(Product), table_of(Supply)
_message, _told = table_of(Message), table_of(MessageLine)
_consent, _suppression, _reward = table_of(Consent), table_of(Suppression), table_of(RewardCode)
_notice, _answer, _standing = table_of(Notice), table_of(Answer), table_of(LegalStanding)

_UNUSED = {"business", "described_at", "due_at", "erased_at", "forgotten_before", "first_seen_at"}
"""What no judgement looks at: to make an aware moment of each costs more than the rest of its row."""

_WHO = tuple(column for column in _customer.c if column.name not in _UNUSED)
_WHERE = tuple(column for column in _address.c if column.name not in _UNUSED)
_WHAT = tuple(
    column
    for column in _line.c
    if column.name not in {"order_id", "category", "bundle_id", "row_hash", "import_id", "seen_import"}
)

Rows = dict[int, list[Row[Any]]]

SUBJECT_PERIOD = timedelta(hours=24)
"""How far back it matters which orders a text was about (RULES.md S9)."""

# Said by what does not count: SQLite would seek `state IN (...)` in the whole outbox, and read every message there is.
_tells = _message.c.state.not_in([state for state in MessageState if state not in TOLD_STATES])
_sent = _message.c.state.not_in([state for state in MessageState if state not in SENT_STATES])


@dataclass(slots=True)
class Gathered:
    """Rows of one batch of customers.

    Dicts are keyed by customer id, except tellings, notices, answers and asked (line id), addresses (its id) and
    subjects (message id): the orders that texts of the last day were about.
    """

    customers: list[Row[Any]] = field(default_factory=list)
    lines: Rows = field(default_factory=dict)
    addresses: dict[int, Row[Any]] = field(default_factory=dict)
    tellings: Rows = field(default_factory=dict)
    notices: Rows = field(default_factory=dict)
    answers: Rows = field(default_factory=dict)
    consents: list[Row[Any]] = field(default_factory=list)
    suppressions: dict[tuple[str, int], Row[Any]] = field(default_factory=dict)
    contacts: list[Row[Any]] = field(default_factory=list)
    subjects: dict[int, set[str]] = field(default_factory=dict)
    rewards: dict[int, int] = field(default_factory=dict)
    holds: dict[int, Row[Any]] = field(default_factory=dict)
    asked: dict[int, OwnWish] = field(default_factory=dict)
    doubted: set[int] = field(default_factory=set)


def due_query(now: datetime, every: bool, apart: Select[Any] | None = None) -> Select[Any]:
    """The ids of the customers whose `due_at` has come; `every`: of all with any line. Those in `apart` are left out.

    `every` serves a plan for a moment before the last one, where `due_at` says nothing.
    """
    query = select(_customer.c.id)
    if apart is not None:
        query = query.where(_customer.c.id.not_in(apart))
    if not every:
        return query.where(_customer.c.due_at <= now)
    own = _line.alias("own_line")
    return query.where(exists(select(own.c.id).where(own.c.customer_id == _customer.c.id)))


def due_customers(tx: Transaction, query: Select[Any]) -> dict[int, datetime | None]:
    """The ids of a `due_query`, in order, each with the `due_at` that was read."""
    query = query.add_columns(_customer.c.due_at).order_by(_customer.c.id)
    return {row.id: row.due_at for row in tx.connection.execute(query)}


@dataclass(frozen=True, slots=True)
class Past:
    """Which past counts: what went in `mode`, and contacts back to `cap_period`, the longest cap.

    `law`: notices and answers too. `every_line`: also lines that are closed and were never told of.
    """

    mode: DeliveryMode
    cap_period: timedelta
    law: bool = False
    every_line: bool = False


def gather(tx: Transaction, customer_ids: Sequence[int], now: datetime, past: Past) -> Gathered:
    """Read the facts of `customer_ids` at `now`."""
    found = Gathered()
    for ids in batches(customer_ids):
        found.customers += tx.connection.execute(
            select(*_WHO).where(among(_customer.c.id, ids)).order_by(_customer.c.id)
        ).all()
        _group(tx, _lines(ids, now, past), "customer_id", found.lines)
        found.rewards.update(_rewards(tx, ids, now))
        found.holds.update(holds_in_force(tx, ids, now))
    _read_addresses(tx, found, now)
    line_ids = [line.id for lines in found.lines.values() for line in lines]
    for ids in batches(line_ids):
        _group(tx, _tellings(ids, past.mode), "line_id", found.tellings)
        if past.law:
            _group(tx, _notices(ids, past.mode, now), "line_id", found.notices)
            _group(tx, _answers(ids, now), "line_id", found.answers)
        found.asked.update(asked_of(tx, ids, now))
    _read_rights(tx, found, customer_ids, now)
    if past.mode is not DeliveryMode.REDIRECT:
        _read_contacts(tx, found, customer_ids, (now, past))
    return found


def _group(tx: Transaction, query: Select[Any], key: str, into: Rows) -> None:
    grouped: Rows = defaultdict(list)
    by = attrgetter(key)
    for row in tx.connection.execute(query).all():
        grouped[by(row)].append(row)
    into.update(grouped)


def _lines(customer_ids: Sequence[int], now: datetime, past: Past) -> Select[Any]:
    # A line ordered later is no fact yet, but the moment at which it will be one is.
    wanted = [is_open(now), _line.c.ordered_at > now]
    wanted.append(exists(select(_told.c.id).where(_told.c.line_id == _line.c.id, _told.c.live.is_not(None))))
    if past.law:
        wanted += [exists(select(table.c.id).where(table.c.line_id == _line.c.id)) for table in (_notice, _answer)]
        # What the team may still be warned of is looked at once more when it is over.
        unsettled = _standing.c.state.not_in([state.value for state in SETTLED])
        wanted.append(exists(select(_standing.c.line_id).where(_standing.c.line_id == _line.c.id, unsettled)))
    these = among(_line.c.customer_id, customer_ids)
    return (
        select(
            *_WHAT,
            _order.c.key.label("order_key"),
            _order.c.brand.label("order_brand"),
            func.coalesce(_order.c.email_id, _customer.c.email_id).label("email_id"),
            func.coalesce(_order.c.phone_id, _customer.c.phone_id).label("phone_id"),
            _order.c.sales_channel,
            _order.c.locale,
            _order.c.country,
            _order.c.paid_at,
            _order.c.payment_method,
            _order.c.amount_paid,
            _order.c.buyer_credit,
            _customer.c.country.label("customer_country"),
        )
        .join(_order, _order.c.id == _line.c.order_id)
        .join(_customer, _customer.c.id == _order.c.customer_id)
        .where(these if past.every_line else these & or_(*wanted))
        .order_by(_line.c.id)
    )


def _tellings(line_ids: Sequence[int], mode: str) -> Select[Any]:
    at = func.coalesce(_message.c.handed_off_at, _message.c.queued_at).label("at")
    lost = (_message.c.state == MessageState.UNKNOWN) & _message.c.maybe_double
    values = (_told.c.message_id, _told.c.line_id, _told.c.channel, _told.c.purpose, _told.c.occasion)
    return (
        select(
            *values,
            _told.c.eta_from,
            _told.c.eta_to,
            at,
            _message.c.state.in_(KNOWN_STATES).label("sent"),
            lost.label("lost"),
        )
        .join(_message, _message.c.id == _told.c.message_id)
        .where(among(_told.c.line_id, line_ids), _told.c.live == mode, _tells)
        .order_by(at, _told.c.id)
    )


def _notices(line_ids: Sequence[int], mode: str, now: datetime) -> Select[Any]:
    """Those of the mode at hand, and those of the tool before us, which hold in every mode."""
    ours = (_notice.c.live == mode) | _notice.c.message_id.is_(None)
    mine = among(_notice.c.line_id, line_ids) & ours & (_notice.c.created_at <= now)
    return select(_notice).where(mine).order_by(_notice.c.created_at, _notice.c.id)


def _answers(line_ids: Sequence[int], now: datetime) -> Select[Any]:
    query = select(_answer).where(among(_answer.c.line_id, line_ids), _answer.c.at <= now)
    return query.order_by(_answer.c.at, _answer.c.id)


def _rewards(tx: Transaction, customer_ids: Sequence[int], now: datetime) -> dict[int, int]:
    query = (
        select(_reward.c.customer_id, func.count())
        .where(
            among(_reward.c.customer_id, customer_ids),
            _reward.c.voided_at.is_(None),
            _reward.c.issued_at >= datetime(now.year, 1, 1, tzinfo=UTC),
            _reward.c.issued_at <= now,
        )
        .group_by(_reward.c.customer_id)
    )
    return {row[0]: row[1] for row in tx.connection.execute(query)}


def _read_addresses(tx: Transaction, found: Gathered, now: datetime) -> None:
    wanted = {one for row in found.customers for one in (row.email_id, row.phone_id)}
    wanted |= {one for lines in found.lines.values() for row in lines for one in (row.email_id, row.phone_id)}
    for ids in batches(sorted(one for one in wanted if one is not None)):
        for row in tx.connection.execute(select(*_WHERE).where(among(_address.c.id, ids))).all():
            found.addresses[row.id] = row
    for ids in batches(sorted(found.addresses)):
        found.doubted |= doubted_of(tx, ids, now)


def _read_rights(tx: Transaction, found: Gathered, customer_ids: Sequence[int], now: datetime) -> None:
    for column, all_ids in ((_consent.c.customer_id, customer_ids), (_consent.c.address_id, list(found.addresses))):
        for ids in batches(all_ids):
            query = select(_consent).where(among(column, ids), _consent.c.at <= now)
            found.consents += tx.connection.execute(query.order_by(_consent.c.at, _consent.c.id))
    by_hash = {row.hash: row.id for row in found.addresses.values()}
    for hashes in batches(sorted(by_hash)):
        given = given_rows([{"hash": one} for one in hashes])
        for row in tx.connection.execute(_suppressed(tx.postgresql), {"now": now} | given):
            found.suppressions[row.brand, by_hash[row.address_hash]] = row


@cache
def _suppressed(on_postgresql: bool) -> Select[Any]:
    asked = given_columns(on_postgresql, hash=str)["hash"]
    now = bindparam("now", type_=_suppression.c.at.type)
    lasts = or_(_suppression.c.lifted_at.is_(None), _suppression.c.lifted_at > now)
    in_force = (_suppression.c.address_hash == asked) & (_suppression.c.at <= now) & lasts
    return select(_suppression).where(in_force).order_by(_suppression.c.at)


def _read_contacts(tx: Transaction, found: Gathered, customer_ids: Sequence[int], when: tuple[datetime, Past]) -> None:
    now, past = when
    seen: set[int] = set()
    for column, all_ids in ((_message.c.customer_id, customer_ids), (_message.c.address_id, list(found.addresses))):
        for ids in batches(all_ids):
            for query in contact_queries(column, ids, now, past):
                rows: list[Any] = [row for row in tx.connection.execute(query).all() if row.id not in seen]
                seen.update(row.id for row in rows)
                found.contacts += rows
    texts = [row.id for row in found.contacts if row.channel == Channel.SMS and row.at > now - SUBJECT_PERIOD]
    for ids in batches(texts):
        for message, order in tx.connection.execute(_subjects(ids)):
            found.subjects.setdefault(message, set()).add(order)


def contact_queries(column: Column[Any], ids: Sequence[int], now: datetime, past: Past) -> tuple[Select[Any], ...]:
    """What counts against caps, by customer or address `column`: what was handed off in the period, and what waits.

    Each is a range of an index (`ix_message_*_sent`, `ix_message_*_waiting`), so that its cost is that of the rows that
    count, however long the log is. What waits goes no earlier than `now`, and counts as if it went then.
    """
    values = (
        _message.c.id,
        _message.c.channel,
        _message.c.message_class,
        _message.c.purpose,
        _message.c.brand,
        _message.c.address_id,
        _message.c.customer_id,
    )
    mine = among(column, ids) & (_message.c.mode == past.mode)
    sent = select(*values, _message.c.handed_off_at.label("at"), true().label("sent"))
    waiting = select(*values, literal(now, _message.c.queued_at.type).label("at"), false().label("sent"))
    return (
        sent.where(mine, _message.c.handed_off_at > now - past.cap_period, _sent),
        waiting.where(mine, WAITING),
    )


def _subjects(message_ids: Sequence[int]) -> Select[Any]:
    return (
        select(_told.c.message_id, _order.c.key)
        .join(_line, _line.c.id == _told.c.line_id)
        .join(_order, _order.c.id == _line.c.order_id)
        .where(among(_told.c.message_id, message_ids), _told.c.live.is_not(None))
        .distinct()
    )
