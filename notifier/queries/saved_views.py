"""The views of the console that people saved. Colour: store. Called by the web's console."""

from dataclasses import dataclass

from sqlalchemy import or_, select

from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.tables import SavedView

_view = table_of(SavedView)

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class View:
    """A view: `query` is the query string of its page."""

    id: int
    owner: str
    name: str
    query: str
    shared: bool


def views_of(tx: Transaction, area: str, owner: str) -> list[View]:
    """Somebody's own views of an area, then those that others share, by name."""
    seen = or_(_view.c.owner == owner, _view.c.shared)
    query = select(_view).where(_view.c.area == area, seen)
    rows = tx.connection.execute(query.order_by(_view.c.owner != owner, _view.c.name, _view.c.id).limit(MOST_SHOWN))
    return [View(row.id, row.owner, row.name, row.query, row.shared) for row in rows]
