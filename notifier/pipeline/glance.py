"""A glance at the shop: what `notifier status` shows, from one moment of the database. Colour: root. Called by cli.

It is to answer at once, so it asks indexed questions alone and loads nothing that judges, renders or sends.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from notifier.errors import Unsafe
from notifier.pipeline.guard import Guards, guards_of, known_to, require_safe
from notifier.pipeline.pauses import words_of
from notifier.pipeline.tick_file import Mark
from notifier.queries.outbox_state import LastHour, Lease, OutboxState, SourceSeen, last_hour, leases, outbox_state
from notifier.settings import Settings
from notifier.store.engine import Store, Transaction
from notifier.store.pauses import pauses
from notifier.terms.words import MessageState, Rung

PATIENCE = 5
"""Seconds that one question may take on PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the settings say of what is looked at: mode, each source's limit, clockwork, what is guarded, zone."""

    mode: str
    stale_after: Mapping[str, timedelta]
    plan_every: timedelta
    guards: Guards
    tz: ZoneInfo


def terms_of(settings: Settings) -> Terms:
    """The terms of this shop; clocks are left to the processes that work."""
    guards = guards_of(settings, None)
    if guards.tick_file and not guards.tick_file.exists():
        # To look must not make this machine one that works with the database.
        guards = replace(guards, tick_file=None)
    limits = {one.name: timedelta(hours=one.stale_after_hours) for one in settings.sources}
    return Terms(
        settings.delivery.mode.value,
        limits,
        timedelta(minutes=settings.schedule.plan_minutes),
        guards,
        ZoneInfo(settings.shop.timezone),
    )


@dataclass(frozen=True, slots=True)
class Glance:
    """How the shop stands. `unsafe` is the guard's word, `paused` what is paused, in words."""

    outbox: OutboxState
    hour: LastHour
    leases: tuple[Lease, ...]
    paused: tuple[str, ...]
    plan_every: timedelta
    unsafe: Unsafe | None = None

    @property
    def at(self) -> datetime:
        """The moment, by the database's clock."""
        return self.outbox.at

    def as_json(self) -> dict[str, Any]:
        """What `notifier status --json` prints beside what is wrong; ages are seconds."""
        found = self.outbox
        return {
            "at": self.at.isoformat(),
            "queue": {rung.word: self._of_rung(rung) for rung in Rung},
            "claimed": found.count(MessageState.CLAIMED),
            "handed_off": found.count(MessageState.HANDED_OFF),
            "unknown": found.count(MessageState.UNKNOWN),
            "unknown_oldest_seconds": self.age(found.unknown_since),
            "held": found.count(MessageState.HELD),
            "stopped_runs": list(found.stopped),
            "withholding_runs": [
                {"run": one.run, "customers": one.customers, "by_law": one.by_law} for one in found.withholding
            ],
            "legal_alarms": dict(found.alarms),
            "notices_overdue": found.overdue,
            "replies": {"waiting": found.replies.count, "oldest_seconds": self.age(found.replies.since)},
            "actions": {"waiting": found.actions.count, "oldest_seconds": self.age(found.actions.since)},
            "texts": {"waiting": found.texts.count, "oldest_seconds": self.age(found.texts.since)},
            "paused": list(self.paused),
            "routes": {name: standing.value for name, standing in sorted(found.routes.items())},
            "plan": self._plan(),
            "last_hour": {one.value: count for one, count in self.hour.outcomes.items()} | {"whole": self.hour.whole},
            "sources": [self._source(one) for one in found.sources],
            "workers": [
                {"worker": one.worker, "messages": one.messages, "until": one.until.isoformat() if one.until else None}
                for one in self.leases
            ],
        }

    def age(self, since: datetime | None) -> int | None:
        """Whole seconds from `since` to this moment."""
        return max(int((self.at - since).total_seconds()), 0) if since else None

    def _of_rung(self, rung: Rung) -> dict[str, int | None]:
        return {"queued": self.outbox.queued(rung), "oldest_seconds": self.age(self.outbox.oldest.get(rung))}

    def _plan(self) -> dict[str, Any] | None:
        plan = self.outbox.plan
        if plan is None:
            return None
        decisions = {"send": plan.sends, "hold": plan.holds, "skip": plan.skips}
        told = {"run": plan.run, "state": plan.state.value, "seconds": plan.seconds, "decisions": decisions}
        return told | {"age_seconds": self.age(plan.at)}

    def _source(self, one: SourceSeen) -> dict[str, Any]:
        ages = {"read_seconds": self.age(one.read_at), "news_seconds": self.age(one.new_at)}
        return {"name": one.name, "stale": one.stale, "error": one.error} | ages


def glance(store: Store, terms: Terms) -> Glance:
    """Look at the shop now, by the database's clock."""
    known = known_to(terms.guards)
    with store.snapshot() as tx:
        tx.hurry(PATIENCE)
        now = tx.database_now()
        return Glance(
            outbox=outbox_state(tx, terms.mode, terms.stale_after, now),
            hour=last_hour(tx, now),
            leases=tuple(leases(tx)),
            paused=tuple(words_of(row, terms.tz) for row in pauses(tx)),
            plan_every=terms.plan_every,
            unsafe=_unsafe(tx, terms.guards, known),
        )


def _unsafe(tx: Transaction, guards: Guards, known: Mark | None) -> Unsafe | None:
    try:
        require_safe(tx, guards, known)
    except Unsafe as unsafe:
        return unsafe
    return None
