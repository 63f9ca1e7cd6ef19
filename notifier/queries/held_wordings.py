"""Which templates hold messages back. Colour: store. Called by the console's list of templates."""

from collections.abc import Mapping

from sqlalchemy import func, select

from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.tables import Message
from notifier.terms.words import MessageState

_message = table_of(Message)

ByTemplate = Mapping[tuple[str, str, str, str], int]
"""How many messages, by purpose, channel, the customer's locale, and brand."""


def held_for_template(tx: Transaction) -> ByTemplate:
    """The messages that wait until their template is mended. One pass over what is held, which is little."""
    key = (_message.c.purpose, _message.c.channel, _message.c.locale, _message.c.brand)
    query = (
        select(*key, func.count().label("messages"))
        .where(_message.c.state == MessageState.HELD, _message.c.template_version != "")
        .group_by(*key)
    )
    rows = tx.connection.execute(query)
    return {(row.purpose, row.channel, row.locale, row.brand): row.messages for row in rows}
