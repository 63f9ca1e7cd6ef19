"""Deliver: outbox → judged again → rendered → channel → contact log. Colour: root. Called by schedule and cli.

No transaction is open while the network is: claiming, handing off and settling are commits of their own, run in a
thread. Each channel claims for itself, so that none waits for another.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

import structlog

from notifier import outbox
from notifier.deliver import Fetched, Pace, Source, Tally, Watch, Way, feed
from notifier.pipeline.claims import Claimed, Ready, claim
from notifier.pipeline.heartbeat import beating
from notifier.pipeline.house import House
from notifier.pipeline.lawful import Lawful
from notifier.pipeline.ledger import Clock, OutboxLedger, Ticks
from notifier.pipeline.reasons import RENDER_FAILED, UNLAWFUL
from notifier.render_pool import RenderFailure, RenderPool
from notifier.terms.delivery import ChannelSender, Parcel
from notifier.terms.meter import SILENT, Meter, Step
from notifier.terms.words import Channel

log = structlog.get_logger(__name__)

AFTER_A_LIMIT = timedelta(minutes=5)
"""When a message is rendered again that ran out of time or memory."""


@dataclass(slots=True)
class DeliverReport:
    """What became of the messages claimed; `held` need a mended template, `over_limit` go another day.

    `storms` are purposes that were paused, because too many of their messages were refused, and why.
    """

    claimed: int = 0
    accepted: int = 0
    refused: int = 0
    deferred: int = 0
    withdrawn: int = 0
    unknown: int = 0
    held: int = 0
    over_limit: int = 0
    storms: Mapping[str, str] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """The numbers, by what they count."""
        return {name: found for name, found in asdict(self).items() if name != "storms"}


@dataclass(slots=True)
class _Counts:
    """What is counted so far; `progress` and the meter hear of each change."""

    ledger: OutboxLedger
    meter: Meter
    progress: Callable[[DeliverReport], None]
    claimed: int = 0
    withdrawn: int = 0
    held: int = 0
    fed: Tally = field(default_factory=Tally)

    def note(self, found: Claimed) -> None:
        """Count a claim."""
        self.claimed += found.claimed
        self.withdrawn += found.withdrawn
        self.held += found.held
        self.meter.claimed(found.claimed)
        self.meter.withdrawn(found.withdrawn)
        self.meter.held(found.held)
        self.progress(self.report())

    def note_rendered(self, rendered: int, held: int) -> None:
        """Count what was rendered, and what could not be."""
        self.held += held
        self.meter.rendered(rendered)
        self.meter.held(held)

    def note_fed(self, tally: Tally) -> None:
        """Count what was fed so far."""
        self.fed = tally
        self.progress(self.report())

    def report(self) -> DeliverReport:
        """All together; what went back to the queue is not counted."""
        fed, back = self.fed, self.ledger.given_back
        return DeliverReport(
            claimed=self.claimed - back,
            accepted=fed.accepted,
            refused=fed.refused,
            deferred=fed.deferred,
            withdrawn=self.withdrawn + fed.withdrawn - back,
            unknown=fed.unknown + fed.unsettled,
            held=self.held,
            over_limit=self.ledger.over_limit,
            storms=dict(self.ledger.storms),
        )


@dataclass(frozen=True, slots=True)
class Wires:
    """The ways out: a sender for each channel, the limited processes that render, the pace, what templates lack,
    who counts, and who keeps the ledger.
    """

    senders: Mapping[Channel, ChannelSender]
    pool: RenderPool
    pace: Pace
    ticks: Ticks
    lawful: Lawful = field(default_factory=Lawful)
    meter: Meter = SILENT
    open_ledger: Callable[[House, Clock, Ticks], OutboxLedger] = OutboxLedger


async def deliver(
    house: House, wires: Wires, clock: Clock, stop: asyncio.Event, progress: Callable[[DeliverReport], None]
) -> DeliverReport:
    """Empty the outbox of what may go now; returns when nothing is due or `stop` is set and nothing is in flight."""
    ledger = wires.open_ledger(house, clock, wires.ticks)
    counts = _Counts(ledger, wires.meter, progress)
    ways = [Way(sender, _source(house, wires, channel, counts, stop)) for channel, sender in wires.senders.items()]
    await asyncio.to_thread(_release, house, clock())
    try:
        async with beating(house, wires.ticks, ledger.renewed):
            counts.fed = await feed(ways, ledger, wires.pace, Watch(stop, counts.note_fed, wires.meter))
    finally:
        await asyncio.to_thread(_release, house, clock())
    return counts.report()


def _source(house: House, wires: Wires, channel: Channel, counts: _Counts, stop: asyncio.Event) -> Source:
    """Claims, judges again and renders messages of one channel; gives nothing only where nothing is due."""

    async def fetch(most: int) -> Fetched:
        while not stop.is_set():
            begun = wires.ticks()
            found = await asyncio.to_thread(claim, house, channel, most, counts.ledger.now())
            wires.meter.took(Step.CLAIM, wires.ticks() - begun)
            counts.note(found)
            counts.ledger.see(found.troubled)
            if not found.claimed and not found.put_off:
                return Fetched(soon=found.soon)
            begun = wires.ticks()
            parcels, held = await asyncio.to_thread(_render, house, wires, counts.ledger, found.ready)
            wires.meter.took(Step.RENDER, wires.ticks() - begun)
            counts.note_rendered(len(parcels), held)
            if parcels:
                return Fetched(parcels)
        return Fetched()

    return fetch


def _render(house: House, wires: Wires, ledger: OutboxLedger, ready: Sequence[Ready]) -> tuple[list[Parcel], int]:
    """Render a batch; what cannot be rendered, or does not say what the law demands, is held.

    Returns the parcels, and how many are held.
    """
    unlawful = wires.lawful.failures(house.catalogue, wires.pool, [one.job for one in ready])
    failures = {ready[place].message.id: why for place, why in unlawful.items()}
    fine = [one for one in ready if one.message.id not in failures]
    ledger.versions.meet(house, wires.pool, [one.job for one in ready], ledger.now())
    results = wires.pool.render([one.job for one in fine])
    parcels = []
    for one, result in zip(fine, results, strict=True):
        if isinstance(result, RenderFailure):
            failures[one.message.id] = result
        else:
            parcels.append(ledger.take(one, result))
    return parcels, _keep(house, failures, ledger.now()) if failures else 0


def _release(house: House, now: datetime) -> None:
    """Give up what this worker holds: nothing of it is in flight."""
    with house.store.write() as tx:
        outbox.release(tx, house.sending.lease.worker, now)


def _keep(house: House, failures: Mapping[int, RenderFailure], now: datetime) -> int:
    """Hold what could not be rendered; returns how many are held.

    One that ran out of time goes back to the queue: a slow machine looks like a slow template.
    """
    held = {one: why for one, why in failures.items() if not why.out_of_time}
    faults = [outbox.Fault(one, _why_held(why), why.version) for one, why in held.items()]
    worker = house.sending.lease.worker
    with house.store.write() as tx:
        outbox.hold_back(tx, worker, faults, now)
        outbox.put_back(tx, worker, sorted(set(failures) - set(held)), outbox.Later(now + AFTER_A_LIMIT))
    for one, why in failures.items():
        log.warning(
            "message could not be rendered", message=one, held=not why.out_of_time, why=why.text, where=why.where
        )
    return len(held)


def _why_held(why: RenderFailure) -> str:
    return f"{UNLAWFUL if why.unlawful else RENDER_FAILED}: {f'{why.where}: ' if why.where else ''}{why.text}"
