"""When a line is open at a past or present moment, as SQL. Colour: store. Used by gather and queries.

A date beats the label: a line whose shipped_at lies ahead is still open; a label without a date counts. The same rule
for
one line in memory is `forecast.standing`; a test holds the two together.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_

from notifier.store.lookup import table_of
from notifier.store.tables import OrderLine

_LINE = table_of(OrderLine).c

open_units = _LINE.quantity - _LINE.quantity_shipped - _LINE.quantity_cancelled
"""Units of a line still owed to the customer."""


def is_open(now: datetime) -> ColumnElement[bool]:
    """True for lines that at the UTC instant `now` were ordered and neither shipped nor cancelled."""
    return and_(
        _LINE.ordered_at <= now,
        open_units > 0,
        _LINE.status != "closed",
        or_(_LINE.shipped_at > now, and_(_LINE.shipped_at.is_(None), _LINE.status != "shipped")),
        or_(_LINE.cancelled_at > now, and_(_LINE.cancelled_at.is_(None), _LINE.status != "cancelled")),
    )
