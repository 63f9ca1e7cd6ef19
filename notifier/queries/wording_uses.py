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
    """How many messages had it, and when the first and the last of them went (UTC; None: none did)."""

    messages: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None


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


def uses(tx: Transaction, versions: Collection[str], channel: Channel) -> dict[str, Uses]:
    """How often each of these versions (hashes) was used on a channel; those that never were are left out."""
    query = (
        select(
            _message.c.template_version,
            func.count().label("messages"),
            func.min(_message.c.handed_off_at).label("first_at"),
            func.max(_message.c.handed_off_at).label("last_at"),
        )
        .where(_message.c.template_version.in_(sorted(versions)), _message.c.channel == channel)
        .group_by(_message.c.template_version)
    )
    rows = tx.connection.execute(query) if versions else ()
    return {row.template_version: Uses(row.messages, row.first_at, row.last_at) for row in rows}


def together(parts: Sequence[Uses]) -> Uses:
    """The uses of several versions as one."""
    first = min((one.first_at for one in parts if one.first_at), default=None)
    last = max((one.last_at for one in parts if one.last_at), default=None)
    return Uses(sum(one.messages for one in parts), first, last)


def used_in(tx: Transaction, versions: Collection[str], channel: Channel, most: int) -> Sequence[UsedIn]:
    """The newest messages that had one of these versions (hashes)."""
    query = (
        select(_message, _customer.c.key.label("shop_id"))
        .join(_customer, _customer.c.id == _message.c.customer_id)
        .where(_message.c.template_version.in_(sorted(versions)), _message.c.channel == channel)
        .order_by(_message.c.id.desc())
        .limit(most)
    )
    return [
        UsedIn(row.id, shown(row.shop_id), row.brand, row.state, row.locale, row.handed_off_at)
        for row in tx.connection.execute(query)
    ]
