"""What was told and heard about some order lines, for their customer's page. Colour: store. Called by pipeline.page.

No address and no words of the customer are among it: who has the link may not be who wrote.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from notifier.store.engine import Transaction
from notifier.store.lookup import among, table_of
from notifier.store.tables import Action, OrderLine, PromiseTold, Reply, ReplyLine
from notifier.terms import page
from notifier.terms.effects import ActionKind, ActionState, Effect, effect_from
from notifier.terms.time import EtaRange

_promise, _reply, _about, _action = table_of(PromiseTold), table_of(Reply), table_of(ReplyLine), table_of(Action)
_line = table_of(OrderLine)

MOST_HEARD = 30
"""Replies that a page looks at, the newest; nobody reads more."""


@dataclass(frozen=True, slots=True)
class Wish:
    """An action that was asked for."""

    line_id: int
    reply_id: int | None
    kind: ActionKind
    state: ActionState


@dataclass(frozen=True, slots=True)
class HeardReply:
    """One reply about these lines. `asked`: a person answers it, and has not yet where `waits`."""

    id: int
    received_at: datetime
    effects: tuple[Effect, ...]
    asked: bool
    waits: bool


def promises(tx: Transaction, line_ids: Sequence[int]) -> dict[int, list[page.PromiseTold]]:
    """The dates told about each line, oldest first, by line id."""
    found: dict[int, list[page.PromiseTold]] = defaultdict(list)
    query = select(_promise).where(among(_promise.c.line_id, line_ids))
    for row in tx.connection.execute(query.order_by(_promise.c.told_at, _promise.c.id)):
        eta = EtaRange(row.eta_from, row.eta_to) if row.eta_from and row.eta_to else None
        found[row.line_id].append(page.PromiseTold(row.told_at, row.channel, eta))
    return found


def wishes(tx: Transaction, line_ids: Sequence[int]) -> list[Wish]:
    """Every action that was ever asked for these lines, oldest first."""
    query = select(_action).where(among(_action.c.line_id, line_ids)).order_by(_action.c.requested_at, _action.c.id)
    return [
        Wish(row.line_id, row.reply_id, ActionKind(row.kind), ActionState(row.state))
        for row in tx.connection.execute(query)
    ]


def heard(tx: Transaction, line_ids: Sequence[int], message_ids: Sequence[int]) -> list[HeardReply]:
    """The newest replies about these lines, or to these messages, newest first."""
    named = select(_about.c.reply_id).where(among(_about.c.line_id, line_ids))
    these = _reply.c.id.in_(named) | _reply.c.message_id.in_(message_ids)
    query = select(_reply).where(these).order_by(_reply.c.received_at.desc(), _reply.c.id.desc()).limit(MOST_HEARD)
    return [
        HeardReply(
            row.id,
            row.received_at,
            tuple(effect_from(one) for one in json.loads(row.effects)),
            asked=row.needs_person,
            waits=row.needs_person and row.closed_at is None,
        )
        for row in tx.connection.execute(query)
    ]


def closings(tx: Transaction, line_ids: Sequence[int]) -> dict[int, datetime]:
    """When each line was last said to be over by the shop's records; its last change where they name no moment."""
    query = select(_line).where(among(_line.c.id, line_ids))
    return {row.id: _closed(row) for row in tx.connection.execute(query)}


def _closed(row: Any) -> datetime:
    said = [one for one in (row.shipped_at, row.cancelled_at, row.refunded_at) if one is not None]
    found: datetime = max(said) if said else (row.changed_at or row.first_seen_at)
    return found
