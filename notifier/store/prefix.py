"""What begins with something, as a range of an index in the order of bytes. Colour: store. Used by queries."""

from typing import Any

from sqlalchemy import Column, ColumnElement, text

from notifier.store.engine import Transaction

_LAST = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


def bounds(prefix: str) -> tuple[str, str | None]:
    """The first text with the prefix, and the first after all of them; None where there is none."""
    for end in range(len(prefix), 0, -1):
        following = ord(prefix[end - 1]) + 1
        if following in _SURROGATES:
            following = _SURROGATES.stop
        if following <= _LAST:
            return prefix, prefix[: end - 1] + chr(following)
    return prefix, None


def begins_with(column: Column[Any], prefix: str) -> ColumnElement[bool]:
    """Whether a column in the order of bytes (`Bytewise`) begins with `prefix`."""
    first, after = bounds(prefix)
    found: ColumnElement[bool] = column >= first
    return found if after is None else found & (column < after)


def key_begins_with(tx: Transaction, column: Column[Any], prefix: str) -> ColumnElement[bool]:
    """The same of a key of the shop, whose index on PostgreSQL has the operators for that."""
    if not tx.postgresql:
        return begins_with(column, prefix)
    first, after = bounds(prefix)
    found: ColumnElement[bool] = column.bool_op("~>=~")(first)
    return found if after is None else found & column.bool_op("~<~")(after)


def in_key_order(tx: Transaction, column: Column[Any]) -> Any:
    """What to order by, so that the index of `key_begins_with` is read from its beginning."""
    return text(f"{column.table.name}.{column.name} USING ~<~") if tx.postgresql else column
