"""Puts the values that the history keeps as text back into their columns. Colour: store. Called by rewind,
records.slips.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Table, bindparam, update

from notifier.store.columns import Amount
from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.tables import Customer, Order, OrderLine, Product, Supply

OF_KIND: Mapping[str, Table] = {
    "customer": table_of(Customer), "order": table_of(Order), "line": table_of(OrderLine),
    "product": table_of(Product), "supply": table_of(Supply),
}  # fmt: skip
"""The kinds of fact_change, and the tables that they are about."""


def write_texts(tx: Transaction, edits: Iterable[tuple[str, int, str, str | None]]) -> None:
    """Write values as text, (kind, row id, field, value), into their columns; of several, the last one stays."""
    alike: dict[tuple[str, str], dict[int, str | None]] = defaultdict(dict)
    for kind, row_id, name, text in edits:
        alike[kind, name][row_id] = text
    for (kind, name), values in alike.items():
        table = OF_KIND.get(kind)
        if table is None or name not in table.c:
            continue
        column = table.c[name]
        change = update(table).where(table.c.id == bindparam("_id")).values({name: bindparam("_value")})
        rows = [{"_id": row_id, "_value": typed(column, text)} for row_id, text in values.items()]
        tx.connection.execute(change, rows)


def typed(column: Column[Any], text: str | None) -> Any:
    """The value that the history keeps as text, as its column has it."""
    kind = getattr(column.type, "impl", column.type)
    if text is None:
        return None
    if isinstance(column.type, Amount):
        return Decimal(text)
    if isinstance(kind, Boolean):
        return text == "true"
    if isinstance(kind, Integer):
        return int(text)
    if isinstance(kind, DateTime):
        return datetime.fromisoformat(text)
    return date.fromisoformat(text) if isinstance(kind, Date) else text
