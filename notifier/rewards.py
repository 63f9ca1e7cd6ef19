"""Discount codes for a long wait: issued within a budget, single-use, voided with their message. Colour: store.

Called by pipeline.plan in the transaction that queues the message that carries the code.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, insert, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.tables import Message, RewardCode

_code, _message = table_of(RewardCode), table_of(Message)

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""No I, O, 0, 1: a customer may have to read the code aloud."""


@dataclass(frozen=True, slots=True)
class RewardTerms:
    """What a code is worth, and the `budget` (in `currency`) that all codes of a calendar year may cost together."""

    percent: int | None
    amount: Decimal | None
    currency: str
    budget: Decimal
    valid_days: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A code wanted for a customer of a brand; `cost` is what it may take from the budget."""

    brand: str
    customer_id: int
    cost: Decimal


def spent(tx: Transaction, now: datetime) -> Decimal:
    """What the codes of this calendar year (UTC), voided ones apart, have taken from the budget."""
    since = datetime(now.year, 1, 1, tzinfo=UTC)
    counted = _code.c.voided_at.is_(None) & (_code.c.issued_at >= since)
    return sum(tx.connection.execute(select(_code.c.cost).where(counted)).scalars(), Decimal(0))


def issue(tx: Transaction, terms: RewardTerms, asked: Sequence[Asked], now: datetime) -> list[int | None]:
    """Issue the codes asked for, in order, while the budget lasts; returns the id of each, None where it did not."""
    left = terms.budget - spent(tx, now)
    made: list[int | None] = []
    for one in asked:
        if one.cost > left:
            made.append(None)
            continue
        left -= one.cost
        row = _row(terms, one, now)
        made.append(tx.connection.execute(insert(_code).returning(_code.c.id), row).scalar_one())
    return made


def read(tx: Transaction, ids: Sequence[int]) -> dict[int, Row[Any]]:
    """Codes by id."""
    if not ids:
        return {}
    return {row.id: row for row in tx.connection.execute(select(_code).where(_code.c.id.in_(ids)))}


def void(tx: Transaction, message_ids: Sequence[int], now: datetime) -> None:
    """Void the codes of messages that will never go; their cost returns to the budget."""
    if not message_ids:
        return
    theirs = select(_message.c.reward_id).where(_message.c.id.in_(message_ids), _message.c.reward_id.is_not(None))
    tx.connection.execute(update(_code).where(_code.c.id.in_(theirs)).values(voided_at=now))


def _row(terms: RewardTerms, asked: Asked, now: datetime) -> dict[str, Any]:
    return {
        "code": "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3)),
        "brand": asked.brand,
        "customer_id": asked.customer_id,
        "percent": terms.percent,
        "amount": terms.amount,
        "currency": terms.currency,
        "cost": asked.cost,
        "issued_at": now,
        "expires_on": now.date() + timedelta(days=terms.valid_days),
    }
