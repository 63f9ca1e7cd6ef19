"""Sets a scratch copy back to what was known at its beginning, and brings it forward again. Colour: store.

Called by pipeline.simulate on databases of `store.scratch` only. What came later lies in tables of its own
(`later_…`) until its moment, so that no query of the product can see it.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Index,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)

from notifier.store.as_text import OF_KIND, write_texts
from notifier.store.decisions import earliest_due
from notifier.store.engine import Transaction
from notifier.store.lookup import batches, insert_new, table_of
from notifier.store.tables import (
    Address,
    Answer,
    Consent,
    Customer,
    FactChange,
    Hold,
    Message,
    Notice,
    Order,
    OrderLine,
    Product,
    Supply,
    Suppression,
)
from notifier.terms.words import MessageState

_customer, _order, _line = table_of(Customer), table_of(Order), table_of(OrderLine)
_product, _supply, _change = table_of(Product), table_of(Supply), table_of(FactChange)
_message, _hold = table_of(Message), table_of(Hold)
_address, _suppression = table_of(Address), table_of(Suppression)

_APPEARS: tuple[tuple[Table, str], ...] = (
    (_line, "first_seen_at"), (_product, "first_seen_at"), (_supply, "first_seen_at"),
    (table_of(Consent), "known_at"), (_suppression, "known_at"), (table_of(Answer), "known_at"),
    (table_of(Notice), "created_at"), (_hold, "at"),
)  # fmt: skip
"""Rows that come into being, and the column that says when we knew. Notices of messages are not copied from later."""

_RENUMBERED = frozenset({"answer", "notice"})
"""Tables that the replay writes to as well: what comes later takes the next free id."""

_QUEUE = frozenset(
    {"quantity", "quantity_shipped", "quantity_cancelled", "status", "shipped_at", "cancelled_at", "sku", "ordered_at"}
)
"""Fields of a line on which the places of those behind it hang."""

_STILL = _line.c.status.not_in(("shipped", "cancelled", "closed")) & _line.c.shipped_at.is_(None)
"""Roughly open, as records/ marks whom an import concerns."""

_own = MetaData()
_key = Table(
    "known_key",
    _own,
    Column("kind", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("row_id", Integer),
)
_LATER = {
    table.name: Table(f"later_{table.name}", _own, *(Column(one.name, one.type) for one in table.c))
    for table, _ in _APPEARS
}
for _table, _name in _APPEARS:
    Index(f"ix_later_{_table.name}", _LATER[_table.name].c[_name])


@dataclass(slots=True)
class Touched:
    """Whom a step concerns: customers by id, and those at addresses by id."""

    customers: set[int] = field(default_factory=set)
    addresses: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Step:
    """Everything known after `before` and up to `until`, both UTC."""

    before: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Past:
    """What a rewound copy has to look forward to: the moments at which something became known, oldest first."""

    moments: tuple[datetime, ...]

    def holds(self, step: Step) -> bool:
        """Whether anything became known in `step`."""
        at = bisect_right(self.moments, step.before)
        return at < len(self.moments) and self.moments[at] <= step.until


def rewind(tx: Transaction, at: datetime, last_changes: Mapping[tuple[str, str], datetime]) -> None:
    """Set the copy back to what was known before the UTC instant `at`.

    `last_changes` is when a line or a supply, by kind and key of fact_change, last changed before.
    """
    _own.create_all(tx.connection)
    _name_keys(tx)
    first: dict[tuple[str, int, str], str | None] = {}
    for kind, row_id, name, old, _ in _changes(tx, _change.c.known_at >= at):
        first.setdefault((kind, row_id, name), old)
    write_texts(tx, ((kind, row_id, name, old) for (kind, row_id, name), old in first.items()))
    _date_changes(tx, at, last_changes)
    for table, name in _APPEARS:
        later = _LATER[table.name]
        tx.connection.execute(insert(later).from_select(list(table.c.keys()), select(table).where(table.c[name] >= at)))
        tx.connection.execute(delete(table).where(table.c[name] >= at))


def last_changes(tx: Transaction, at: datetime) -> dict[tuple[str, str], datetime]:
    """From the shop's history: when each line and supply that changed since `at` had changed last before."""
    since = select(_change.c.key).where(_change.c.known_at >= at, _change.c.kind.in_(("line", "supply")))
    query = select(_change.c.kind, _change.c.key, func.max(_change.c.known_at)).where(
        _change.c.known_at < at, _change.c.kind.in_(("line", "supply")), _change.c.key.in_(since)
    )
    return {(row[0], row[1]): row[2] for row in tx.connection.execute(query.group_by(_change.c.kind, _change.c.key))}


def past_of(tx: Transaction) -> Past:
    """When something becomes known in the rewound copy."""
    found: set[datetime] = set(tx.connection.execute(select(_change.c.known_at).distinct()).scalars())
    for table, name in _APPEARS:
        found.update(tx.connection.execute(select(_LATER[table.name].c[name]).distinct()).scalars())
    for rows in (_hold, _LATER["hold"], _suppression, _LATER["suppression"]):
        lifted = select(rows.c.lifted_at).where(rows.c.lifted_at.is_not(None))
        found.update(tx.connection.execute(lifted.distinct()).scalars())
    return Past(tuple(sorted(found)))


def advance(tx: Transaction, step: Step, moves_the_queue: Collection[str]) -> Touched:
    """Bring the copy forward by one step; returns whom it concerns.

    `moves_the_queue` are the fields of a product on which the forecast of waiting lines hangs.
    """
    touched = Touched()
    for table, name in _APPEARS:
        _appear(tx, table, _LATER[table.name].c[name], step, touched)
    _lifted(tx, step, touched)
    within = (_change.c.known_at > step.before) & (_change.c.known_at <= step.until)
    changes = _changes(tx, within, with_new=True)
    found = [(kind, row_id, name, new, at) for kind, row_id, name, _, new, at in changes]
    skus = {old for kind, _, name, old, _, _ in changes if (kind, name) == ("line", "sku")}
    write_texts(tx, (one[:4] for one in found))
    newest = {(kind, row_id): at for kind, row_id, _, _, at in found if kind in ("line", "supply")}
    _note_changed(tx, newest)
    by_kind: dict[str, set[int]] = defaultdict(set)
    queues: set[int] = set()
    for kind, row_id, name, _, _ in found:
        if kind != "product" or name in moves_the_queue:
            by_kind[kind].add(row_id)
        if kind == "line" and name in _QUEUE:
            queues.add(row_id)
    touched.customers |= by_kind["customer"] | _owners(tx, _order.c.id, _order.c.customer_id, by_kind["order"])
    touched.customers |= _owners(tx, _line.c.order_id, _line.c.customer_id, by_kind["order"])
    touched.customers |= _owners(tx, _line.c.id, _line.c.customer_id, by_kind["line"])
    touched.customers |= _behind(tx, queues)
    skus |= _owners(tx, _product.c.id, _product.c.sku, by_kind["product"])
    skus |= _owners(tx, _supply.c.id, _supply.c.sku, by_kind["supply"])
    touched.customers |= _waiting_for(tx, skus)
    return touched


def next_look(tx: Transaction) -> datetime | None:
    """When plan or deliver has something to do next; None: not before something becomes known."""
    due = earliest_due(tx)
    queued = select(func.min(_message.c.not_before)).where(_message.c.state == MessageState.QUEUED)
    return min((at for at in (due, tx.connection.execute(queued).scalar_one()) if at is not None), default=None)


def changes_of(tx: Transaction, names: Collection[str]) -> Iterator[tuple[str, int, str, tuple[str, ...]]]:
    """Kind, row id, field, and the old and new value of each coming change of the fields `names`."""
    for kind, row_id, name, old, new, _ in _changes(tx, _change.c.field.in_(names), with_new=True):
        yield kind, row_id, name, tuple(value for value in (old, new) if value)


def _name_keys(tx: Transaction) -> None:
    joined = _order.c.brand + "/" + _order.c.key
    names = {
        "customer": select(_customer.c.brand + "/" + _customer.c.key, _customer.c.id),
        "order": select(joined, _order.c.id),
        "line": select(joined + "/" + _line.c.key, _line.c.id).join(_order, _order.c.id == _line.c.order_id),
        "product": select(_product.c.sku, _product.c.id),
        "supply": select(_supply.c.po + "/" + _supply.c.sku, _supply.c.id),
    }
    for kind, query in names.items():
        rows = query.add_columns(literal(kind))
        tx.connection.execute(insert(_key).prefix_with("OR IGNORE").from_select(["key", "row_id", "kind"], rows))


def _changes(tx: Transaction, which: Any, *, with_new: bool = False) -> list[Any]:
    """(kind, row id, field, old, [new,] known_at) of the changes of copied rows, oldest first."""
    columns = [_change.c.kind, _key.c.row_id, _change.c.field, _change.c.old]
    columns += [_change.c.new, _change.c.known_at] if with_new else [_change.c.known_at]
    query: Select[Any] = select(*columns).join(_key, (_key.c.kind == _change.c.kind) & (_key.c.key == _change.c.key))
    return list(tx.connection.execute(query.where(which).order_by(_change.c.known_at, _change.c.id)))


def _date_changes(tx: Transaction, at: datetime, last: Mapping[tuple[str, str], datetime]) -> None:
    """Set `changed_at` of what changed later back to its last change before, else to when it was first seen."""
    for kind in ("line", "supply"):
        table = OF_KIND[kind]
        query = select(table.c.id, table.c.first_seen_at, _key.c.key).join(
            _key, (_key.c.kind == kind) & (_key.c.row_id == table.c.id)
        )
        rows = [
            {"_id": row.id, "_at": last.get((kind, row.key), row.first_seen_at)}
            for row in tx.connection.execute(query.where(table.c.changed_at >= at))
        ]
        if rows:
            tx.connection.execute(_changed(table), rows)


def _note_changed(tx: Transaction, newest: Mapping[tuple[str, int], datetime]) -> None:
    for kind in ("line", "supply"):
        rows = [{"_id": row_id, "_at": at} for (of, row_id), at in newest.items() if of == kind]
        if rows:
            tx.connection.execute(_changed(OF_KIND[kind]), rows)


def _changed(table: Table) -> Any:
    moment = bindparam("_at", type_=table.c.changed_at.type)
    return update(table).where(table.c.id == bindparam("_id")).values(changed_at=moment)


def _appear(tx: Transaction, table: Table, moment: Column[Any], step: Step, touched: Touched) -> None:
    """Put the rows of `table` that became known in `step` in their place, and note whom they concern."""
    later = _LATER[table.name]
    these = select(later).where(moment > step.before, moment <= step.until)
    rows = [dict(row) for row in tx.connection.execute(these).mappings()]
    if not rows:
        return
    if table.name in _RENUMBERED:
        insert_new(tx, table, [{name: value for name, value in row.items() if name != "id"} for row in rows])
    else:
        tx.connection.execute(insert(table), rows)
    if table is _line:
        touched.customers |= _behind(tx, {row["id"] for row in rows})
    elif "sku" in table.c:
        touched.customers |= _waiting_for(tx, {row["sku"] for row in rows})
    if "line_id" in table.c:
        touched.customers |= _owners(tx, _line.c.id, _line.c.customer_id, {row["line_id"] for row in rows})
    if "address_hash" in table.c:
        hashes = {row["address_hash"] for row in rows}
        touched.addresses |= _owners(tx, _address.c.hash, _address.c.id, hashes)
    for name, into in (("customer_id", touched.customers), ("address_id", touched.addresses)):
        if name in table.c:
            into.update(row[name] for row in rows if row[name] is not None)


def _lifted(tx: Transaction, step: Step, touched: Touched) -> None:
    """Whoever is no longer held or suppressed; the rows themselves say until when they count."""
    holds = select(_hold.c.customer_id).where(_hold.c.lifted_at > step.before, _hold.c.lifted_at <= step.until)
    touched.customers.update(tx.connection.execute(holds).scalars())
    ends = (_suppression.c.lifted_at > step.before) & (_suppression.c.lifted_at <= step.until)
    free = select(_address.c.id).join(_suppression, _suppression.c.address_hash == _address.c.hash).where(ends)
    touched.addresses.update(tx.connection.execute(free).scalars())


def _waiting_for(tx: Transaction, skus: Collection[str]) -> set[int]:
    """Customers with an open line of these SKUs: their stock or supply changed."""
    found: set[int] = set()
    for some in batches(sorted(skus)):
        found.update(tx.connection.execute(select(_line.c.customer_id).where(_line.c.sku.in_(some), _STILL)).scalars())
    return found


def _behind(tx: Transaction, line_ids: Collection[int]) -> set[int]:
    """Customers with an open line of the same SKU ordered no earlier: those who move in the queue with these lines.

    An import marks the whole queue, also those ahead, for whom nothing can change: that would be most of the time.
    """
    first: dict[str, datetime] = {}
    for ids in batches(sorted(line_ids)):
        for row in tx.connection.execute(select(_line.c.sku, _line.c.ordered_at).where(_line.c.id.in_(ids))):
            first[row.sku] = min(row.ordered_at, first.get(row.sku, row.ordered_at))
    found: set[int] = set()
    for skus in batches(sorted(first)):
        query = select(_line.c.customer_id, _line.c.sku, _line.c.ordered_at).where(_line.c.sku.in_(skus), _STILL)
        waiting = tx.connection.execute(query.where(_line.c.ordered_at >= min(first[sku] for sku in skus)))
        found.update(row.customer_id for row in waiting if row.ordered_at >= first[row.sku])
    return found


def _owners(tx: Transaction, by: Column[Any], whose: Column[Any], wanted: Collection[Any]) -> set[Any]:
    return set(_each(tx, by, whose, wanted))


def _each(tx: Transaction, by: Column[Any], whose: Column[Any], wanted: Collection[Any]) -> Iterator[Any]:
    for ids in batches(sorted(wanted)):
        yield from tx.connection.execute(select(whose).where(by.in_(ids))).scalars()
