"""Column types that both databases keep exactly. Colour: store. Used by the tables."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Dialect, String, Text
from sqlalchemy.types import TypeDecorator
from sqlmodel.sql.sqltypes import AutoString

Bytewise = AutoString().with_variant(String(collation="C"), "postgresql")
"""Text in the order of its bytes on both databases, so that what begins with something is a range of an index."""


class Amount(TypeDecorator[Decimal]):
    """A Decimal kept as text: SQLite has no decimal type and would round it through a float."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write the plain decimal notation."""
        return None if value is None else format(value, "f")

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """Read it back exactly."""
        return None if value is None else Decimal(value)
