"""Order lines. Colour: store. Called by importer's kinds `backorders` and `lines`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, func, select, update

from notifier.errors import Shrunken
from notifier.records.changes import Edits, Stamp, named, rows_by, values_of
from notifier.records.columns import GOODS_FIELDS, STANDING_FIELDS
from notifier.records.dirty import mark_customers
from notifier.records.orders import order_word
from notifier.records.people import Key
from notifier.records.promise import with_frozen_promise
from notifier.records.row import Record
from notifier.records.slipped import stated_of
from notifier.store.engine import Transaction
from notifier.store.lookup import batches, table_of
from notifier.store.tables import ImportRun, Order, OrderLine
from notifier.terms.words import LineStatus

_order, _line, _run = table_of(Order), table_of(OrderLine), table_of(ImportRun)

LineKey = tuple[str, str, str]
"""Brand, order number, and the line's key within the order."""

_BLANK: dict[str, Any] = {
    "product": "", "category": "", "bundle_id": "", "quantity": 1, "quantity_shipped": 0, "quantity_cancelled": 0,
    "unit_price": None, "currency": "", "promised_ship_by": None, "promised_edit": None, "deliver_by": None,
    "eta_from": None, "eta_to": None, "status": "open", "shipped_at": None, "cancelled_at": None, "refunded_at": None,
    "delay_reason": "", "rule_exempt": False, "seen_import": None,
}  # fmt: skip
_NUMBERS = {"quantity": 1, "quantity_shipped": 0, "quantity_cancelled": 0}


@dataclass(slots=True)
class Lines:
    """Which rows of a batch (by their place in it) changed something, and the customers concerned."""

    changed: set[LineKey] = field(default_factory=set)
    customers: set[int] = field(default_factory=set)


def known_hashes(tx: Transaction, keys: Iterable[LineKey]) -> dict[LineKey, tuple[int, str]]:
    """Id and row hash of the lines that are there: a row with the same hash says nothing new."""
    wanted = set(keys)
    found: dict[LineKey, tuple[int, str]] = {}
    query = select(_line.c.id, _line.c.row_hash, _line.c.key.label("line"), _order.c.brand, _order.c.key)
    for some in batches(sorted({order for _, order, _ in wanted})):
        joined = query.join(_order, _order.c.id == _line.c.order_id).where(_order.c.key.in_(some))
        for line_id, digest, line, brand, order in tx.connection.execute(joined).all():
            if (brand, order, line) in wanted:
                found[brand, order, line] = (line_id, digest)
    return found


def keep_lines(
    tx: Transaction, stamp: Stamp, records: Sequence[tuple[LineKey, Record]], orders: Mapping[Key, Row[Any]]
) -> Lines:
    """Insert or update lines; a blank or missing word of the line is its order's."""
    order_ids = {orders[key[:2]].id for key, _ in records}
    known = {(row.order_id, row.key): row for row in rows_by(tx, _line, "order_id", order_ids)}
    found = Lines()
    edits = Edits.of(_line, "line", stamp, stated_of(tx, "line", [row.id for row in known.values()]))
    for key, record in records:
        order = orders[key[:2]]
        fields = _fields(record, order) | {"row_hash": record.hash}
        row = known.get((order.id, key[2]))
        if row is None:
            own = {"order_id": order.id, "key": key[2], "first_seen_at": stamp.known_at, "import_id": stamp.import_id}
            own["changed_at"] = stamp.known_at
            edits.inserts.append(_BLANK | _of_order(order) | own | fields)
            found.changed.add(key)
            found.customers.add(order.customer_id)
            continue
        if row.status == LineStatus.CLOSED:  # it is back in the export
            fields.setdefault("status", order_word("status", order.status))
        if edits.compare(row, with_frozen_promise(row, fields), "/".join(key)):
            edits.updates[row.id] |= {"import_id": stamp.import_id, "changed_at": stamp.known_at}
            found.changed.add(key)
            found.customers |= {row.customer_id, order.customer_id}
    edits.write(tx)
    return found


def _of_order(order: Row[Any]) -> dict[str, Any]:
    word = named(order)
    return {name: order_word(name, word[name]) for name in STANDING_FIELDS}


def _fields(record: Record, order: Row[Any]) -> dict[str, Any]:
    row = record.values
    found = values_of(row, GOODS_FIELDS)
    for name, default in _NUMBERS.items():
        if name in found and found[name] is None:
            found[name] = default
    word = named(order)
    for name in STANDING_FIELDS:
        if name in row:
            found[name] = row[name] or order_word(name, word[name])
    found["sku"] = row["sku"]
    found["customer_id"] = order.customer_id
    found["ordered_at"] = order.ordered_at
    return found


def mark_seen(tx: Transaction, stamp: Stamp, line_ids: Iterable[int]) -> None:
    """These lines are in the snapshot at hand."""
    for ids in batches(sorted(line_ids)):
        tx.connection.execute(update(_line).where(_line.c.id.in_(ids)).values(seen_import=stamp.import_id))


def _open_in_scope(profile: str) -> Any:
    """Open lines that a snapshot of this profile held before."""
    runs = select(_run.c.id).where(_run.c.profile == profile)
    still = _line.c.status.in_((LineStatus.OPEN.value, LineStatus.BACKORDERED.value))
    return _line.c.seen_import.in_(runs) & still & _line.c.shipped_at.is_(None) & _line.c.cancelled_at.is_(None)


def count_open(tx: Transaction, profile: str) -> int:
    """How many lines were open in the last snapshots of `profile`."""
    return tx.connection.execute(select(func.count()).where(_open_in_scope(profile))).scalar_one()


def would_close(tx: Transaction, profile: str, seen: Collection[int], *, accept_shrink: bool) -> int:
    """How many lines a snapshot of `profile` would close that holds the lines `seen`. Raises as `close_absent` does."""
    there = set(tx.connection.execute(select(_line.c.id).where(_open_in_scope(profile))).scalars())
    gone = len(there.difference(seen))
    _refuse_shrunken(gone, len(there), accept_shrink=accept_shrink)
    return gone


def _refuse_shrunken(gone: int, open_before: int, *, accept_shrink: bool) -> None:
    if gone * 2 > open_before and not accept_shrink:
        raise Shrunken(
            f"{gone} of {open_before} open lines are gone from this full export; nothing was taken. If that is true, "
            "import it again with --accept-shrink"
        )


def close_absent(tx: Transaction, stamp: Stamp, profile: str, open_before: int, *, accept_shrink: bool) -> int:
    """Close the lines that this snapshot of `profile` no longer holds; returns how many.

    Raises Shrunken when more than half of the open lines would go: a cut-off export resolves nothing (HOSTILE.md
    12). They get the label `closed`, not shipped or cancelled: the export does not say which, and customers are told.
    """
    gone = _open_in_scope(profile) & (_line.c.seen_import != stamp.import_id)
    query = select(_line, _order.c.brand, _order.c.key.label("order_key")).join(_order, _order.c.id == _line.c.order_id)
    count = tx.connection.execute(select(func.count()).where(gone)).scalar_one()
    _refuse_shrunken(count, open_before, accept_shrink=accept_shrink)
    edits = Edits.of(_line, "line", stamp)
    closed = {"status": LineStatus.CLOSED.value, "row_hash": "", "import_id": stamp.import_id}
    customers = set()
    for row in tx.connection.execute(query.where(gone)):
        edits.compare(row, closed, f"{row.brand}/{row.order_key}/{row.key}")
        customers.add(row.customer_id)
    edits.write(tx)
    mark_customers(tx, customers)
    return count
