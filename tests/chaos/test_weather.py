"""A mail server that misbehaves in every way: each message ends in the state that the server's book says."""

import asyncio
import os
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from notifier import app
from notifier.pipeline.deliver import deliver
from notifier.store.tables import Message
from tests.chaos.book import TROUBLES, Book, Weather, mail_book
from tests.chaos.rage import chaos_shop, queue_more
from tests.shop import NOON, Shop
from tests.standins.twilio_api import twilio_api

pytestmark = pytest.mark.slow

STORM = Weather(
    later=0.10,
    never=0.03,
    cut_at_data=0.025,
    cut_within=0.025,
    cut_after_dot=0.02,
    treacle=0.01,
    late_answer=0.01,
    late=30.0,
)
LONGEST = 900
"""Seconds in which all must have come to its end; ten times as long by the shop's clock, it is still day."""


async def weather_it(shop: Shop) -> None:
    """Deliver until nothing waits; a second counts as ten, so that what is to be tried again soon is."""
    wires, born = app.open_wires(shop.settings), time.monotonic()

    def clock() -> datetime:
        return NOON + timedelta(seconds=(time.monotonic() - born) * 10)

    try:
        with shop.house() as house:
            while any(row.state not in ("accepted", "refused", "unknown") for row in shop.rows(Message)):
                assert time.monotonic() - born < LONGEST
                await deliver(house, wires, clock, asyncio.Event(), lambda report: None)
                await asyncio.sleep(0.05)
    finally:
        await app.close_wires(wires)


def expected(book: Book, uid: str) -> str:
    """What the book says of a message."""
    if book.answered[uid]:
        return "accepted"
    if book.taken[uid]:
        return "unknown"
    if book.refused[uid]:
        return "refused"
    return "unknown" if book.unanswered[uid] else "never came"


@pytest.mark.parametrize(
    "mails", [400, pytest.param(int(os.environ.get("CHAOS_MAILS", "50000")), marks=pytest.mark.soak)]
)
def test_in_a_storm_every_message_ends_as_the_servers_book_says(tmp_path: Path, database_url: str, mails: int) -> None:
    with mail_book(STORM, seed=7) as book, twilio_api() as api:
        shop = chaos_shop(tmp_path, database_url, book, api, timeout=10, connections="32")
        queue_more(shop, 0, mails, 0)
        asyncio.run(weather_it(shop))
    rows = shop.rows(Message)
    print(Counter(row.state for row in rows), book.met)
    wrong = [(row.uid, row.state, expected(book, row.uid)) for row in rows if row.state != expected(book, row.uid)]
    assert (len(rows), wrong, max(book.taken.values())) == (mails, [], 1)
    assert {*TROUBLES} <= {*book.met}
