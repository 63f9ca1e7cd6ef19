"""Texts that no webhook took in are taken from the provider's list (docs/webhooks.md)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from notifier.pipeline.missed_texts import take_missed
from notifier.pipeline.receive import receive
from notifier.store.tables import Reply
from notifier.terms.incoming import Incoming, Road
from tests.shop import NOON, Shop, open_shop

HOUR = timedelta(hours=1)
NOW = NOON + 2 * HOUR


@dataclass
class Listed:
    """Keeps HeardTexts over what it was given."""

    texts: Sequence[Incoming]

    async def since(self, since: datetime) -> Sequence[Incoming]:
        return [one for one in self.texts if one.received_at >= since]

    async def close(self) -> None:
        return None


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Shop:
    return open_shop(tmp_path, database_url)


def text(number: int = 1, at: datetime = NOON, words: str = "Where is it?") -> Incoming:
    return Incoming(Road.SMS, f"SM{number:032x}", at, words=words, sender="+4915112345678", to="+4915100000000")


def taken(shop: Shop, *texts: Incoming) -> int:
    with shop.house() as house:
        return asyncio.run(take_missed(house, Listed(texts), NOW))


def test_a_text_that_was_missed_is_taken_in(shop: Shop) -> None:
    assert (taken(shop, text()), [row.words for row in shop.rows(Reply)]) == (1, ["Where is it?"])


def test_it_counts_from_the_moment_at_which_the_provider_had_it(shop: Shop) -> None:
    taken(shop, text())
    assert [(row.received_at, row.known_at) for row in shop.rows(Reply)] == [(NOON, NOW)]


def test_what_a_webhook_took_in_is_not_taken_again(shop: Shop) -> None:
    with shop.house() as house:
        receive(house, text(), NOON)
    assert (taken(shop, text(), text(2)), len(shop.rows(Reply))) == (1, 2)


def test_a_second_look_takes_nothing(shop: Shop) -> None:
    taken(shop, text())
    assert taken(shop, text()) == 0


def test_a_text_that_may_be_on_its_way_still_is_left_to_the_webhook(shop: Shop) -> None:
    assert taken(shop, text(at=NOW - timedelta(minutes=4))) == 0


def test_a_text_of_more_than_six_hours_ago_is_not_looked_for(shop: Shop) -> None:
    assert taken(shop, text(at=NOW - 7 * HOUR)) == 0
