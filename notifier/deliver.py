"""Feeds ready parcels to the channels: hand-off committed first, then the network, then the results. Colour: wire.

Called by pipeline.deliver, which passes the ledger (outbox behind it) and the senders. The promise kept here: at any
moment no more parcels are handed off and unsettled than the channel has connections, nothing is sent that was not
durably handed off, and no result is forgotten (DESIGN.md, 5).
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import partial
from typing import Protocol

import structlog

from notifier.errors import Transient
from notifier.terms.delivery import ChannelSender, Parcel, SendResult
from notifier.terms.words import Channel, Outcome

log = structlog.get_logger(__name__)


class Ledger(Protocol):
    """The durable side. Both are synchronous database commits; they run in a thread, one at a time, never together."""

    def hand_off(self, group: Sequence[Parcel]) -> Sequence[Parcel]:
        """Commit these as handed off and return those which may really go, each with its attempt id."""
        ...

    def settle(self, results: Sequence[SendResult]) -> None:
        """Commit what became of them, all or none. May be called again with the same results after a failure.

        Raises errors.Transient or OSError for a database that may come back. Anything else is taken for a fault of
        the results themselves: they are settled one by one, and one that cannot be stored, without its words.
        """
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """How the feeding breathes. `group` bounds one hand-off; half the connections lets hand-off and network overlap.

    `linger` in seconds is how long a result may wait for company before it is settled. `first_wait` and `longest_wait`
    in seconds bound the backoff of a failing settle; `last_tries` are left to it once a stop is asked for. A fault
    that a database coming back does not mend is tried `fault_tries` times.
    """

    group: int
    linger: float = 0.2
    first_wait: float = 0.2
    longest_wait: float = 30.0
    last_tries: int = 5
    fault_tries: int = 3


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the parcels. `withdrawn` were held back by the ledger at hand-off, `left` were never tried.

    `unsettled` were sent but could not be recorded before the stop: their rows stay handed off, which turns to unknown.
    """

    accepted: int = 0
    refused: int = 0
    deferred: int = 0
    unknown: int = 0
    withdrawn: int = 0
    left: int = 0
    unsettled: int = 0


async def feed(
    parcels: Sequence[Parcel],
    senders: Mapping[Channel, ChannelSender],
    ledger: Ledger,
    pace: Pace,
    stop: asyncio.Event | None = None,
) -> Tally:
    """Send all parcels, every channel at its own speed, in the given order; return when all results are settled.

    After `stop` is set nothing more is handed off and what is in flight is finished. A parcel whose channel has no
    sender is left. If hand_off raises, the channels finish what is in flight and that error is raised.
    """
    counts: Counter[str] = Counter()
    books = _Books(ledger, pace, stop or asyncio.Event(), counts)
    lanes = []
    for channel in dict.fromkeys(parcel.channel for parcel in parcels):
        queue = [parcel for parcel in parcels if parcel.channel is channel]
        if channel in senders:
            lanes.append(_Lane(senders[channel], books, queue).run())
        else:
            counts["left"] += len(queue)
    ends = await asyncio.gather(*lanes, return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException):
            raise end
    return Tally(**counts)


class _End(Enum):
    """How the tries to record something ended: done, results that cannot be stored as they are, or a stop."""

    RECORDED = auto()
    FAULTY = auto()
    STOPPED = auto()


class _Books:
    """The ledger, called from threads one call at a time, and the tally beside it. Shared by all lanes."""

    def __init__(self, ledger: Ledger, pace: Pace, stop: asyncio.Event, counts: Counter[str]) -> None:
        self.pace = pace
        self.counts = counts
        self._ledger = ledger
        self._asked = stop
        self._broken = False
        self._failing = 0
        self._turn = asyncio.Lock()

    @property
    def closed(self) -> bool:
        """Whether nothing more may be handed off: a stop was asked for, or a hand-off failed."""
        return self._asked.is_set() or self._broken

    async def hand_off(self, group: list[Parcel]) -> list[Parcel]:
        """Those of the group that may go, durably handed off. Empty where a stop came while waiting for the turn."""
        async with self._turn:
            if self.closed:
                self.counts["left"] += len(group)
                return []
            try:
                going = list(await asyncio.to_thread(self._ledger.hand_off, group))
            except Exception:
                self._broken = True
                raise
        self.counts["withdrawn"] += len(group) - len(going)
        return going

    async def settle(self, results: list[SendResult]) -> None:
        """Record results, again and again while it fails. The turn is kept meanwhile, so no lane hands off."""
        async with self._turn:
            lost = await self._unrecorded(results)
        self.counts["unsettled"] += len(lost)
        self.counts.update(str(result.outcome) for result in results)
        self.counts.subtract(str(result.outcome) for result in lost)
        for result in lost:
            log.error(
                "result_not_recorded", message=result.message_id, attempt=result.attempt_id, outcome=result.outcome
            )

    async def _unrecorded(self, results: list[SendResult]) -> list[SendResult]:
        """Record them together, one by one where one of them cannot be stored. Returns those a stop cut off."""
        end = await self._record(results, self.pace.fault_tries)
        if end is _End.FAULTY and len(results) > 1:
            return [lost for one in results for lost in await self._unrecorded([one])]
        if end is _End.FAULTY:
            end = await self._record_plainly(results[0])
        return [] if end is _End.RECORDED else results

    async def _record_plainly(self, result: SendResult) -> _End:
        """Give up the provider's words, then the code too: one answer must not stop all delivery."""
        log.error("result_cannot_be_stored_as_it_is", message=result.message_id, attempt=result.attempt_id)
        # The code is kept as long as possible, since an opt-out hangs on it.
        wordless = replace(result, raw="", provider_id="", retry_after=None)
        end = await self._record([wordless], self.pace.fault_tries)
        if end is not _End.FAULTY:
            return end
        return await self._record([replace(wordless, code="bad_answer")], None)

    async def _record(self, results: list[SendResult], fault_tries: int | None) -> _End:
        act = partial(asyncio.to_thread, self._ledger.settle, results)
        return await _until_done(act, self.pace, self._asked, fault_tries)


async def _until_done(
    act: Callable[[], Awaitable[None]], pace: Pace, stop: asyncio.Event, fault_tries: int | None
) -> _End:
    """Repeat with doubled waits until it works; after a stop only `last_tries` more.

    FAULTY after `fault_tries` faults that are no trouble of the database; None: such a fault is repeated like any.
    """
    wait, tries_left, faults = pace.first_wait, pace.last_tries, 0
    while True:
        try:
            await act()
            return _End.RECORDED
        except Exception as fault:  # noqa: BLE001 - whatever the database raises, the results must not be forgotten
            log.warning("settle_failed", fault=type(fault).__name__, again_in=wait)
            faults += not isinstance(fault, OSError | Transient)
        if fault_tries is not None and faults >= fault_tries:
            return _End.FAULTY
        if stop.is_set():
            tries_left -= 1
            if tries_left <= 0:
                return _End.STOPPED
            await asyncio.sleep(min(wait, pace.first_wait))
        else:
            await _pause(stop, wait)
            wait = min(wait * 2, pace.longest_wait)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but no longer than until the stop."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass


class _Lane:
    """One channel's parcels on their way: waiting, in flight, and sent but not yet settled."""

    def __init__(self, sender: ChannelSender, books: _Books, waiting: list[Parcel]) -> None:
        self._sender = sender
        self._books = books
        self._waiting = waiting
        self._group = max(1, min(books.pace.group, sender.connections))
        self._flying: set[asyncio.Task[SendResult]] = set()
        self._sent: list[SendResult] = []
        self._oldest = 0.0
        self._idle = False

    async def run(self) -> None:
        """Until everything is sent and settled, or stopped and drained."""
        try:
            while self._waiting or self._flying or self._sent:
                await self._step()
        except BaseException:
            # A failed hand-off must not lose what flies; a cancelled feed must not leave sends behind.
            await self._drain()
            raise

    async def _step(self) -> None:
        if self._books.closed:
            self._leave_the_rest()
        enough = 1 if self._idle else min(self._group, len(self._waiting))
        if self._waiting and self._room() >= enough:
            await self._launch()
        elif self._sent and (not self._flying or self._settling_is_due()):
            await self._settle()
        elif self._flying:
            await self._land()

    def _room(self) -> int:
        return self._sender.connections - len(self._flying) - len(self._sent)

    def _settling_is_due(self) -> bool:
        """Settle a full group at once, fewer when the first of them has waited long enough."""
        waited = asyncio.get_running_loop().time() - self._oldest
        return len(self._sent) >= self._group or waited >= self._books.pace.linger

    async def _launch(self) -> None:
        self._idle = False
        size = min(self._group, self._room())
        group, self._waiting = self._waiting[:size], self._waiting[size:]
        for parcel in await self._books.hand_off(group):
            self._flying.add(asyncio.create_task(_send(self._sender, parcel)))

    async def _land(self) -> None:
        """Wait for the next result, or until the oldest unsettled one or the free connections waited long enough."""
        loop = asyncio.get_running_loop()
        linger = self._books.pace.linger
        left = linger if self._waiting and self._room() else None
        if self._sent:
            left = max(0.0, self._oldest + linger - loop.time())
        done, self._flying = await asyncio.wait(self._flying, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        # One slow server must not keep the other connections empty until a whole group fits again.
        self._idle = not done and not self._sent
        if done and not self._sent:
            self._oldest = loop.time()
        self._sent += [task.result() for task in done]

    async def _settle(self) -> None:
        results, self._sent = self._sent, []
        try:
            await self._books.settle(results)
        except BaseException:
            self._sent = results + self._sent
            raise

    async def _drain(self) -> None:
        """Let what flies land and settle it."""
        self._leave_the_rest()
        while self._flying:
            await self._land()
        if self._sent:
            await self._settle()

    def _leave_the_rest(self) -> None:
        self._books.counts["left"] += len(self._waiting)
        self._waiting = []


async def _send(sender: ChannelSender, parcel: Parcel) -> SendResult:
    """One parcel's result. Whatever a sender raises after the hand-off means that nobody knows."""
    try:
        return await sender.send(parcel)
    except (Exception, asyncio.CancelledError) as fault:  # noqa: BLE001 - after the hand-off every end is a result
        # The fault's text may hold an address or a body; its type is enough to find the line.
        kind = type(fault).__name__
        log.error("sender_failed", message=parcel.message_id, channel=parcel.channel, fault=kind)
        return SendResult(parcel.message_id, parcel.attempt_id, Outcome.UNKNOWN, "sender_failed", kind)
