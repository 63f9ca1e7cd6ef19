"""A queued shop many times over, by SQL: seconds where import and plan take an hour. Used by `benchmarks.flat`.

Each copy has customers, addresses, orders, lines and messages of its own. Decisions are not copied, because
delivery reads none.
"""

from typing import Any

from sqlalchemy import Column, ColumnElement, Integer, MetaData, String, Table, cast, insert, select, text, true

from notifier.store.engine import Store, Transaction
from notifier.store.lookup import table_of
from notifier.store.tables import Address, Customer, Message, MessageLine, Order, OrderLine

COPIED = [table_of(model) for model in (Address, Customer, Order, OrderLine, Message, MessageLine)]
"""In the order in which they refer to each other."""

ONE_OF_ITS_KIND = {
    *("address.hash", "address.value", "customer.key", "shop_order.key"),
    *("message.key", "message.uid"),
}

_copy = Table("bench_copy", MetaData(), Column("k", Integer, primary_key=True))


def multiply(store: Store, times: int) -> None:
    """Add `times` - 1 copies of all that is in the shop."""
    with store.write() as tx:
        _copy.create(tx.connection)
        if times > 1:
            tx.connection.execute(insert(_copy), [{"k": k} for k in range(1, times)])
        spans = {table.name: _highest(tx, table) for table in COPIED}
        for table in COPIED:
            _copy_all(tx, table, spans)
        _copy.drop(tx.connection)
    store.tidy()


def _highest(tx: Transaction, table: Table) -> int:
    found = tx.connection.execute(select(table.c.id).order_by(table.c.id.desc()).limit(1))
    return int(found.scalar_one())


def _copy_all(tx: Transaction, table: Table, spans: dict[str, int]) -> None:
    values = [_copied(column, spans).label(column.name) for column in table.c]
    source = select(*values).select_from(table.join(_copy, true()))
    tx.connection.execute(insert(table).from_select([column.name for column in table.c], source))
    if tx.postgresql:
        sequence = f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) FROM {table.name}"
        tx.connection.execute(text(sequence))


def _copied(column: Column[Any], spans: dict[str, int]) -> ColumnElement[Any]:
    """The column in copy `k`: ids and what refers to them are moved on, keys get the number in front."""
    named = [fk.column.table.name for fk in column.foreign_keys]
    moved = column.table.name if column.primary_key else named[0] if named else ""
    if moved in spans:
        return column + _copy.c.k * spans[moved]
    if f"{column.table.name}.{column.name}" in ONE_OF_ITS_KIND:
        return cast(_copy.c.k, String) + "-" + column
    return column
