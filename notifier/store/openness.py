"""When a line is open at a past or present moment, as SQL. Colour: store. Used by gather and queries.

A date beats the label: a line whose shipped_at lies ahead is still open; a label without a date counts.
Either is about its own count of units where there is one, else about the whole line. The same rule for one line in
memory is `forecast.standing`; a test holds the two together.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, or_

from notifier.store.lookup import table_of
from notifier.store.tables import OrderLine

_LINE = table_of(OrderLine).c


def open_units(now: datetime) -> ColumnElement[int]:
    """Units of a line still owed to the customer at the UTC instant `now`; those that leave later still are."""
    shipped = case((_LINE.shipped_at > now, 0), else_=_LINE.quantity_shipped)
    cancelled = case((_LINE.cancelled_at > now, 0), else_=_LINE.quantity_cancelled)
    return _LINE.quantity - shipped - cancelled


def is_open(now: datetime) -> ColumnElement[bool]:
    """True for lines that at the UTC instant `now` were ordered and neither shipped nor cancelled as a whole."""
    not_shipped = or_(_LINE.shipped_at > now, and_(_LINE.shipped_at.is_(None), _LINE.status != "shipped"))
    not_cancelled = or_(_LINE.cancelled_at > now, and_(_LINE.cancelled_at.is_(None), _LINE.status != "cancelled"))
    return and_(
        _LINE.ordered_at <= now,
        open_units(now) > 0,
        _LINE.status != "closed",
        or_(_LINE.quantity_shipped > 0, not_shipped),
        or_(_LINE.quantity_cancelled > 0, not_cancelled),
    )
