"""The ledger's side of feeding: one commit at a time, repeated until it works, and the tally. Colour: wire.

Used by deliver.lane. Hand-off and settling are synchronous database commits; they run in a thread.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import partial
from typing import Protocol

import structlog

from notifier.errors import Transient
from notifier.terms.delivery import Parcel, SendResult
from notifier.terms.meter import SILENT, Meter, Step
from notifier.terms.words import Channel

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
    that a database coming back does not mend is tried `fault_tries` times. Fetched is what goes in about `ahead`
    seconds, at most `most`: what comes in meanwhile and is more important waits no longer. After nothing was due, the
    source is asked again each `idle` seconds, for as long as something is still on its way.
    """

    group: int
    linger: float = 0.05
    first_wait: float = 0.2
    longest_wait: float = 30.0
    last_tries: int = 5
    fault_tries: int = 3
    ahead: float = 1.0
    most: int = 500
    idle: float = 1.0


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


@dataclass(frozen=True, slots=True)
class Watch:
    """Who watches the feeding: `stop` ends it, `told` hears the tally after each settling, `meter` counts."""

    stop: asyncio.Event = field(default_factory=asyncio.Event)
    told: Callable[[Tally], None] = lambda tally: None
    meter: Meter = SILENT


class _End(Enum):
    """How the tries to record something ended: done, results that cannot be stored as they are, or a stop."""

    RECORDED = auto()
    FAULTY = auto()
    STOPPED = auto()


class Books:
    """The ledger, called from threads one call at a time, and the tally beside it. Shared by all lanes."""

    def __init__(self, ledger: Ledger, pace: Pace, watch: Watch) -> None:
        self.pace = pace
        self.counts: Counter[str] = Counter()
        self._ledger = ledger
        self._watch = watch
        self._broken = False
        self._working: set[object] = set()
        self._quiet = asyncio.Event()
        self._turn = asyncio.Lock()

    def tally(self) -> Tally:
        """What became of the parcels so far."""
        return Tally(**self.counts)

    @property
    def closed(self) -> bool:
        """Whether nothing more may be handed off: a stop was asked for, or a source or a hand-off failed."""
        return self._watch.stop.is_set() or self._broken

    @property
    def stop(self) -> asyncio.Event:
        """Set once somebody asked for a stop."""
        return self._watch.stop

    def note_work(self, lane: object, working: bool) -> None:
        """Remember whether a lane has anything to do."""
        if working:
            self._working.add(lane)
        else:
            self._working.discard(lane)
        if self._working:
            self._quiet.clear()
        else:
            self._quiet.set()

    def anybody_works(self) -> bool:
        """Whether any lane has anything to do."""
        return bool(self._working)

    async def rest(self) -> None:
        """Wait a moment, but no longer than somebody works."""
        try:
            async with asyncio.timeout(self.pace.idle):
                await self._quiet.wait()
        except TimeoutError:
            pass

    def break_off(self) -> None:
        """Let all lanes come to their end: one of them failed."""
        self._broken = True

    async def hand_off(self, group: list[Parcel]) -> list[Parcel]:
        """Those of the group that may go, durably handed off. Empty where a stop came while waiting for the turn."""
        async with self._turn:
            if self.closed:
                self.counts["left"] += len(group)
                return []
            begun = asyncio.get_running_loop().time()
            going = list(await asyncio.to_thread(self._ledger.hand_off, group))
            self._took(Step.HAND_OFF, begun)
        self.counts["withdrawn"] += len(group) - len(going)
        return going

    async def settle(self, results: list[SendResult]) -> None:
        """Record results, again and again while it fails. The turn is kept meanwhile, so no lane hands off."""
        async with self._turn:
            begun = asyncio.get_running_loop().time()
            lost = await self._unrecorded(results)
            self._took(Step.SETTLE, begun)
        self.counts["unsettled"] += len(lost)
        self.counts.update(str(result.outcome) for result in results)
        self.counts.subtract(str(result.outcome) for result in lost)
        for result in lost:
            log.error(
                "result_not_recorded", message=result.message_id, attempt=result.attempt_id, outcome=result.outcome
            )
        self._watch.told(self.tally())

    def note(self, channel: Channel, result: SendResult, begun: float) -> None:
        """Count a result, as soon as it is there; `begun` by the loop's clock."""
        seconds = asyncio.get_running_loop().time() - begun
        self._watch.meter.sent(channel, result.outcome, result.code, seconds)

    def _took(self, step: Step, begun: float) -> None:
        self._watch.meter.took(step, asyncio.get_running_loop().time() - begun)

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
        return await _until_done(act, self.pace, self._watch.stop, fault_tries)


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
            await pause(stop, wait)
            wait = min(wait * 2, pace.longest_wait)


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but no longer than until the stop."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass
