"""Every contact, decision or message as plain rows, oldest first. Colour: store. Called by cli.show and the web.

Rows come through the database's own cursor, a batch at a time: a million rows take the memory of a thousand.
Addresses are masked and bodies are left out, so that an export may be mailed to a colleague.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, Select, select

from notifier.queries.masks import masked, shown
from notifier.queries.told import Told, told_by
from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.tables import Address, Contact, Customer, Decision, Message
from notifier.terms.time import utc
from notifier.terms.words import Rung

Record = dict[str, Any]
"""One exported row: text, whole numbers, lists of text, None; in a decision's `trace` a list of objects."""

ROWS_A_BATCH = 1000

_contact, _decision, _message = table_of(Contact), table_of(Decision), table_of(Message)
_customer, _address = table_of(Customer), table_of(Address)

CONTACT_FIELDS = (
    *("id", "at", "direction", "actor", "brand", "customer", "address", "channel", "class", "purpose"),
    *("message", "orders", "lines", "summary"),
)
DECISION_FIELDS = (
    *("id", "run", "at", "last_at", "times", "customer", "brand", "channel", "purpose", "notice", "verdict", "reason"),
    *("hold_until", "orders", "lines", "message", "trace"),
)
MESSAGE_FIELDS = (
    *("id", "customer", "orders", "lines", "brand", "channel", "purpose", "class", "rung", "notice", "locale", "state"),
    *("subject", "template_version", "queued_at", "handed_off_at", "settled_at", "provider_id"),
)


def contacts(tx: Transaction) -> Iterator[Record]:
    """The contact log with CONTACT_FIELDS; `message`, `orders` and `lines` only where a message is behind it."""
    query = (
        select(_contact, _customer.c.key.label("customer_key"), _address.c.value.label("address_value"))
        .join(_customer, _customer.c.id == _contact.c.customer_id)
        .outerjoin(_address, _address.c.id == _contact.c.address_id)
        .order_by(_contact.c.at, _contact.c.id)
    )
    for rows in _batches(tx, query):
        told = told_by(tx, {row.message_id for row in rows if row.message_id is not None})
        yield from (_contact_record(row, told.get(row.message_id, Told())) for row in rows)


def decisions(tx: Transaction) -> Iterator[Record]:
    """Every decision, sent and unsent, with DECISION_FIELDS; `at` is when it was first taken, `last_at` last."""
    query = (
        select(_decision, _customer.c.key.label("customer_key"))
        .join(_customer, _customer.c.id == _decision.c.customer_id)
        .order_by(_decision.c.first_at, _decision.c.id)
    )
    for rows in _batches(tx, query):
        yield from (_decision_record(row) for row in rows)


def messages(tx: Transaction) -> Iterator[Record]:
    """The outbox, what went and what did not, with MESSAGE_FIELDS, by the instant of queueing."""
    query = (
        select(_message, _customer.c.key.label("customer_key"))
        .join(_customer, _customer.c.id == _message.c.customer_id)
        .order_by(_message.c.queued_at, _message.c.id)
    )
    for rows in _batches(tx, query):
        told = told_by(tx, [row.id for row in rows])
        yield from (_message_record(row, told[row.id]) for row in rows)


EXPORTS: Mapping[str, tuple[Sequence[str], Callable[[Transaction], Iterator[Record]]]] = MappingProxyType(
    {
        "contacts": (CONTACT_FIELDS, contacts),
        "decisions": (DECISION_FIELDS, decisions),
        "messages": (MESSAGE_FIELDS, messages),
    }
)
"""What can be exported: the fields in order, and the stream."""


def _batches(tx: Transaction, query: Select[Any]) -> Iterator[Sequence[Row[Any]]]:
    with tx.connection.execute(query.execution_options(yield_per=ROWS_A_BATCH)) as found:
        yield from found.partitions()


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else utc(moment).isoformat()


def _contact_record(row: Row[Any], told: Told) -> Record:
    return {
        "id": row.id,
        "at": _instant(row.at),
        "direction": row.direction,
        "actor": row.actor,
        "brand": row.brand,
        "customer": shown(row.customer_key),
        "address": masked(row.address_value),
        "channel": row.channel,
        "class": row.message_class,
        "purpose": row.purpose,
        "message": row.message_id,
        "orders": told.order_keys,
        "lines": told.line_keys,
        "summary": row.summary,
    }


def _decision_record(row: Row[Any]) -> Record:
    lines = json.loads(row.lines)
    return {
        "id": row.id,
        "run": row.run_id,
        "at": _instant(row.first_at),
        "last_at": _instant(row.last_at),
        "times": row.times,
        "customer": shown(row.customer_key),
        "brand": row.brand,
        "channel": row.channel,
        "purpose": row.purpose,
        "notice": row.notice,
        "verdict": row.verdict,
        "reason": row.reason,
        "hold_until": _instant(row.hold_until),
        "orders": list(dict.fromkeys(line["order"] for line in lines)),
        "lines": [line["line"] for line in lines],
        "message": row.message_id,
        "trace": json.loads(row.trace),
    }


def _message_record(row: Row[Any], told: Told) -> Record:
    return {
        "id": row.id,
        "customer": shown(row.customer_key),
        "orders": told.order_keys,
        "lines": told.line_keys,
        "brand": row.brand,
        "channel": row.channel,
        "purpose": row.purpose,
        "class": row.message_class,
        "rung": Rung(row.rung).word,
        "notice": row.notice,
        "locale": row.locale,
        "state": row.state,
        "subject": row.subject,
        "template_version": row.template_version,
        "queued_at": _instant(row.queued_at),
        "handed_off_at": _instant(row.handed_off_at),
        "settled_at": _instant(row.settled_at),
        "provider_id": row.provider_id,
    }
