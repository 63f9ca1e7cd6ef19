"""Takes in texts that Twilio has and no webhook took in, as while the database was down. Colour: root.

Called by cli.run. Twilio asks a webhook once and its fallback once; what both refused is in Twilio's list alone.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from notifier import conversation
from notifier.pipeline.house import House
from notifier.pipeline.receive import receive
from notifier.store.engine import DATABASE_TROUBLE
from notifier.terms.incoming import HeardTexts, Incoming, Road

log = structlog.get_logger(__name__)

LOOK_BACK = timedelta(hours=6)
"""How old a text may be that was missed."""

LEFT_TO_WEBHOOKS = timedelta(minutes=5)
"""A younger one may be on its way still, with a mark that the list does not have: Twilio has confirmed it (S4)."""


async def take_missed(house: House, heard: HeardTexts, now: datetime) -> int:
    """Take in what was missed by the UTC instant `now`, and say how many. Raises Transient without a list."""
    texts = await heard.since(now - LOOK_BACK)
    due = [one for one in texts if one.received_at <= now - LEFT_TO_WEBHOOKS]
    return await asyncio.to_thread(_take, house, due, now) if due else 0


def _take(house: House, texts: Sequence[Incoming], now: datetime) -> int:
    with house.store.read() as tx:
        known = conversation.known_keys(tx, Road.SMS, [one.key for one in texts])
    taken = 0
    for one in texts:
        if one.key in known:
            continue
        try:
            taken += not receive(house, one, now).again
        except DATABASE_TROUBLE:
            raise
        except Exception as fault:  # noqa: BLE001 one text must not keep the others out
            log.error("a text that was missed is not taken in", fault=type(fault).__name__)
    if taken:
        log.warning("texts that no webhook took in were found at Twilio", texts=taken)
    return taken
