"""Saves a list of the console with its filters, for oneself or for all. Colour: root. Called by the web's console."""

from dataclasses import dataclass
from datetime import datetime

from notifier.errors import UsageError
from notifier.pipeline.house import House
from notifier.pipeline.people import operator_name
from notifier.store.saved_views import count_others, drop_view, keep_view

MOST_NAME, MOST_QUERY, MOST_EACH = 60, 500, 50


@dataclass(frozen=True, slots=True)
class Saving:
    """What is to be saved: the page (`area`), the name, the query string; `shared`: for all to see."""

    area: str
    name: str
    query: str
    shared: bool = False


def save_view(house: House, what: Saving, by: str, now: datetime) -> None:
    """Save it for `by`; their view of the same name gives way. Raises UsageError."""
    owner, name = operator_name(by), " ".join(what.name.split())
    if not name or len(name) > MOST_NAME or not name.isprintable():
        raise UsageError(f"give the view a name of at most {MOST_NAME} letters")
    if len(what.query) > MOST_QUERY or not what.query.isprintable():
        raise UsageError("these are too many filters to save; leave some out")
    row: dict[str, object] = {"owner": owner, "area": what.area, "name": name}
    with house.store.write() as tx:
        if count_others(tx, row) >= MOST_EACH:
            raise UsageError(f"you have {MOST_EACH} saved views; delete one first")
        keep_view(tx, row | {"query": what.query, "shared": what.shared}, now)


def forget_view(house: House, view_id: int, by: str, *, leads: bool) -> None:
    """Delete a view of `by`'s own; who `leads` deletes what others share, too. Raises UsageError for any other."""
    with house.store.write() as tx:
        if not drop_view(tx, view_id, operator_name(by), shared=leads):
            raise UsageError("there is no such view of yours; only a lead can delete what somebody else shares")
