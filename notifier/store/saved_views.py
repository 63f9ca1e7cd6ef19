"""Writes the views of the console that people save. Colour: store. Called by pipeline.saved_views."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select

from notifier.store.engine import Transaction
from notifier.store.lookup import insert_new, table_of
from notifier.store.tables import SavedView

_view = table_of(SavedView)


def count_others(tx: Transaction, row: Mapping[str, object]) -> int:
    """How many views the owner of this one has beside it."""
    query = select(func.count()).select_from(_view).where(_view.c.owner == row["owner"], ~_same(row))
    found: int = tx.connection.execute(query).scalar_one()
    return found


def keep_view(tx: Transaction, row: dict[str, object], now: datetime) -> None:
    """Save a view (owner, area, name, query, shared); one of the same name gives way."""
    tx.connection.execute(delete(_view).where(_same(row)))
    insert_new(tx, _view, [row | {"at": now}])


def _same(row: Mapping[str, object]) -> ColumnElement[bool]:
    """The view of that owner, area and name."""
    return (_view.c.owner == row["owner"]) & (_view.c.area == row["area"]) & (_view.c.name == row["name"])


def drop_view(tx: Transaction, view_id: int, owner: str, *, shared: bool) -> bool:
    """Forget a view of its owner's, or a `shared` one of anybody's; False where there is none such of this id."""
    whose = (_view.c.owner == owner) | _view.c.shared if shared else _view.c.owner == owner
    return tx.connection.execute(delete(_view).where(_view.c.id == view_id, whose)).rowcount > 0
