"""Deliver: outbox → judged again → rendered → channel → contact log. Colour: root. Called by schedule and cli.

No transaction is open while the network is: claiming, handing off and settling are commits of their own, run in a
thread.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from email.utils import parseaddr
from typing import Any

import structlog

from notifier import consent, contact_log, outbox, rewards
from notifier.deliver import Pace, Tally, feed
from notifier.pipeline.claims import Ready, claim
from notifier.pipeline.house import House
from notifier.render.links import short_token
from notifier.render_pool import Rendered, RenderFailure, RenderPool
from notifier.store.decisions import bring_forward
from notifier.terms.delivery import ChannelSender, Parcel, SendResult
from notifier.terms.words import Channel, Outcome

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]
"""Gives business time, aware UTC; app hands in the machine's clock or a fixed `--now`."""

OPTED_OUT = frozenset({"opted_out"})
"""Normalised provider codes after which the address is suppressed (Twilio 21610, RULES.md S3)."""


@dataclass(slots=True)
class DeliverReport:
    """What became of the messages claimed; `held` need a mended template."""

    claimed: int = 0
    accepted: int = 0
    refused: int = 0
    deferred: int = 0
    withdrawn: int = 0
    unknown: int = 0
    held: int = 0

    def add(self, tally: Tally) -> None:
        """Take in what one feeding did."""
        self.accepted += tally.accepted
        self.refused += tally.refused
        self.deferred += tally.deferred
        self.withdrawn += tally.withdrawn
        self.unknown += tally.unknown + tally.unsettled


@dataclass(frozen=True, slots=True)
class Wires:
    """The ways out: a sender for each channel, the limited processes that render, and the pace."""

    senders: Mapping[Channel, ChannelSender]
    pool: RenderPool
    pace: Pace


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
        ledger = _Ledger(house, clock)
        parcels, held = await asyncio.to_thread(_render, house, wires, ledger, found.ready)
        report.held += held
        report.add(await feed(parcels, wires.senders, ledger, wires.pace, stop))
        progress(report)
    await asyncio.to_thread(_release, house)
    return report


def _render(house: House, wires: Wires, ledger: "_Ledger", ready: Sequence[Ready]) -> tuple[list[Parcel], int]:
    """Render a batch; what cannot be rendered is held. Returns the parcels, and how many are held."""
    results = wires.pool.render([one.job for one in ready])
    failures: dict[int, str] = {}
    parcels = []
    for one, result in zip(ready, results, strict=True):
        if isinstance(result, RenderFailure):
            failures[one.message.id] = f"{result.where}: {result.text}"
        else:
            parcels.append(ledger.take(one, result))
    _keep(house, ready, failures, ledger.now())
    return parcels, len(failures)


def _release(house: House) -> None:
    with house.store.write() as tx:
        outbox.release(tx, house.sending.worker)


def _keep(house: House, ready: Sequence[Ready], failures: Mapping[int, str], now: datetime) -> None:
    """Hold what could not be rendered and keep the template versions used."""
    used = {one.job.source.version: one.job.source for one in ready}
    versions = [
        outbox.VersionUsed(name, one.purpose, one.locale, one.brand, json.dumps(asdict(one)))
        for name, one in used.items()
    ]
    with house.store.write() as tx:
        outbox.keep_versions(tx, versions, now)
        outbox.hold_back(tx, {one: f"render_failed: {why}" for one, why in failures.items()}, now)
    for one, why in failures.items():
        log.warning("message held: its template could not be rendered", message=one, why=why)


class _Ledger:
    """The durable side of feeding: hand-off and settling, each one commit.

    Called from a thread, never twice at once.
    """

    def __init__(self, house: House, clock: Clock) -> None:
        self._house = house
        self._clock = clock
        self._ready: dict[int, outbox.Rendered] = {}
        self._customers: dict[int, int] = {}

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
        brand = self._house.brand(row.brand)
        sender = parseaddr(brand.sender)[1] if channel is Channel.EMAIL else brand.text_sender
        return Parcel(row.id, 0, row.uid, channel, sender, ready.recipient, rendered.body, ready.valid_seconds)

    def hand_off(self, group: Sequence[Parcel]) -> Sequence[Parcel]:
        """Commit the group as handed off; a message that another worker took over is left out."""
        sending = self._house.sending
        with self._house.store.write() as tx:
            outbox.extend(tx, sending.worker, sending.lease_seconds)
            made = outbox.hand_off(tx, sending.worker, [self._ready[one.message_id] for one in group], self._clock())
        return [replace(one, attempt_id=made[one.message_id]) for one in group if one.message_id in made]

    def settle(self, results: Sequence[SendResult]) -> None:
        """Commit what became of them, with the contacts they are and the addresses they taught us not to use."""
        now = self._clock()
        with self._house.store.write() as tx:
            accepted = outbox.settle(tx, results, self._house.sending.backoff, now)
            contact_log.log_sent(tx, accepted, now)
            refused = [one for one in results if one.outcome is Outcome.REFUSED]
            consent.suppress(tx, {one.message_id: one.code for one in refused if one.code in OPTED_OUT}, now)
            rewards.void(tx, [one.message_id for one in refused], now)
            bring_forward(tx, [self._customers[one.message_id] for one in refused], now)
