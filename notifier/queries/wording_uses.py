"""In which messages a wording was used. Colour: store. Called by pipeline.wording_history.

A message keeps the hash of its whole template; `template_version` keeps the text behind each hash, some hundreds in a
shop's life. So the hashes are found by comparing texts, and the messages by their hash.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from notifier.queries.masks import shown
from notifier.render.catalogue import FIELDS
from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.tables import Customer, Message, TemplateVersion
from notifier.terms.wording import Texts, Wording
from notifier.terms.words import Channel

_message, _customer, _used = table_of(Message), table_of(Customer), table_of(TemplateVersion)


@dataclass(frozen=True, slots=True)
class Uses:
    """How many messages had it, and when the first and the last of them went (UTC; None: none did).

    `ids`: all of them lie from the one to the other.
    """

    messages: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    ids: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class UsedIn:
    """One message that had it; `customer` is the shop's id, masked where it is an address."""

    message_id: int
    customer: str
    brand: str
    state: str
    locale: str
    sent_at: datetime | None


def hashes(tx: Transaction, wording: Wording) -> dict[str, Texts]:
    """The template versions that were used for the wording's purpose, locale and brand, with its parts in each.

    Those of all brands where the wording is for all of them. Cost: one row, some 20 KB, for each version ever used.
    """
    query = select(_used.c.hash, _used.c.source).where(
        _used.c.purpose == wording.purpose, _used.c.locale == wording.locale
    )
    if wording.brand:
        query = query.where(_used.c.brand == wording.brand)
    found: dict[str, Texts] = {}
    for row in tx.connection.execute(query):
        source = json.loads(row.source)
        found[row.hash] = {part: source[FIELDS[part]] for part in wording.parts}
    return found


def uses(tx: Transaction, versions: Collection[str], channel: Channel) -> Uses:
    """How often these versions (hashes) were used on a channel, taken together. Cost: each message is read."""
    query = select(
        func.count().label("messages"),
        func.min(_message.c.handed_off_at).label("first_at"),
        func.max(_message.c.handed_off_at).label("last_at"),
        func.min(_message.c.id).label("first_id"),
        func.max(_message.c.id).label("last_id"),
    ).where(_message.c.template_version.in_(sorted(versions)), _message.c.channel == channel)
    row = tx.connection.execute(query).first() if versions else None
    if row is None or not row.messages:
        return Uses()
    return Uses(row.messages, row.first_at, row.last_at, (row.first_id, row.last_id))


def used_in(
    tx: Transaction, versions: Collection[str], channel: Channel, ids: tuple[int, int], most: int
) -> Sequence[UsedIn]:
    """The newest messages that had one of these versions (hashes), looked for in this range of ids, ends included."""
    query = (
        select(_message, _customer.c.key.label("shop_id"))
        .join(_customer, _customer.c.id == _message.c.customer_id)
        .where(_message.c.id.between(*ids))
        .where(_message.c.template_version.in_(sorted(versions)), _message.c.channel == channel)
        .order_by(_message.c.id.desc())
        .limit(most)
    )
    return [
        UsedIn(row.id, shown(row.shop_id), row.brand, row.state, row.locale, row.handed_off_at)
        for row in tx.connection.execute(query)
    ]
