"""Feeds parcels to the channels: hand-off committed first, then the network, then the results. Colour: wire.

Called by pipeline.deliver, which passes the ledger (outbox behind it), the senders, and where their parcels come from.
The promise kept here: at any moment no more parcels are handed off and unsettled than the channel has connections,
nothing is sent that was not durably handed off, and no result is forgotten (DESIGN.md, 5).
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from notifier.deliver.books import Books, Ledger, Pace, Tally, Watch, pause
from notifier.terms.delivery import ChannelSender, Parcel, SendResult
from notifier.terms.words import Outcome

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Fetched:
    """Parcels that may go now, in their order. `soon`: there is more, which may go in a moment."""

    parcels: Sequence[Parcel] = ()
    soon: bool = False


MOMENTS = 3
"""Looks in a row at a source that says `soon` and gives nothing."""

Source = Callable[[int], Awaitable[Fetched]]
"""Fetches up to so many parcels."""


@dataclass(frozen=True, slots=True)
class Way:
    """One channel's way out, and where its parcels come from."""

    sender: ChannelSender
    source: Source


async def feed(ways: Sequence[Way], ledger: Ledger, pace: Pace, watch: Watch) -> Tally:
    """Send what the sources give, every channel at its own speed, in the given order.

    Returns when no source has anything more and all results are settled: a channel that has nothing to do looks again
    for as long as another is at work. After a stop nothing more is fetched or handed off and what is in flight is
    finished. If a source or a hand-off raises, all channels finish what is in flight and that error is raised.
    """
    books = Books(ledger, pace, watch)
    ends = await asyncio.gather(*(_Lane(way, books).run() for way in ways), return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException):
            raise end
    return books.tally()


class _Lane:
    """One channel's parcels on their way: coming, waiting, in flight, and sent but not yet settled."""

    def __init__(self, way: Way, books: Books) -> None:
        self._sender = way.sender
        self._source = way.source
        self._books = books
        self._coming: asyncio.Task[Fetched] | None = None
        self._soon = self._looks_again = False
        self._empty_looks = 0
        self._waiting: deque[Parcel] = deque()
        self._flying: set[asyncio.Task[SendResult]] = set()
        self._sent: list[SendResult] = []
        self._news = asyncio.Event()
        self._speed = _Speed(asyncio.get_running_loop().time())
        self._oldest = 0.0
        self._empty_at: float | None = None
        self._idle = False

    async def run(self) -> None:
        """Until nothing more comes and everything is sent and settled, or stopped and drained."""
        try:
            self._fetch()
            while self._at_work() or self._coming or await self._something_may_come():
                await self._step()
                self._fetch()
        except BaseException:
            # A failed hand-off must not lose what flies; a cancelled feed must not leave sends behind.
            self._books.break_off()
            await self._drain()
            raise

    def _at_work(self) -> bool:
        # Only to look again is no work: two lanes would keep each other waiting.
        first_look = self._coming is not None and not self._looks_again
        working = first_look or bool(self._waiting or self._flying or self._sent)
        self._books.note_work(self, working)
        return working

    async def _something_may_come(self) -> bool:
        """Where this lane has nothing to do, wait a moment for the others; False: there is nothing to wait for."""
        if self._books.closed or not (self._soon or self._books.anybody_works()):
            return False
        await (pause(self._books.stop, self._books.pace.idle) if self._soon else self._books.rest())
        if not (self._soon or self._books.anybody_works()):
            return False
        self._empty_at, self._looks_again = None, True
        return True

    @property
    def _group(self) -> int:
        return max(1, min(self._books.pace.group, self._sender.connections))

    def _fetch(self) -> None:
        """Ask for more in time, so that no connection waits for a claim."""
        pace, now = self._books.pace, asyncio.get_running_loop().time()
        if self._coming or self._books.closed:
            return
        if self._empty_at is not None and (not self._flying or now - self._empty_at < pace.idle):
            return
        size = min(max(int(self._speed.a_second * pace.ahead), 2 * self._group), pace.most)
        if len(self._waiting) <= size // 2:
            self._coming = asyncio.ensure_future(self._source(size))
            self._coming.add_done_callback(lambda _: self._news.set())

    def _take_in(self) -> None:
        coming, self._coming = self._coming, None
        if coming is not None:
            found = coming.result()
            self._empty_at = None if found.parcels else asyncio.get_running_loop().time()
            self._empty_looks = 0 if found.parcels else self._empty_looks + 1
            # A clock that stands still would make a moment last for ever.
            self._soon = found.soon and self._empty_looks <= MOMENTS
            self._looks_again = self._looks_again and not found.parcels
            self._waiting.extend(found.parcels)

    async def _step(self) -> None:
        if self._coming and self._coming.done():
            self._take_in()
        if self._books.closed:
            self._leave_the_rest()
        enough = 1 if self._idle else min(self._group, len(self._waiting))
        if self._waiting and self._room() >= enough:
            await self._launch()
        elif self._sent and (not self._flying or self._settling_is_due()):
            await self._settle()
        elif self._flying or self._coming:
            await self._land()

    def _room(self) -> int:
        return self._sender.connections - len(self._flying) - len(self._sent)

    def _settling_is_due(self) -> bool:
        """Settle a full group at once, fewer when the first of them has waited long enough."""
        waited = asyncio.get_running_loop().time() - self._oldest
        return len(self._sent) >= self._group or waited >= self._books.pace.linger

    async def _launch(self) -> None:
        self._idle = False
        group = [self._waiting.popleft() for _ in range(min(self._group, self._room(), len(self._waiting)))]
        for parcel in await self._books.hand_off(group):
            task = asyncio.create_task(self._send(parcel))
            self._flying.add(task)
            task.add_done_callback(self._landed)

    def _landed(self, task: asyncio.Task[SendResult]) -> None:
        """A result is there. To wait for all tasks anew for each of them would cost more than to send."""
        self._flying.discard(task)
        if not self._sent:
            self._oldest = asyncio.get_running_loop().time()
        self._sent.append(task.result())
        self._news.set()

    async def _send(self, parcel: Parcel) -> SendResult:
        begun = asyncio.get_running_loop().time()
        result = await _send(self._sender, parcel)
        self._books.note(parcel.channel, result, begun)
        return result

    async def _land(self) -> None:
        """Wait for the next result or parcels, or until what waits for company (results, connections) has waited."""
        loop = asyncio.get_running_loop()
        linger = self._books.pace.linger
        left = linger if self._waiting and self._room() else self._books.pace.idle
        if self._sent:
            left = max(0.0, self._oldest + linger - loop.time())
        try:
            async with asyncio.timeout(left):
                await self._news.wait()
        except TimeoutError:
            # One slow server must not keep the other connections empty until a whole group fits again.
            self._idle = not self._sent
        else:
            self._idle = False
            self._news.clear()

    async def _settle(self) -> None:
        results, self._sent = self._sent, []
        try:
            await self._books.settle(results)
        except BaseException:
            self._sent = results + self._sent
            raise
        self._speed.count(len(results), asyncio.get_running_loop().time())

    async def _drain(self) -> None:
        """Let what comes come, and what flies land and be settled."""
        if self._coming:
            await asyncio.wait([self._coming])
            self._books.counts["left"] += len(self._coming.result().parcels) if not self._coming.exception() else 0
            self._coming = None
        self._leave_the_rest()
        while self._flying:
            await self._land()
        if self._sent:
            await self._settle()

    def _leave_the_rest(self) -> None:
        self._books.counts["left"] += len(self._waiting)
        self._waiting.clear()


class _Speed:
    """Parcels a second that were settled of late."""

    def __init__(self, now: float) -> None:
        self.a_second = 0.0
        self._counted = 0
        self._since = now

    def count(self, settled: int, now: float) -> None:
        """Take in what was settled; looked at each quarter of a second, and half forgotten each time."""
        self._counted += settled
        took = now - self._since
        if took >= 0.25:
            self.a_second = (self.a_second + self._counted / took) / 2
            self._counted, self._since = 0, now


async def _send(sender: ChannelSender, parcel: Parcel) -> SendResult:
    """One parcel's result. Whatever a sender raises after the hand-off means that nobody knows."""
    try:
        return await sender.send(parcel)
    except (Exception, asyncio.CancelledError) as fault:  # noqa: BLE001 - after the hand-off every end is a result
        # The fault's text may hold an address or a body; its type is enough to find the line.
        kind = type(fault).__name__
        log.error("sender_failed", message=parcel.message_id, channel=parcel.channel, fault=kind)
        return SendResult(parcel.message_id, parcel.attempt_id, Outcome.UNKNOWN, "sender_failed", kind)
