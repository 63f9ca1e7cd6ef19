"""Where the parcels come from: fetched ahead, not too many, and a source that fails loses nothing."""

import asyncio
from dataclasses import replace

import pytest

from notifier.deliver import Fetched, Tally, Watch, Way, feed
from tests.test_deliver import PACE, ScriptedSender, _release, mails, pair, way


async def test_what_the_source_gives_later_is_sent_while_something_slow_is_under_way() -> None:
    ledger, sender = pair(connections=2)
    held = asyncio.get_running_loop().create_future()
    sender.act = lambda parcel: held if parcel.message_id == 1 else _release(held)
    given = iter([mails(1), [], mails(1, first=2)])

    async def fetch(most: int) -> Fetched:
        return Fetched(next(given, []))

    async with asyncio.timeout(20):
        tally = await feed([Way(sender, fetch)], ledger, replace(PACE, idle=0.01), Watch())
    assert tally == Tally(accepted=2)


async def test_a_source_that_fails_is_raised_after_what_flies_is_settled() -> None:
    ledger, sender = pair()
    given = iter([mails(2)])

    async def fetch(most: int) -> Fetched:
        try:
            return Fetched(next(given))
        except StopIteration:
            raise OSError("database down") from None

    with pytest.raises(OSError, match="database down"):
        await feed([Way(sender, fetch)], ledger, PACE, Watch())
    assert set(ledger.settled) == {1, 2}


async def test_no_more_is_fetched_than_goes_in_a_second_or_two_groups() -> None:
    ledger, sender = pair(connections=2)
    asked: list[int] = []
    parcels = mails(20)

    async def fetch(most: int) -> Fetched:
        asked.append(most)
        found, parcels[:] = parcels[:most], parcels[most:]
        return Fetched(found)

    await feed([Way(sender, fetch)], ledger, replace(PACE, most=5), Watch())
    assert (asked[0], max(asked) <= 5) == (4, True)


async def test_a_lane_with_nothing_to_do_looks_again_while_another_works() -> None:
    ledger, sender = pair(connections=2)
    slow = ScriptedSender(ledger.tracks, connections=1)
    held = asyncio.get_running_loop().create_future()
    slow.act = lambda parcel: held
    sender.act = lambda parcel: _release(held)
    given = iter([[], [], mails(1, first=50)])

    async def fetch(most: int) -> Fetched:
        return Fetched(next(given, []))

    async with asyncio.timeout(20):
        ways = [way(slow, mails(1)), Way(sender, fetch)]
        tally = await feed(ways, ledger, replace(PACE, idle=0.01), Watch())
    assert tally == Tally(accepted=2)


async def test_what_may_go_in_a_moment_is_waited_for() -> None:
    ledger, sender = pair()
    given = iter([Fetched(soon=True), Fetched(soon=True), Fetched(mails(1))])

    async def fetch(most: int) -> Fetched:
        return next(given, Fetched())

    async with asyncio.timeout(20):
        assert await feed([Way(sender, fetch)], ledger, replace(PACE, idle=0.01), Watch()) == Tally(accepted=1)
