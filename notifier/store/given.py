"""Rows of values that reach a statement as one parameter. Colour: store. Used by the outbox and by gather.

A statement with a parameter for each value is put together anew for each number of rows, which costs more than running
it; one JSON text is bound as it is, whatever it holds. Whole numbers and texts only.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Integer, Text, bindparam, cast, column, func, literal_column
from sqlalchemy.types import TypeEngine

PARAMETER = "given"
"""The name of the one parameter."""

_TYPES: dict[type, TypeEngine[Any]] = {int: Integer(), str: Text()}


def given_columns(postgresql: bool, **columns: type) -> dict[str, ColumnElement[Any]]:
    """The columns of the rows that PARAMETER will hold, by name; `columns` gives each one's type, int or str."""
    if postgresql:
        names: list[Column[Any]] = [Column(name, _TYPES[kind]) for name, kind in columns.items()]
        rows = func.json_to_recordset(cast(bindparam(PARAMETER, type_=Text()), JSON()))
        table = rows.table_valued(*names, name="given_rows").render_derived(with_types=True)
        return {name: table.c[name] for name in columns}
    each = func.json_each(bindparam(PARAMETER, type_=Text())).table_valued(column("value", Text()), name="given_rows")
    value = each.c["value"]
    return {
        name: func.json_extract(value, literal_column(f"'$.{name}'"), type_=_TYPES[kind])
        for name, kind in columns.items()
    }


def given_rows(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The parameter that holds `rows`."""
    return {PARAMETER: json.dumps(rows, ensure_ascii=False)}
