"""Where the parcels come from: fetched ahead, not too many, and a source that fails loses nothing."""

import asyncio
from dataclasses import replace

import pytest

from notifier.deliver import Tally, Watch, Way, feed
from notifier.terms.delivery import Parcel
from tests.test_deliver import PACE, _release, mails, pair


async def test_what_the_source_gives_later_is_sent_while_something_slow_is_under_way() -> None:
    ledger, sender = pair(connections=2)
    held = asyncio.get_running_loop().create_future()
    sender.act = lambda parcel: held if parcel.message_id == 1 else _release(held)
    given = iter([mails(1), [], mails(1, first=2)])

    async def fetch(most: int) -> list[Parcel]:
        return next(given, [])

    async with asyncio.timeout(20):
        tally = await feed([Way(sender, fetch)], ledger, replace(PACE, idle=0.01), Watch())
    assert tally == Tally(accepted=2)


async def test_a_source_that_fails_is_raised_after_what_flies_is_settled() -> None:
    ledger, sender = pair()
    given = iter([mails(2)])

    async def fetch(most: int) -> list[Parcel]:
        try:
            return next(given)
        except StopIteration:
            raise OSError("database down") from None

    with pytest.raises(OSError, match="database down"):
        await feed([Way(sender, fetch)], ledger, PACE, Watch())
    assert set(ledger.settled) == {1, 2}


async def test_no_more_is_fetched_than_goes_in_a_second_or_two_groups() -> None:
    ledger, sender = pair(connections=2)
    asked: list[int] = []
    parcels = mails(20)

    async def fetch(most: int) -> list[Parcel]:
        asked.append(most)
        found, parcels[:] = parcels[:most], parcels[most:]
        return found

    await feed([Way(sender, fetch)], ledger, replace(PACE, most=5), Watch())
    assert (asked[0], max(asked) <= 5) == (4, True)
