"""Small query pieces shared by the store's colours. Colour: store."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar, cast

from sqlalchemy import Boolean, Column, ColumnElement, Dialect, Row, Select, Table, Text, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, UserDefinedType
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


class _Ids(TypeDecorator[list[int]]):
    """Row ids as one text: an array's for PostgreSQL, JSON for SQLite."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: list[int] | None, dialect: Dialect) -> str:
        """Write the ids."""
        ids = ",".join(map(str, map(int, value or ())))
        return f"{{{ids}}}" if dialect.name == "postgresql" else f"[{ids}]"


class _Condition(FunctionElement[bool]):
    """A condition that we write ourselves."""

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:  # noqa: ARG002
        """As it stands. SQLAlchemy would compare it with 1 for SQLite, which then looks in no index."""
        return self


class _Among(_Condition):
    """`column IN (ids)`, the ids in one parameter: the statement stays the same for any number of them."""

    inherit_cache = True
    name = "among"


@compiles(_Among, "postgresql")
def _among_array(element: _Among, compiler: Any, **rest: Any) -> str:
    column, ids = (compiler.process(one, **rest) for one in element.clauses)
    return f"{column} = ANY (CAST({ids} AS INTEGER[]))"


@compiles(_Among, "sqlite")
def _among_json(element: _Among, compiler: Any, **rest: Any) -> str:
    column, ids = (compiler.process(one, **rest) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608 - parts that SQLAlchemy compiled


class _WrittenIds(UserDefinedType[Sequence[int]]):
    """Row ids as they stand in a statement, put there all at once: one by one each would cost a microsecond."""

    cache_ok = True

    def literal_processor(self, dialect: Dialect) -> Callable[[Sequence[int]], str]:  # noqa: ARG002
        """Writes the ids; NULL is in no list, and for none."""
        return lambda ids: ",".join(map(str, map(int, ids))) or "NULL"


class _AmongWritten(_Condition):
    """`column IN (ids)`, the ids in the text of the statement."""

    inherit_cache = True
    name = "among_written"


@compiles(_AmongWritten)
def _among_written(element: _AmongWritten, compiler: Any, **rest: Any) -> str:
    column, ids = (compiler.process(one, **rest) for one in element.clauses)
    return f"{column} IN ({ids})"


def among(column: Column[Any], ids: Sequence[int]) -> ColumnElement[bool]:
    """`column IN (ids)`, for row ids alone: they are written into the statement, as binding thousands costs more, and a
    planner that cannot see them takes other indexes.
    """
    return _AmongWritten(column, bindparam(None, ids, type_=_WrittenIds(), literal_execute=True))


IDS = "ids"
"""The name of the parameter of `these`."""


def these(column: Column[Any]) -> ColumnElement[bool]:
    """As `among`, for a statement on few ids that is made once: they come with each execution, as the parameter IDS."""
    return _Among(column, bindparam(IDS, type_=_Ids()))


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
