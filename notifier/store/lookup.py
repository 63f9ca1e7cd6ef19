"""Small query pieces shared by the store's colours. Colour: store."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar, cast

from sqlalchemy import Column, ColumnElement, Row, Select, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from notifier.store.engine import Transaction

Item = TypeVar("Item")

AnyRow = Row[Any]
"""One row as pipeline sees it: names, no SQL."""

AnyQuery = Select[Any]
"""A query that pipeline hands from one function of the store to another."""

IDS_A_QUERY = 5000
"""Parameters in one IN list; SQLite allows 32,766 a statement."""


def table_of(model: type[SQLModel]) -> Table:
    """The SQLAlchemy table behind a table model, for set-based statements."""
    return cast(Table, cast(Any, model).__table__)


def batches(items: Iterable[Item], size: int = IDS_A_QUERY) -> Iterator[Sequence[Item]]:
    """Cut `items` into lists of at most `size`."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def among(column: Column[Any], ids: Sequence[int]) -> ColumnElement[bool]:
    """`column IN (ids)`, for row ids alone: they are written into the statement, as binding thousands costs more."""
    return column.in_(bindparam(None, list(map(int, ids)), expanding=True, literal_execute=True))


def insert_new(
    tx: Transaction,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    returning: Sequence[Column[Any]] = (),
    replace: Sequence[str] = (),
) -> list[Row[Any]]:
    """Insert `rows`; a row whose unique key exists is left out, or has its `replace` columns overwritten."""
    made: Any = postgresql.insert(table) if tx.postgresql else sqlite.insert(table)
    given = [dict(row) for row in rows]
    if replace:
        new = {name: made.excluded[name] for name in replace}
        made = made.on_conflict_do_update(index_elements=list(table.primary_key), set_=new)
    else:
        made = made.on_conflict_do_nothing()
    if not returning:
        tx.connection.execute(made, given)
        return []
    return list(tx.connection.execute(made.returning(*returning), given))
