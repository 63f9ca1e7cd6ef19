"""Deliver: outbox → judged again → rendered → channel → contact log. Colour: root. Called by schedule and cli.

No transaction is open while the network is: claiming, handing off and settling are commits of their own, run in a
thread.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

import structlog

from notifier import outbox
from notifier.deliver import Pace, Tally, feed
from notifier.errors import Transient
from notifier.pipeline.claims import FRESH, Ready, claim
from notifier.pipeline.house import House
from notifier.pipeline.lawful import Lawful
from notifier.pipeline.pauses import share_pauses
from notifier.pipeline.reasons import RENDER_FAILED, UNLAWFUL
from notifier.pipeline.settling import Fates, follow
from notifier.render.links import short_token
from notifier.render_pool import Rendered, RenderFailure, RenderPool
from notifier.store.engine import DATABASE_TROUBLE, Transaction
from notifier.terms.delivery import ChannelSender, Parcel, SendResult
from notifier.terms.words import Channel

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]
"""Gives business time, aware UTC; app hands in the machine's clock or a fixed `--now`."""

AFTER_A_LIMIT = timedelta(minutes=5)
"""When a message is rendered again that ran out of time or memory."""

OVER_LIMIT = "daily_limit"
"""Why a text is in the queue again that was over the limit of its day."""


@dataclass(slots=True)
class DeliverReport:
    """What became of the messages claimed; `held` need a mended template, `over_limit` go another day."""

    claimed: int = 0
    accepted: int = 0
    refused: int = 0
    deferred: int = 0
    withdrawn: int = 0
    unknown: int = 0
    held: int = 0
    over_limit: int = 0

    def add(self, tally: Tally) -> None:
        """Take in what one feeding did."""
        self.accepted += tally.accepted
        self.refused += tally.refused
        self.deferred += tally.deferred
        self.withdrawn += tally.withdrawn
        self.unknown += tally.unknown + tally.unsettled


@dataclass(frozen=True, slots=True)
class Wires:
    """The ways out: a sender for each channel, the limited processes that render, the pace, what templates lack."""

    senders: Mapping[Channel, ChannelSender]
    pool: RenderPool
    pace: Pace
    lawful: Lawful = field(default_factory=Lawful)


async def deliver(
    house: House, wires: Wires, clock: Clock, stop: asyncio.Event, progress: Callable[[DeliverReport], None]
) -> DeliverReport:
    """Empty the outbox of what may go now; returns when nothing is due or `stop` is set and nothing is in flight."""
    report = DeliverReport()
    while not stop.is_set():
        found = await asyncio.to_thread(claim, house, clock())
        if not found.claimed:
            break
        report.claimed += found.claimed
        report.withdrawn += found.withdrawn
        report.held += found.held
        ledger = _Ledger(house, clock)
        parcels, held = await asyncio.to_thread(_render, house, wires, ledger, found.ready)
        report.held += held
        report.add(await feed(parcels, wires.senders, ledger, wires.pace, stop))
        report.claimed -= ledger.given_back
        report.withdrawn -= ledger.given_back
        report.over_limit += ledger.over_limit
        progress(report)
    await asyncio.to_thread(_release, house)
    return report


def _render(house: House, wires: Wires, ledger: "_Ledger", ready: Sequence[Ready]) -> tuple[list[Parcel], int]:
    """Render a batch; what cannot be rendered, or does not say what the law demands, is held.

    Returns the parcels, and how many are held.
    """
    unlawful = wires.lawful.failures(house.catalogue, wires.pool, [one.job for one in ready])
    failures = {ready[place].message.id: why for place, why in unlawful.items()}
    fine = [one for one in ready if one.message.id not in failures]
    results = wires.pool.render([one.job for one in fine])
    parcels = []
    for one, result in zip(fine, results, strict=True):
        if isinstance(result, RenderFailure):
            failures[one.message.id] = result
        else:
            parcels.append(ledger.take(one, result))
    return parcels, _keep(house, ready, failures, ledger.now())


def _release(house: House) -> None:
    with house.store.write() as tx:
        outbox.release(tx, house.sending.worker)


def _keep(house: House, ready: Sequence[Ready], failures: Mapping[int, RenderFailure], now: datetime) -> int:
    """Keep the template versions used, and hold what could not be rendered; returns how many are held.

    One that ran out of time goes back to the queue: a slow machine looks like a slow template.
    """
    used = {one.job.source.version: one.job.source for one in ready}
    versions = [
        outbox.VersionUsed(name, one.purpose, one.locale, one.brand, json.dumps(asdict(one)))
        for name, one in used.items()
    ]
    held = {one: why for one, why in failures.items() if not why.out_of_time}
    reasons = {one: _why_held(why) for one, why in held.items()}
    with house.store.write() as tx:
        outbox.keep_versions(tx, versions, now)
        outbox.hold_back(tx, reasons, {one: why.version for one, why in held.items()}, now)
        outbox.put_back(tx, sorted(set(failures) - set(held)), now + AFTER_A_LIMIT)
    for one, why in failures.items():
        log.warning(
            "message could not be rendered", message=one, held=not why.out_of_time, why=why.text, where=why.where
        )
    return len(held)


def _why_held(why: RenderFailure) -> str:
    return f"{UNLAWFUL if why.unlawful else RENDER_FAILED}: {f'{why.where}: ' if why.where else ''}{why.text}"


class _Ledger:
    """The durable side of feeding: hand-off and settling, each one commit.

    Called from a thread, never twice at once.
    """

    def __init__(self, house: House, clock: Clock) -> None:
        self._house = house
        self._clock = clock
        self._claimed_at = clock()
        self.given_back = self.over_limit = 0
        self._ready: dict[int, outbox.Rendered] = {}
        self._customers: dict[int, int] = {}
        self._notices: set[int] = set()

    def now(self) -> datetime:
        """Business time."""
        return self._clock()

    def take(self, ready: Ready, rendered: Rendered) -> Parcel:
        """Remember what is to be stored at hand-off and return the parcel that is to go."""
        row: Any = ready.message
        channel = Channel(row.channel)
        token = short_token(self._house.web.keys, "short", row.uid) if channel is Channel.SMS else ""
        self._ready[row.id] = outbox.Rendered(
            row.id, row.fence, rendered.subject, rendered.body, rendered.version, token
        )
        self._customers[row.id] = row.customer_id
        if row.notice:
            self._notices.add(row.id)
        brand = self._house.brand(row.brand)
        sender = parseaddr(brand.sender)[1] if channel is Channel.EMAIL else brand.text_sender
        return Parcel(row.id, 0, row.uid, channel, sender, ready.recipient, rendered.body, ready.valid_seconds)

    def hand_off(self, group: Sequence[Parcel]) -> Sequence[Parcel]:
        """Commit the group as handed off; a message that another worker took over is left out.

        A group that waited too long is given back: it was judged by facts and hours that may be others now. So is what
        somebody paused meanwhile.
        """
        sending, now = self._house.sending, self._clock()
        with self._house.store.write() as tx:
            if now - self._claimed_at > FRESH:
                outbox.put_back(tx, [one.message_id for one in group], now)
                self.given_back += len(group)
                return []
            share_pauses(tx)
            paused = outbox.put_back_paused(tx, [one.message_id for one in group])
            self.given_back += len(paused)
            outbox.extend(tx, sending.worker, sending.lease_seconds)
            over = self._keep_to_limit(tx, group, now)
            going = [self._ready[one.message_id] for one in group if one.message_id not in over]
            made = outbox.hand_off(tx, sending.worker, going, now)
        return [replace(one, attempt_id=made[one.message_id]) for one in group if one.message_id in made]

    def _keep_to_limit(self, tx: Transaction, group: Sequence[Parcel], now: datetime) -> frozenset[int]:
        """Count the group's texts against the day's limits; what is over goes back to the queue until tomorrow."""
        texts = [one.message_id for one in group if one.channel is Channel.SMS]
        over = outbox.count_texts(tx, self._house.sending.worker, texts, self._house.sending.text_limits, now)
        outbox.put_back(tx, sorted(over), outbox.next_text_day(now), OVER_LIMIT)
        self.given_back += len(over)
        self.over_limit += len(over)
        return over

    def settle(self, results: Sequence[SendResult]) -> None:
        """Commit what became of them, with the contacts they are and the addresses they taught us not to use.

        Raises Transient where the database is in trouble: the same results will be settled later.
        """
        try:
            self._settle(results, self._clock())
        except DATABASE_TROUBLE as fault:
            raise Transient(type(fault).__name__) from None

    def _settle(self, results: Sequence[SendResult], now: datetime) -> None:
        with self._house.store.write() as tx:
            settled = outbox.settle(tx, results, self._house.sending.backoff, now)
            outbox.give_back_texts(tx, results)
            codes = {one.message_id: one.code for one in results}
            follow(tx, Fates(settled, codes, self._customers, self._notices), now)
