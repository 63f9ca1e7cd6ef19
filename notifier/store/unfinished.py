"""Whom an import concerns that has not come to its end. Colour: store. Called by pipeline.plan."""

from typing import Any

from sqlalchemy import Select, func, select, union

from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.tables import ImportRun, ImportSku, OrderLine

_line, _run, _sku = table_of(OrderLine), table_of(ImportRun), table_of(ImportSku)

_unfinished = select(_run.c.id).where(_run.c.state.in_(("running", "interrupted")))


def concerned(tx: Transaction) -> Select[Any] | None:
    """A query for the ids of the customers of whose facts only a part may be in; None where all imports are done.

    They have a line that the file changed, or wait for a SKU whose stock or supply it changed.
    """
    if tx.connection.execute(_unfinished.limit(1)).first() is None:
        return None
    changed = select(_line.c.customer_id).where(_line.c.import_id.in_(_unfinished))
    skus = select(_sku.c.sku).where(_sku.c.import_id.in_(_unfinished))
    both = union(changed, select(_line.c.customer_id).where(_line.c.sku.in_(skus))).subquery()
    return select(both.c.customer_id)


def count(tx: Transaction, customers: Select[Any]) -> int:
    """How many these are."""
    found: int = tx.connection.execute(select(func.count()).select_from(customers.subquery())).scalar_one()
    return found
