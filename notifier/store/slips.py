"""Approved slips: which there are, and whom they tell what. Colour: store. Called by pipeline.slip and brake."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, insert, select

from notifier.store.engine import Transaction
from notifier.store.lookup import batches, table_of
from notifier.store.tables import Message, SlipMade, SlipNews
from notifier.terms.decision import ToTell
from notifier.terms.words import SENT_STATES, MessageState

_slip, _news, _message = table_of(SlipMade), table_of(SlipNews), table_of(Message)

APPROVED_FOR = timedelta(days=3)
"""How long an approved slip goes without being asked about again: over a weekend's quiet hours, and not for ever."""

_GONE = (MessageState.CLAIMED, *SENT_STATES)
"""States of messages that cannot be called back any more, or only perhaps."""


def slip_by_id(tx: Transaction, slip_id: int) -> Row[Any] | None:
    """One slip."""
    return tx.connection.execute(select(_slip).where(_slip.c.id == slip_id)).first()


def last_slips(tx: Transaction, most: int) -> list[Row[Any]]:
    """The newest slips, the last one first."""
    return list(tx.connection.execute(select(_slip).order_by(_slip.c.id.desc()).limit(most)))


def keep_news(tx: Transaction, slip_id: int, news: Collection[ToTell]) -> None:
    """Keep whom the approved slip tells what."""
    for batch in batches([{"slip_id": slip_id} | one._asdict() for one in sorted(news)], 2000):
        tx.connection.execute(insert(_news), batch)


def approved(tx: Transaction, mode: str, now: datetime) -> list[Row[Any]]:
    """The slips that were approved in `mode` so lately that what they tell needs no other word."""
    lately = (_slip.c.at > now - APPROVED_FOR) & (_slip.c.at <= now)
    query = select(_slip.c.id, _slip.c.at).where(_slip.c.mode == mode, lately, _slip.c.undone_at.is_(None))
    return list(tx.connection.execute(query))


def news_of(tx: Transaction, slip_ids: Collection[int]) -> set[ToTell]:
    """Whom these slips tell what."""
    query = select(_news.c.customer_id, _news.c.purpose, _news.c.notice).where(_news.c.slip_id.in_(sorted(slip_ids)))
    return {ToTell(*row) for row in tx.connection.execute(query)}


def told_by(slip_ids: Collection[int], since: datetime) -> Select[Any]:
    """A query for the ids of the messages, queued from `since` on, by which these slips are told."""
    same = (_news.c.purpose == _message.c.purpose) & (_news.c.notice == _message.c.notice)
    joined = select(_message.c.id).join(_news, (_news.c.customer_id == _message.c.customer_id) & same)
    return joined.where(_news.c.slip_id.in_(sorted(slip_ids)), _message.c.queued_at >= since)


def on_their_way(tx: Transaction, slip: Row[Any]) -> int:
    """How many messages of this slip may have reached somebody."""
    told = told_by([slip.id], slip.at).where(_message.c.state.in_(_GONE), _message.c.mode == slip.mode)
    found: int = tx.connection.execute(select(func.count()).select_from(told.distinct().subquery())).scalar_one()
    return found
