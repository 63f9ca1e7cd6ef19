"""What is held, and why: a template that must be mended, or facts that cannot be judged. Colour: store.

Called by pipeline.broken_templates.
"""

from dataclasses import dataclass

from sqlalchemy import func, select

from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.tables import Message
from notifier.terms.words import MessageState

_message = table_of(Message)
_held = _message.c.state == MessageState.HELD


@dataclass(frozen=True, slots=True)
class HeldFor:
    """Messages that one template version (a hash) keeps back for one reason; `first_id` is the oldest of them."""

    version: str
    purpose: str
    reason: str
    messages: int
    first_id: int


def held_for_templates(tx: Transaction) -> list[HeldFor]:
    """By template version and reason, what waits for a mended template; the most messages first."""
    columns = (_message.c.template_version, _message.c.purpose, _message.c.reason)
    count = func.count().label("messages")
    query = select(*columns, count, func.min(_message.c.id).label("first_id"))
    query = query.where(_held, _message.c.template_version != "").group_by(*columns).order_by(count.desc(), *columns)
    return [
        HeldFor(row.template_version, row.purpose, row.reason, row.messages, row.first_id)
        for row in tx.connection.execute(query)
    ]


def held_for_facts(tx: Transaction) -> int:
    """How many are held because their facts cannot be judged: no template is to blame."""
    query = select(func.count()).where(_held, _message.c.template_version == "")
    return int(tx.connection.execute(query).scalar_one())
