"""The brake's memory: how many customers runs reached, runs that wait for a person, news held back. Colour: store.

Called by pipeline.brake, runs and run_sample, and by queries.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, delete, func, insert, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import among, batches, insert_new, table_of
from notifier.store.openness import is_open
from notifier.store.tables import Contact, Customer, Message, OrderLine, Withheld
from notifier.store.tables.messages import PlanRun
from notifier.terms.words import DeliveryMode, MessageState, RunState

_run, _message, _withheld, _customer = table_of(PlanRun), table_of(Message), table_of(Withheld), table_of(Customer)
_contact, _line = table_of(Contact), table_of(OrderLine)

_UNSENT = (MessageState.WITHDRAWN.value, MessageState.TAKEN_OVER.value)


def reached(tx: Transaction, mode: str, since: datetime, now: datetime, apart: Select[Any] | None = None) -> int:
    """Customers to whom something was queued in `mode` after `since` and until `now`, approved runs apart.

    The messages `apart` (a query for their ids) were approved by other means.
    """
    counted = (RunState.DONE.value, RunState.RUNNING.value)
    runs = select(_run.c.id).where(_run.c.mode == mode, _run.c.at > since, _run.c.at <= now, _run.c.state.in_(counted))
    query = select(func.count(_message.c.customer_id.distinct()))
    query = query.where(_message.c.run_id.in_(runs), _message.c.state.not_in(_UNSENT))
    if apart is not None:
        query = query.where(_message.c.id.not_in(apart))
    found: int = tx.connection.execute(query).scalar_one()
    return found


def sizes(tx: Transaction, mode: str, most: int) -> list[int]:
    """The customers that each of the last runs wrote to, runs that wrote to nobody left out; the newest first."""
    ended = _run.c.state.in_((RunState.DONE.value, RunState.APPROVED.value))
    query = select(_run.c.messaged).where(_run.c.mode == mode, ended, _run.c.messaged > 0)
    return list(tx.connection.execute(query.order_by(_run.c.id.desc()).limit(most)).scalars())


def waiting_run(tx: Transaction, mode: str) -> Row[Any] | None:
    """The stopped run of `mode` that waits for a person; there is one at most."""
    query = select(_run).where(_run.c.mode == mode, _run.c.state == RunState.STOPPED).order_by(_run.c.id.desc())
    return tx.connection.execute(query.limit(1)).first()


def run_by_id(tx: Transaction, run_id: int) -> Row[Any] | None:
    """One run."""
    return tx.connection.execute(select(_run).where(_run.c.id == run_id)).first()


def change_run(tx: Transaction, run_id: int, **values: Any) -> None:
    """Write these columns of a run."""
    tx.connection.execute(update(_run).where(_run.c.id == run_id).values(**values))


def keep_stop(tx: Transaction, mode: str, now: datetime, values: Mapping[str, Any]) -> int:
    """Put a stopped run on record, or bring the one that waits up to date; returns its id."""
    waiting = waiting_run(tx, mode)
    if waiting is not None:
        change_run(tx, waiting.id, at=now, **values)
        return int(waiting.id)
    row = PlanRun(at=now, mode=mode, state=RunState.STOPPED, stopped_at=now).model_dump(exclude={"id"}) | dict(values)
    made: int = tx.connection.execute(insert(_run).returning(_run.c.id), row).scalar_one()
    return made


@dataclass(frozen=True, slots=True)
class News:
    """What one decision would say about one line."""

    line_id: int
    purpose: str
    occasion: str


def withhold(tx: Transaction, run_id: int, news: Mapping[News, tuple[int, bool, bool]]) -> None:
    """Hold back `news`, each with its customer, whether it is required, and whether it is silenced.

    What a trial in another mode held back of the same lines gives way; what was held back in mode live never does.
    """
    mode = select(_run.c.mode).where(_run.c.id == run_id).scalar_subquery()
    trials = select(_run.c.id).where(_run.c.mode != mode, _run.c.mode != DeliveryMode.LIVE)
    for ids in batches(sorted({one.line_id for one in news})):
        before = among(_withheld.c.line_id, ids) & _withheld.c.run_id.in_(trials)
        tx.connection.execute(delete(_withheld).where(before))
    rows = [
        {"line_id": one.line_id, "purpose": one.purpose, "occasion": one.occasion, "run_id": run_id}
        | {"customer_id": customer, "required": required, "silenced": silenced}
        for one, (customer, required, silenced) in news.items()
    ]
    for batch in batches(rows, 2000):
        insert_new(tx, _withheld, batch)


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Under which run news is held back; `silenced`: it was rejected, else it waits to be approved."""

    run: int
    silenced: bool


def withheld(tx: Transaction, line_ids: Sequence[int], mode: str) -> dict[News, HeldBack]:
    """The news held back about these lines under runs of `mode`."""
    found: dict[News, HeldBack] = {}
    if tx.connection.execute(select(_withheld.c.line_id).limit(1)).first() is None:
        return found  # as nearly always
    query = select(_withheld).join(_run, _run.c.id == _withheld.c.run_id).where(_run.c.mode == mode)
    for ids in batches(line_ids):
        for row in tx.connection.execute(query.where(among(_withheld.c.line_id, ids))):
            found[News(row.line_id, row.purpose, row.occasion)] = HeldBack(row.run_id, row.silenced)
    return found


def let_go(tx: Transaction, run_id: int, *, required_only: bool, now: datetime) -> frozenset[News]:
    """What was held back under this run may be said, and is returned; plan looks at those customers at `now`."""
    mine = _withheld.c.run_id == run_id
    if required_only:
        mine &= _withheld.c.required
    theirs = _customer.c.id.in_(select(_withheld.c.customer_id).where(mine))
    tx.connection.execute(update(_customer).where(theirs).values(due_at=now))
    return _taken_out(tx, mine)


def sayable(tx: Transaction, run_id: int, whose: Sequence[int]) -> frozenset[News]:
    """The same of these few customers, in a transaction that is taken back: whoever asks judges them right away.

    No customer's row is touched: plan changes many of them in an order of its own, and each would wait for the other.
    """
    return _taken_out(tx, (_withheld.c.run_id == run_id) & _withheld.c.customer_id.in_(whose))


def _taken_out(tx: Transaction, which: ColumnElement[bool]) -> frozenset[News]:
    gone = delete(_withheld).where(which).returning(_withheld.c.line_id, _withheld.c.purpose, _withheld.c.occasion)
    return frozenset(News(*row) for row in tx.connection.execute(gone))


def held_back(tx: Transaction, now: datetime, run_id: int | None = None) -> list[Row[Any]]:
    """Runs whose news waits for a person's word, each with how many customers `wait` whose lines are open, and of how
    many of them the law requires it (`by_law`). What was rejected does not wait. Of one run alone, if it is given.
    """
    waits = ~_withheld.c.silenced
    if run_id is not None:
        waits &= _withheld.c.run_id == run_id
    if tx.connection.execute(select(_withheld.c.line_id).where(waits).limit(1)).first() is None:
        return []  # as nearly always
    whose = _withheld.c.customer_id
    counted = (
        select(
            _withheld.c.run_id,
            func.count(whose.distinct()).label("wait"),
            func.count(case((_withheld.c.required, whose)).distinct()).label("by_law"),
        )
        .join(_line, _line.c.id == _withheld.c.line_id)
        .where(waits, is_open(now))
        .group_by(_withheld.c.run_id)
        .subquery()
    )
    query = select(_run, counted.c.wait, counted.c.by_law).join(counted, counted.c.run_id == _run.c.id)
    return list(tx.connection.execute(query.order_by(_run.c.id)))


def some_held_back(tx: Transaction, run_id: int, of_each: int, now: datetime) -> list[int]:
    """The first customers with open lines of whom this run holds news back, so many of each purpose; those first whose
    news waits and was not rejected.
    """
    order = (_withheld.c.silenced, _withheld.c.customer_id)
    turn = func.row_number().over(partition_by=_withheld.c.purpose, order_by=order)
    open_ones = select(_withheld.c.customer_id, turn.label("turn")).join(_line, _line.c.id == _withheld.c.line_id)
    numbered = open_ones.where(_withheld.c.run_id == run_id, is_open(now)).subquery()
    query = select(numbered.c.customer_id).distinct().where(numbered.c.turn <= of_each)
    return sorted(tx.connection.execute(query).scalars())


def last_work(tx: Transaction) -> datetime | None:
    """The latest moment that this database knows of: a run, or something said."""
    moments = [tx.connection.execute(select(func.max(column))).scalar_one() for column in (_run.c.at, _contact.c.at)]
    return max((one for one in moments if one is not None), default=None)


def waiting_messages(tx: Transaction, mode: str) -> dict[str, int]:
    """Messages in the outbox that are not handed off, by purpose."""
    waits = _message.c.state.in_((MessageState.QUEUED.value, MessageState.CLAIMED.value)) & (_message.c.mode == mode)
    query = select(_message.c.purpose, func.count()).where(waits).group_by(_message.c.purpose)
    return {row[0]: row[1] for row in tx.connection.execute(query.order_by(_message.c.purpose))}
