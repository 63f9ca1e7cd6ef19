"""Discount codes for a long wait: issued within a budget, single-use, voided with their message. Colour: store.

Called by pipeline.plan in the transaction that queues the message that carries the code.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.tables import Message, RewardCode

_code, _message = table_of(RewardCode), table_of(Message)

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""No I, O, 0, 1: a customer may have to read the code aloud."""


@dataclass(frozen=True, slots=True)
class RewardTerms:
    """What a code is worth. `cost` is what one code takes from `budget`, both in `currency`; a budget None is no limit."""

    percent: int | None
    amount: Decimal | None
    currency: str
    cost: Decimal
    budget: Decimal | None
    expires_on: date


def spent(tx: Transaction) -> Decimal:
    """What all codes not voided have taken from the budget."""
    taken = tx.connection.execute(select(_code.c.cost).where(_code.c.voided_at.is_(None))).scalars()
    return sum(taken, Decimal(0))


def issue(tx: Transaction, terms: RewardTerms, brand: str, customers: Sequence[int], now: datetime) -> dict[int, int]:
    """Issue a code to each customer in order while the budget lasts; returns the code's id by customer id."""
    left = None if terms.budget is None else terms.budget - spent(tx)
    made: dict[int, int] = {}
    for customer_id in customers:
        if left is not None:
            if left < terms.cost:
                break
            left -= terms.cost
        row = _row(terms, brand, customer_id, now)
        made[customer_id] = tx.connection.execute(insert(_code).returning(_code.c.id), row).scalar_one()
    return made


def void(tx: Transaction, message_ids: Sequence[int], now: datetime) -> None:
    """Void the codes of messages that will never go; their cost returns to the budget."""
    theirs = select(_message.c.reward_id).where(_message.c.id.in_(message_ids), _message.c.reward_id.is_not(None))
    tx.connection.execute(update(_code).where(_code.c.id.in_(theirs)).values(voided_at=now))


def _row(terms: RewardTerms, brand: str, customer_id: int, now: datetime) -> dict[str, Any]:
    return {
        "code": "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3)),
        "brand": brand,
        "customer_id": customer_id,
        "percent": terms.percent,
        "amount": terms.amount,
        "currency": terms.currency,
        "cost": terms.cost,
        "issued_at": now,
        "expires_on": terms.expires_on,
    }
