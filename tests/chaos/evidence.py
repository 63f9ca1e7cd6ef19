"""Afterwards somebody looks: the servers' own books settle what nobody knew."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select

from notifier.pipeline.unknown import Evidence, settle_unknown
from notifier.store.lookup import table_of
from notifier.store.tables import Address, Message
from notifier.terms.evidence import TextAsked, TextSeen
from notifier.terms.words import Outcome
from tests.chaos.book import Book
from tests.chaos.life import NOTHING_LEFT
from tests.chaos.rage import Parent, Rage
from tests.shop import NOON
from tests.standins.twilio_api import TwilioApi

AFTERWARDS = timedelta(minutes=40)
"""More than a lease and `settle_minutes` after the last life."""


@dataclass(frozen=True)
class BookAsJournal:
    """What the mail server took, asked as a mailbox with copies."""

    book: Book

    def holding(self, message_ids: Collection[str], since: date) -> frozenset[str]:
        return frozenset(one for one in message_ids if self.book.taken[one.partition("@")[0]])


@dataclass(frozen=True)
class BookOfTexts:
    """What the provider of texts took, asked as its list."""

    api: TwilioApi

    async def seen(self, asked: TextAsked) -> Sequence[TextSeen]:
        fits = [one for one in self.api.texts if one.form["To"] == asked.number and one.form["Body"] == asked.body]
        return [TextSeen(one.sid, Outcome.ACCEPTED) for one in fits]

    async def close(self) -> None:
        """It holds nothing."""


def settle(rage: Rage, parent: Parent) -> list[str]:
    """Let evidence and time settle all, send what goes once more; returns what a server has and nobody knows of."""
    evidence = Evidence(timedelta(minutes=15), BookAsJournal(rage.book), BookOfTexts(rage.api))
    with rage.shop.house() as house:
        for minutes in range(0, 40, 5):
            # Some are asked about at a time.
            while asyncio.run(settle_unknown(house, evidence, NOON + AFTERWARDS + timedelta(minutes=minutes))).asked:
                pass
    later: datetime = NOON + 2 * AFTERWARDS
    while rage.live(parent, replace(rage.life(), now=later.isoformat())) != NOTHING_LEFT:
        pass
    message, address = table_of(Message), table_of(Address)
    query = select(message.c.uid, message.c.channel, address.c.value)
    unknown = query.join(address, address.c.id == message.c.address_id).where(message.c.state == "unknown")
    texts = {one.form["To"] for one in rage.api.texts}
    with rage.shop.house() as house, house.store.read() as tx:
        rows = tx.connection.execute(unknown).all()
    return [row.uid for row in rows if (rage.book.taken[row.uid] if row.channel == "email" else row.value in texts)]
