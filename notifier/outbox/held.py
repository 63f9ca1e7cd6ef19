"""What is held, and why: a template that must be mended, or facts that cannot be judged. Colour: store.

Called by pipeline.broken_templates and wording_states.
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
    """Messages that one template version (a hash) keeps back for one reason; `first_id` is the oldest of them.

    `locale` is the customers'.
    """

    version: str
    purpose: str
    channel: str
    locale: str
    brand: str
    reason: str
    messages: int
    first_id: int


def held_for_templates(tx: Transaction) -> list[HeldFor]:
    """What waits for a mended template, by all that `HeldFor` says of it; the most messages first.

    One pass over what is held, which is little.
    """
    keys = ("template_version", "purpose", "channel", "locale", "brand", "reason")
    columns = [_message.c[key] for key in keys]
    count = func.count().label("messages")
    query = select(*columns, count, func.min(_message.c.id).label("first_id"))
    query = query.where(_held, _message.c.template_version != "").group_by(*columns).order_by(count.desc(), *columns)
    return [
        HeldFor(
            one.template_version,
            one.purpose,
            one.channel,
            one.locale,
            one.brand,
            one.reason,
            one.messages,
            one.first_id,
        )
        for one in tx.connection.execute(query)
    ]


def held_for_facts(tx: Transaction) -> int:
    """How many are held because their facts cannot be judged: no template is to blame."""
    query = select(func.count()).where(_held, _message.c.template_version == "")
    return int(tx.connection.execute(query).scalar_one())
