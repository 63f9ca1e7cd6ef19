"""The feeding of the channels: hand-off before the network, no result forgotten, a clean stop."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from notifier.deliver import Fetched, Pace, Tally, Watch, Way, feed
from notifier.errors import Transient
from notifier.terms.delivery import Parcel, SendResult
from notifier.terms.words import Channel, Outcome

PACE = Pace(group=2, linger=0.01, first_wait=0.001, longest_wait=0.002, last_tries=2)


def mails(count: int, channel: Channel = Channel.EMAIL, first: int = 1) -> list[Parcel]:
    numbers = range(first, first + count)
    return [Parcel(n, 0, f"m{n}", channel, "shop@shop.example", f"c{n}@mail.example", b"x") for n in numbers]


@dataclass
class Tracks:
    """The order of events over ledger and channel, and how much was handed off and unsettled at once."""

    events: list[tuple[str, int]] = field(default_factory=list)
    open: set[int] = field(default_factory=set)
    most_open: int = 0


@dataclass
class MemoryLedger:
    """Keeps what it is told. `withdraw` are held back, `hand_off_faults` and `settle_faults` are raised in turn."""

    tracks: Tracks = field(default_factory=Tracks)
    withdraw: set[int] = field(default_factory=set)
    hand_off_faults: list[Exception | None] = field(default_factory=list)
    settle_faults: list[Exception | None] = field(default_factory=list)
    on_settle: Callable[[], None] = lambda: None
    refuses: Callable[[SendResult], bool] = lambda result: False
    groups: list[int] = field(default_factory=list)
    settled: dict[int, SendResult] = field(default_factory=dict)
    threads: set[int] = field(default_factory=set)
    busy: bool = False
    collided: bool = False

    def hand_off(self, group: Sequence[Parcel]) -> Sequence[Parcel]:
        self.threads.add(threading.get_ident())
        if self.hand_off_faults and (fault := self.hand_off_faults.pop(0)):
            raise fault
        going = [replace(p, attempt_id=p.message_id * 10) for p in group if p.message_id not in self.withdraw]
        self.groups.append(len(group))
        self.tracks.events += [("hand_off", parcel.message_id) for parcel in going]
        self.tracks.open |= {parcel.message_id for parcel in going}
        self.tracks.most_open = max(self.tracks.most_open, len(self.tracks.open))
        return going

    def settle(self, results: Sequence[SendResult]) -> None:
        self.on_settle()
        if self.settle_faults and (fault := self.settle_faults.pop(0)):
            raise fault
        if any(map(self.refuses, results)):
            raise ValueError("a result cannot be stored")
        self.settled |= {result.message_id: result for result in results}
        self.tracks.events += [("settle", result.message_id) for result in results]
        self.tracks.open -= {result.message_id for result in results}


@dataclass
class ScriptedSender:
    """A channel whose `act` may wait or raise; everything else is accepted."""

    tracks: Tracks
    connections: int = 4
    act: Callable[[Parcel], "asyncio.Future[None] | None"] = lambda parcel: None
    now: int = 0
    most: int = 0
    says: dict[str, Any] = field(default_factory=dict)

    async def send(self, parcel: Parcel) -> SendResult:
        self.tracks.events.append(("send", parcel.message_id))
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(0)
            if waiting := self.act(parcel):
                await waiting
        finally:
            self.now -= 1
        return replace(SendResult(parcel.message_id, parcel.attempt_id, Outcome.ACCEPTED, "sent", ""), **self.says)

    async def close(self) -> None:
        self.tracks.events.append(("close", 0))


def pair(connections: int = 4) -> tuple[MemoryLedger, ScriptedSender]:
    ledger = MemoryLedger()
    return ledger, ScriptedSender(ledger.tracks, connections)


def way(sender: ScriptedSender, parcels: list[Parcel]) -> Way:
    """The channel, with a source that gives these parcels, as many at a time as asked for."""

    async def fetch(most: int) -> Fetched:
        found, parcels[:] = parcels[:most], parcels[most:]
        return Fetched(found)

    return Way(sender, fetch)


async def run(count: int, ledger: MemoryLedger, sender: ScriptedSender, stop: asyncio.Event | None = None) -> Tally:
    async with asyncio.timeout(20):
        return await feed([way(sender, mails(count))], ledger, PACE, Watch(stop or asyncio.Event()))


async def test_every_parcel_is_sent_and_settled_once() -> None:
    ledger, sender = pair()
    tally = await run(25, ledger, sender)
    sent = [number for event, number in ledger.tracks.events if event == "send"]
    assert (tally, sorted(sent), len(ledger.settled)) == (Tally(accepted=25), list(range(1, 26)), 25)


async def test_nothing_is_sent_before_its_hand_off() -> None:
    ledger, sender = pair()
    await run(9, ledger, sender)
    events = ledger.tracks.events
    assert all(events.index(("hand_off", n)) < events.index(("send", n)) for n in range(1, 10))


@pytest.mark.parametrize("connections", [1, 2, 3, 5])
async def test_never_more_is_handed_off_and_unsettled_than_there_are_connections(connections: int) -> None:
    ledger, sender = pair(connections)
    await run(40, ledger, sender)
    assert ledger.tracks.most_open <= connections


async def test_a_group_is_no_larger_than_asked_for() -> None:
    ledger, sender = pair(connections=4)
    await run(9, ledger, sender)
    assert max(ledger.groups) == 2


async def test_the_next_hand_off_overlaps_with_the_network_of_the_one_before() -> None:
    ledger, sender = pair(connections=4)
    held = asyncio.get_running_loop().create_future()
    sender.act = lambda parcel: held if parcel.message_id < 3 else _release(held)
    await run(4, ledger, sender)
    events = ledger.tracks.events
    assert events.index(("hand_off", 3)) < events.index(("settle", 1))


def _release(held: "asyncio.Future[None]") -> None:
    if not held.done():
        held.set_result(None)


async def test_one_slow_parcel_does_not_hold_up_the_others() -> None:
    ledger, sender = pair(connections=2)
    held = asyncio.get_running_loop().create_future()
    sender.act = lambda parcel: (
        held if parcel.message_id == 1 else (_release(held) if parcel.message_id == 10 else None)
    )
    assert await run(10, ledger, sender) == Tally(accepted=10)


async def test_a_parcel_the_ledger_holds_back_is_not_sent() -> None:
    ledger, sender = pair()
    ledger.withdraw = {2}
    tally = await run(3, ledger, sender)
    assert (tally, ("send", 2) in ledger.tracks.events) == (Tally(accepted=2, withdrawn=1), False)


async def test_the_result_bears_the_attempt_the_ledger_gave() -> None:
    ledger, sender = pair()
    await run(1, ledger, sender)
    assert ledger.settled[1].attempt_id == 10


def _raise(parcel: Parcel) -> None:
    if parcel.message_id == 2:
        raise RuntimeError(f"no luck with {parcel.recipient}")


async def test_a_sender_that_raises_leaves_its_parcel_unknown_and_no_other() -> None:
    ledger, sender = pair()
    sender.act = _raise
    tally = await run(4, ledger, sender)
    assert (tally, ledger.settled[2].outcome) == (Tally(accepted=3, unknown=1), Outcome.UNKNOWN)


async def test_a_senders_fault_is_recorded_without_the_address() -> None:
    ledger, sender = pair()
    sender.act = _raise
    await run(2, ledger, sender)
    assert ledger.settled[2].raw == "RuntimeError"


async def test_the_ledger_works_off_the_event_loops_thread() -> None:
    ledger, sender = pair()
    await run(2, ledger, sender)
    assert threading.get_ident() not in ledger.threads


async def test_a_failing_settle_is_repeated_until_it_works() -> None:
    ledger, sender = pair()
    ledger.settle_faults = [OSError("database down")] * 6
    assert await run(5, ledger, sender) == Tally(accepted=5)


@pytest.mark.parametrize("trouble", [OSError("down"), Transient("locked")])
async def test_a_database_that_is_long_down_costs_no_result_its_words(trouble: Exception) -> None:
    ledger, sender = pair()
    sender.says = {"raw": "250 queued as Q1", "provider_id": "Q1"}
    ledger.settle_faults = [trouble] * 30
    await run(1, ledger, sender)
    assert (ledger.settled[1].raw, ledger.settled[1].provider_id) == ("250 queued as Q1", "Q1")


async def test_one_result_that_cannot_be_stored_stops_no_delivery() -> None:
    ledger, sender = pair()
    sender.says = {"raw": "words"}
    ledger.refuses = lambda result: result.message_id == 2 and result.raw != ""
    assert await run(9, ledger, sender) == Tally(accepted=9)


async def test_a_result_that_cannot_be_stored_costs_its_neighbours_nothing() -> None:
    ledger, sender = pair()
    sender.says = {"raw": "words"}
    ledger.refuses = lambda result: result.message_id == 2 and result.raw != ""
    await run(4, ledger, sender)
    assert [ledger.settled[n].raw for n in range(1, 5)] == ["words", "", "words", "words"]


async def test_a_refusal_that_cannot_be_stored_with_its_words_keeps_its_code() -> None:
    ledger, sender = pair()
    sender.says = {"outcome": Outcome.REFUSED, "code": "opted_out", "raw": "\udcff"}
    ledger.refuses = lambda result: result.raw != ""
    await run(1, ledger, sender)
    assert (ledger.settled[1].outcome, ledger.settled[1].code) == (Outcome.REFUSED, "opted_out")


async def test_a_result_that_cannot_be_stored_with_its_code_becomes_a_bad_answer() -> None:
    ledger, sender = pair()
    sender.says = {"outcome": Outcome.REFUSED, "code": "strange"}
    ledger.refuses = lambda result: result.code == "strange"
    await run(1, ledger, sender)
    assert (ledger.settled[1].outcome, ledger.settled[1].code) == (Outcome.REFUSED, "bad_answer")


async def test_a_result_that_is_never_taken_is_counted_as_unsettled_at_a_stop() -> None:
    ledger, sender = pair(connections=1)
    stop = asyncio.Event()
    sender.act = lambda parcel: stop.set()
    ledger.refuses = lambda result: True
    assert await run(1, ledger, sender, stop) == Tally(unsettled=1)


async def test_nothing_more_is_handed_off_while_settling_fails() -> None:
    ledger, sender = pair(connections=2)
    ledger.settle_faults = [OSError("database down")] * 6
    seen: list[int] = []
    ledger.on_settle = lambda: seen.append(sum(ledger.groups))
    await run(6, ledger, sender)
    assert set(seen[:7]) == {seen[0]}


async def test_a_stop_finishes_what_is_in_flight_and_leaves_the_rest() -> None:
    ledger, sender = pair(connections=2)
    stop = asyncio.Event()
    sender.act = lambda parcel: stop.set()
    tally = await run(10, ledger, sender, stop)
    assert (tally.accepted, tally.left > 0, set(ledger.settled)) == (2, True, {1, 2})


async def test_a_stop_before_the_start_hands_nothing_off() -> None:
    ledger, sender = pair()
    stop = asyncio.Event()
    stop.set()
    assert (await run(3, ledger, sender, stop), ledger.groups) == (Tally(), [])


async def test_results_that_cannot_be_recorded_at_a_stop_are_counted_as_unsettled() -> None:
    ledger, sender = pair(connections=2)
    stop = asyncio.Event()
    sender.act = lambda parcel: stop.set()
    ledger.settle_faults = [OSError("database down")] * 50
    assert await run(4, ledger, sender, stop) == Tally(unsettled=2, left=2)


async def test_a_failed_hand_off_is_raised_after_what_flies_is_settled() -> None:
    ledger, sender = pair()
    ledger.hand_off_faults = [None, OSError("disk full")]
    with pytest.raises(OSError, match="disk full"):
        await run(10, ledger, sender)
    assert set(ledger.settled) == {1, 2}


async def test_two_channels_go_side_by_side_and_share_the_ledger() -> None:
    ledger, sender = pair()
    texts = ScriptedSender(ledger.tracks, connections=2)
    ways = [way(sender, mails(7)), way(texts, mails(6, Channel.SMS, first=100))]
    tally = await feed(ways, ledger, PACE, Watch())
    assert (tally, texts.most <= 2) == (Tally(accepted=13), True)


async def test_two_channels_that_have_nothing_to_do_keep_each_other_waiting_no_moment() -> None:
    ledger, sender = pair()
    ways = [way(sender, []), way(ScriptedSender(ledger.tracks), [])]
    async with asyncio.timeout(20):
        assert await feed(ways, ledger, replace(PACE, idle=600.0), Watch()) == Tally()


async def test_no_parcels_are_no_work() -> None:
    ledger, sender = pair()
    assert await run(0, ledger, sender) == Tally()
