"""What one plan run decided and what has been written, person by person. Colour: store. Called by the demo."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.tables import Customer, Decision, Message
from notifier.terms.words import MessageState

_customer, _decision, _message = table_of(Customer), table_of(Decision), table_of(Message)


@dataclass(frozen=True, slots=True)
class Judged:
    """One decision of a run. `hold_until` is aware UTC; `timezone` is the customer's, empty when unknown."""

    customer: str
    country: str
    timezone: str
    purpose: str
    channel: str
    verdict: str
    reason: str
    hold_until: datetime | None


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that left. `file` is its name in mode folder; `handed_off_at` is aware UTC."""

    id: int
    run: int | None
    customer: str
    country: str
    brand: str
    purpose: str
    channel: str
    subject: str
    file: str
    handed_off_at: datetime | None


def judged_in(tx: Transaction, run: int) -> list[Judged]:
    """Every decision of the run `run`, by customer."""
    query: Select[Any] = (
        select(
            _customer.c.name.label("customer"),
            _customer.c.country,
            _customer.c.timezone,
            _decision.c.purpose,
            _decision.c.channel,
            _decision.c.verdict,
            _decision.c.reason,
            _decision.c.hold_until,
        )
        .join(_customer, _customer.c.id == _decision.c.customer_id)
        .where(_decision.c.last_run == run)
        .order_by(_decision.c.customer_id, _decision.c.id)
    )
    return [Judged(**row) for row in tx.connection.execute(query).mappings()]


def sent_so_far(tx: Transaction) -> list[Sent]:
    """Every message that a channel accepted, the newest first."""
    query: Select[Any] = (
        select(
            _message.c.id,
            _message.c.run_id.label("run"),
            _customer.c.name.label("customer"),
            _customer.c.country,
            _message.c.brand,
            _message.c.purpose,
            _message.c.channel,
            _message.c.subject,
            _message.c.provider_id.label("file"),
            _message.c.handed_off_at,
        )
        .join(_customer, _customer.c.id == _message.c.customer_id)
        .where(_message.c.state == MessageState.ACCEPTED)
        .order_by(_message.c.handed_off_at.desc(), _message.c.id)
    )
    return [Sent(**row) for row in tx.connection.execute(query).mappings()]
