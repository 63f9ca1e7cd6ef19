"""Marks the customers whom plan must judge anew because their facts changed. Colour: store. Called by records/ only.

Set-based: the cost is that of the rows touched, not of asking row by row.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, delete, select, update

from notifier.records.people import NOBODY
from notifier.store.engine import Transaction
from notifier.store.lookup import batches, insert_new, table_of
from notifier.store.tables import Customer, ImportRun, ImportSku, OrderLine
from notifier.terms.time import EPOCH

_customer, _line = table_of(Customer), table_of(OrderLine)
_run, _sku = table_of(ImportRun), table_of(ImportSku)

_still_open = (_line.c.status.not_in(("shipped", "cancelled", "closed"))) & _line.c.shipped_at.is_(None)
"""Roughly open: a line too many costs one judgement, a line too few leaves a customer unjudged until the next fact."""


def _mark(tx: Transaction, these: ColumnElement[bool]) -> None:
    # those marked already too: a plan at work may be about to clear the mark, and must find this one after it
    tx.connection.execute(update(_customer).where(_customer.c.key != NOBODY, these).values(due_at=EPOCH))


def mark_customers(tx: Transaction, customer_ids: Iterable[int]) -> None:
    """These customers are due."""
    for ids in batches(sorted(set(customer_ids))):
        _mark(tx, _customer.c.id.in_(ids))


def mark_waiting_for(tx: Transaction, skus: Iterable[str], import_id: int) -> None:
    """Every customer with an open line of these SKUs is due: stock or supply changed, by a file not yet at its end."""
    for some in batches(sorted(set(skus))):
        insert_new(tx, _sku, [{"import_id": import_id, "sku": sku} for sku in some])
        waiting = select(_line.c.customer_id).where(_line.c.sku.in_(some), _still_open)
        _mark(tx, _customer.c.id.in_(waiting))


def mark_queues_of(tx: Transaction, import_id: int) -> None:
    """Every customer with an open line of a SKU whose lines this import changed is due: the queue may have moved.

    Once per import, because a popular SKU would otherwise cost its whole queue with every batch.
    """
    touched = select(_line.c.sku).where(_line.c.import_id == import_id)
    waiting = select(_line.c.customer_id).where(_line.c.sku.in_(touched), _still_open)
    _mark(tx, _customer.c.id.in_(waiting))


def finish_interrupted(tx: Transaction) -> None:
    """Imports that died before they marked the queues: mark them now, so that a crash loses nothing.

    Their rows count once a later import of the same kind and profile has come to its end (`close`).
    """
    for run_id in tx.connection.execute(select(_run.c.id).where(_run.c.state == "running")).scalars().all():
        mark_queues_of(tx, run_id)
        tx.connection.execute(update(_run).where(_run.c.id == run_id).values(state="interrupted"))


def close(tx: Transaction, import_id: int, kind: str, profile: str) -> None:
    """An import is at its end: from now on its rows count, and those of earlier ones that were interrupted."""
    alike = (_run.c.kind == kind) & (_run.c.profile == profile) & (_run.c.id <= import_id)
    ended = select(_run.c.id).where(alike, _run.c.state.in_(("running", "interrupted")))
    tx.connection.execute(delete(_sku).where(_sku.c.import_id.in_(ended)))
    resumed = alike & (_run.c.state == "interrupted") & (_run.c.id < import_id)
    tx.connection.execute(update(_run).where(resumed).values(state="resumed"))
