"""The durable side of feeding: what is handed off and what became of it, each one commit. Colour: root.

Called by pipeline.deliver, which passes it to deliver. Its calls come from threads, one at a time.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parseaddr
from functools import lru_cache, partial
from typing import Any

import structlog

from notifier import outbox
from notifier.errors import Transient
from notifier.pipeline.claims import FRESH, Ready
from notifier.pipeline.gates import RATE, Gates
from notifier.pipeline.house import House
from notifier.pipeline.pauses import share_pauses
from notifier.pipeline.settling import Fates, follow
from notifier.pipeline.storm import pause_what_fails
from notifier.pipeline.versions import Versions
from notifier.render.links import short_token
from notifier.render.reply_address import BOUNCE, signed_address
from notifier.render_pool import Rendered
from notifier.store.engine import DATABASE_TROUBLE, Transaction
from notifier.terms.delivery import Parcel, SendResult
from notifier.terms.words import Channel, Outcome

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]
"""Gives business time, aware UTC; app hands in the machine's clock or a fixed `--now`."""

Ticks = Callable[[], float]
"""Seconds of this machine that no setting of its clock moves, and that go on while it sleeps."""

OVER_LIMIT = "daily_limit"
"""Why a text is in the queue again that was over the limit of its day."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """A claimed and rendered message: what is stored at hand-off, how it goes, whose it is, and when it was judged."""

    rendered: outbox.Rendered
    parcel: Parcel
    customer_id: int
    purpose: str
    notice: bool
    judged_at: datetime


@lru_cache(maxsize=64)
def _bare(sender: str) -> str:
    """The address of a brand's `Name <address>`."""
    return parseaddr(sender)[1]


class OutboxLedger:
    """Keeps deliver's Ledger over the outbox: what waits by message, what is on its way by attempt, because a message
    may be claimed again meanwhile. `given_back` went back to the queue at hand-off, `over_limit` of them because the
    day's texts were used up; `storms` are purposes that were paused, as too many were refused, and why.
    """

    def __init__(self, house: House, clock: Clock, ticks: Ticks) -> None:
        self._house = house
        self._clock = clock
        self._ticks = ticks
        self.given_back = self.over_limit = 0
        self.storms: dict[str, str] = {}
        self._taken: dict[int, _Taken] = {}
        self._flying: dict[int, _Taken] = {}
        # At how many ticks the lease of an attempt ends: other threads renew it while results are settled.
        self._ends: dict[int, float] = {}
        self._newly_troubled: frozenset[str] = frozenset()
        self._gates = Gates(house.sending.rates)
        self.versions = Versions()

    def now(self) -> datetime:
        """Business time."""
        return self._clock()

    def take(self, ready: Ready, rendered: Rendered) -> Parcel:
        """Remember what is to be stored at hand-off and return the parcel that is to go."""
        row: Any = ready.message
        channel = Channel(row.channel)
        token = short_token(self._house.web.keys, "short", row.uid) if channel is Channel.SMS else ""
        kept = self.versions.packed(rendered, channel)
        stored = outbox.Rendered(row.id, row.fence, rendered.subject, kept, rendered.version, token)
        brand = self._house.brand(row.brand)
        sender = self._returns_to(row.id, brand.sender) if channel is Channel.EMAIL else brand.text_sender
        parcel = Parcel(row.id, 0, row.uid, channel, sender, ready.recipient, rendered.body, ready.valid_seconds)
        if channel is Channel.EMAIL and self._house.sending.copy_to:
            parcel = replace(parcel, copy_to=self._house.sending.copy_to)
        self._taken[row.id] = _Taken(stored, parcel, row.customer_id, row.purpose, bool(row.notice), ready.judged_at)
        return parcel

    def _returns_to(self, message_id: int, sender: str) -> str:
        """The envelope's sender: a mail server's report to it proves which message came back (HOSTILE 69)."""
        house = self._house
        if not house.reply_to:
            return _bare(sender)
        return signed_address(house.reply_to, house.web.keys, BOUNCE, message_id)

    def see(self, troubled: frozenset[str]) -> None:
        """Remember which routes are in trouble, as the newest claim has found; it may have looked before the newest
        results were noted.
        """
        newly, self._newly_troubled = self._newly_troubled, frozenset()
        self._gates = replace(self._gates, troubled=troubled | newly)

    def hand_off(self, group: Sequence[Parcel]) -> Sequence[Parcel]:
        """Commit the group as handed off; a message that another worker took over is left out.

        What waited too long is given back: it was judged by facts and hours that may be others now. So is what
        somebody paused meanwhile. Each parcel may go until its lease ends, counted from before the commit.
        """
        lease, now = self._house.sending.lease, self._clock()
        ends = self._ticks() + lease.seconds
        taken = self._newest(group)
        with self._house.store.write() as tx:
            share_pauses(tx)
            going = self._without_given_back(tx, taken, now)
            made = outbox.hand_off(tx, lease, [one.rendered for one in going], now)
        for message, one in taken.items():
            # A claim that came meanwhile may have put a newer one in its place.
            if self._taken.get(message) is one:
                del self._taken[message]
        gone = {made[one.parcel.message_id]: one for one in going if one.parcel.message_id in made}
        self._ends |= dict.fromkeys(gone, ends)
        self._flying |= gone
        return [
            replace(one.parcel, attempt_id=attempt, still_ours=partial(self._still_ours, attempt))
            for attempt, one in gone.items()
        ]

    def _still_ours(self, attempt: int) -> bool:
        return self._ticks() < self._ends.get(attempt, 0.0)

    def renewed(self, messages: Collection[int], ends: float) -> None:
        """Take in that the leases of these end later, at so many ticks: a slow server has longer for them."""
        for attempt, one in list(self._flying.items()):
            if one.parcel.message_id in messages and attempt in self._ends:
                self._ends[attempt] = ends

    def _newest(self, group: Sequence[Parcel]) -> dict[int, _Taken]:
        """What is known of these, by message id, without what this worker has claimed again since, after its lease was
        over: the newer claim's parcel goes.
        """
        known = [(parcel, self._taken.get(parcel.message_id)) for parcel in group]
        newest = {parcel.message_id: one for parcel, one in known if one is not None and one.parcel is parcel}
        self.given_back += len(group) - len(newest)
        return newest

    def _without_given_back(self, tx: Transaction, taken: Mapping[int, _Taken], now: datetime) -> Sequence[_Taken]:
        worker = self._house.sending.lease.worker
        stale = {message for message, one in taken.items() if now - one.judged_at > FRESH}
        if stale:
            outbox.put_back(tx, worker, sorted(stale), outbox.Later(now))
        paused = outbox.put_back_paused(tx, worker, [one for one in taken if one not in stale])
        left = [one.parcel for message, one in taken.items() if message not in stale | paused]
        late = self._gates.waits(tx, left, now)
        outbox.put_off(tx, worker, late, RATE)
        over = self._keep_to_limit(tx, [one for one in left if one.message_id not in late], now)
        back = stale | paused | late.keys() | over
        self.given_back += len(back)
        return [one for message, one in taken.items() if message not in back]

    def _keep_to_limit(self, tx: Transaction, group: Sequence[Parcel], now: datetime) -> frozenset[int]:
        """Count the group's texts against the day's limits; what is over goes back to the queue until tomorrow."""
        texts = [one.message_id for one in group if one.channel is Channel.SMS]
        if not texts:
            return frozenset()
        worker = self._house.sending.lease.worker
        over = outbox.count_texts(tx, worker, texts, self._house.sending.text_limits, now)
        outbox.put_back(tx, worker, sorted(over), outbox.Later(outbox.next_text_day(now), OVER_LIMIT))
        self.over_limit += len(over)
        return over

    def settle(self, results: Sequence[SendResult]) -> None:
        """Commit what became of them, with the contacts they are and the addresses they taught us not to use.

        Raises Transient where the database is in trouble: the same results will be settled later.
        """
        now = self._clock()
        try:
            self._settle(results, now)
        except DATABASE_TROUBLE as fault:
            raise Transient(type(fault).__name__) from None
        landed = [(self._flying.pop(one.attempt_id), one) for one in results if one.attempt_id in self._flying]
        for one in results:
            self._ends.pop(one.attempt_id, None)
        self._look_for_storms({one.purpose for one, result in landed if result.outcome is Outcome.REFUSED}, now)

    def _look_for_storms(self, refused: Collection[str], now: datetime) -> None:
        """Beside the settling, which is done: what fails here must not make it come again."""
        try:
            if refused:
                self.storms |= pause_what_fails(self._house, refused, now)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the results are settled
            log.warning("could not look whether a purpose keeps failing", fault=type(fault).__name__)

    def _settle(self, results: Sequence[SendResult], now: datetime) -> None:
        with self._house.store.write() as tx:
            # Routes, then days of texts, then messages: as at the hand-off, else two workers wait for each other.
            troubled = self._gates.note(tx, [(self._flying[one.attempt_id].parcel, one) for one in results], now)
            outbox.give_back_texts(tx, results)
            settled = outbox.settle(tx, results, self._house.sending.backoff, now)
            follow(tx, self._fates(settled, results), now)
        self._newly_troubled |= troubled - self._gates.troubled
        self._gates = replace(self._gates, troubled=troubled)

    def _fates(self, settled: outbox.Settled, results: Sequence[SendResult]) -> Fates:
        taken = {one.message_id: self._flying[one.attempt_id] for one in results}
        return Fates(
            settled,
            codes={one.message_id: one.code for one in results},
            customers={message: one.customer_id for message, one in taken.items()},
            notices={message for message, one in taken.items() if one.notice},
        )
