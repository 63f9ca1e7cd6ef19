"""To whom a stopped run would tell what, as long as it waits for a person. Colour: store.

Called by pipeline.stopped_run, run_sample and brake. The caller holds plan's lock.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import batches, table_of
from notifier.store.tables import Customer, StoppedNews
from notifier.terms.decision import ToTell

_news, _customer = table_of(StoppedNews), table_of(Customer)


def news_of(tx: Transaction, run_id: int, *, told: bool = False) -> set[ToTell]:
    """What the run would tell, whatever has become of it since; `told`: only what the team has heard of."""
    query = select(_news.c.customer_id, _news.c.purpose, _news.c.notice).where(_news.c.run_id == run_id)
    return {ToTell(*row) for row in tx.connection.execute(query.where(_news.c.told) if told else query)}


def some_news(tx: Transaction, run_id: int, of_each: int) -> list[ToTell]:
    """What the run would tell to the first customers of each purpose and kind of notice; it costs one look at its news
    and no more, however many they are.
    """
    turn = func.row_number().over(partition_by=(_news.c.purpose, _news.c.notice), order_by=_news.c.customer_id)
    columns = (_news.c.customer_id, _news.c.purpose, _news.c.notice)
    numbered = select(*columns, turn.label("turn")).where(_news.c.run_id == run_id).subquery()
    query = select(*(numbered.c[one.name] for one in columns)).where(numbered.c.turn <= of_each)
    return sorted(ToTell(*row) for row in tx.connection.execute(query))


def keep_news(tx: Transaction, run_id: int, news: Collection[ToTell]) -> None:
    """Let this be what the run would tell; of what is new the team has not heard."""
    told = news_of(tx, run_id, told=True)
    drop_news(tx, run_id)
    rows = [{"run_id": run_id, "told": one in told} | one._asdict() for one in sorted(news)]
    for batch in batches(rows):
        tx.connection.execute(insert(_news), batch)


def mark_told(tx: Transaction, run_id: int) -> None:
    """The team has heard of all that the run would tell."""
    tx.connection.execute(update(_news).where(_news.c.run_id == run_id).values(told=True))


def drop_news(tx: Transaction, run_id: int) -> None:
    """The run waits no longer."""
    tx.connection.execute(delete(_news).where(_news.c.run_id == run_id))


def look_at_news(tx: Transaction, run_id: int, now: datetime) -> None:
    """Let plan look at `now` at everybody whom the run would tell anything."""
    whose = select(_news.c.customer_id).where(_news.c.run_id == run_id)
    tx.connection.execute(update(_customer).where(_customer.c.id.in_(whose)).values(due_at=now))


def left_out(tx: Transaction, run_id: int, apart: Select[Any] | None) -> set[int]:
    """Those of its customers who are among the ones `apart`, whom plan does not judge."""
    if apart is None:
        return set()
    query = select(_news.c.customer_id.distinct()).where(_news.c.run_id == run_id, _news.c.customer_id.in_(apart))
    return set(tx.connection.execute(query).scalars())
