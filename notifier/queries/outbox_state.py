"""How the outbox and what feeds it stand at a moment: for metrics, and for a person. Colour: store.

Called by pipeline.watch, read by web.metrics and cli.glance. Each question is a range of an index, so that its cost is
that of what waits, not of what was ever sent; only counting what waits grows with the queue.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, literal, not_, select, union_all

from notifier.queries.for_people import NOBODY, Waiting, actions_waiting, replies_waiting, texts_waiting
from notifier.queries.runs import Withholds, withholding
from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.pauses import paused_messages, pauses
from notifier.store.routes import troubled_routes
from notifier.store.staleness import is_stale
from notifier.store.tables import Attempt, LegalStanding, Message, MessageLine, PlanRun, SourceState
from notifier.terms.law import OWED
from notifier.terms.route import Standing
from notifier.terms.words import SENT_STATES, Channel, MessageState, Outcome, Rung, RunState

_message, _attempt, _run = table_of(Message), table_of(Attempt), table_of(PlanRun)
_standing, _source, _told = table_of(LegalStanding), table_of(SourceState), table_of(MessageLine)

_MODE = bindparam("mode", type_=_message.c.mode.type)
_NOW = bindparam("now", type_=_message.c.not_before.type)

OPEN_STATES = (
    MessageState.QUEUED,
    MessageState.CLAIMED,
    MessageState.HANDED_OFF,
    MessageState.UNKNOWN,
    MessageState.HELD,
)
"""Messages that something is still to become of."""

LOOKED_AT = 1000
"""Messages of a rung among which the oldest is sought that is not paused: a paused million is not read through."""

NIGHT = timedelta(hours=12)
"""How long a notice may be late before it is called so: where no law lets the line lapse, it waits for the morning."""

LATEST = 10_000
"""Deadlines that were missed, or met by a notice since plan last looked, among which the missed ones are counted."""

LAST_ATTEMPTS = 20_000
"""Attempts that the last hour is counted from, the newest: so many take some hundredths of a second."""


@dataclass(frozen=True, slots=True)
class LastPlan:
    """The newest run of plan. `seconds` is None for one of an older version; counts are of decisions."""

    run: int
    at: datetime
    state: RunState
    seconds: float | None
    sends: int
    holds: int
    skips: int


@dataclass(frozen=True, slots=True)
class SourceSeen:
    """One configured source: when it was looked at and gave something new last, if ever, and its last fault."""

    name: str
    read_at: datetime | None
    new_at: datetime | None
    error: str
    stale: bool


@dataclass(frozen=True, slots=True)
class OutboxState:
    """How everything stands at `at` (aware UTC).

    `messages` are those of OPEN_STATES by state and rung; `oldest` says since when the longest waiting one of a rung
    could have gone, what is paused left out; `unknown_since` when the oldest unknown one was handed off. `stopped` are
    runs that wait for a person, `withholding` those that hold news back after a person's word, `alarms` lines that need
    one, by the word of `standings`, `overdue` notices that should have gone a NIGHT before `at` and have not. `routes`
    are ways out whose breaker is not closed. `next` is when the first message of a rung may go that waits for its time,
    and for what reason. `replies` wait for a person to read them, `actions` for the shop to do them, `texts` of
    customers to be taken in.
    """

    at: datetime
    messages: Mapping[tuple[MessageState, Rung], int]
    oldest: Mapping[Rung, datetime]
    unknown_since: datetime | None
    stopped: tuple[int, ...]
    pauses: int
    alarms: Mapping[str, int]
    overdue: int
    plan: LastPlan | None
    sources: tuple[SourceSeen, ...] = field(default=())
    routes: Mapping[str, Standing] = field(default_factory=dict)
    next: Mapping[Rung, tuple[datetime, str]] = field(default_factory=dict)
    replies: Waiting = NOBODY
    actions: Waiting = NOBODY
    texts: Waiting = NOBODY
    withholding: tuple[Withholds, ...] = ()

    def count(self, *states: MessageState) -> int:
        """Messages in any of these states."""
        return sum(count for (state, _), count in self.messages.items() if state in states)

    def queued(self, rung: Rung) -> int:
        """Messages of a rung in the queue, for now or later."""
        return self.messages.get((MessageState.QUEUED, rung), 0)


def outbox_state(tx: Transaction, mode: str, limits: Mapping[str, timedelta], now: datetime) -> OutboxState:
    """Look at the UTC instant `now`; `mode` is that of delivery, `limits` each configured source's stale_after."""
    return OutboxState(
        at=now,
        messages=_messages(tx, mode),
        oldest=_oldest(tx, mode, now),
        unknown_since=_unknown_since(tx, mode),
        stopped=_stopped(tx, mode),
        pauses=len(pauses(tx)),
        alarms=_alarms(tx),
        overdue=_overdue(tx, mode, now),
        plan=_last_plan(tx),
        sources=_sources(tx, limits, now),
        routes=_routes(tx, now),
        next=_next(tx, mode, now),
        replies=replies_waiting(tx),
        actions=actions_waiting(tx),
        texts=texts_waiting(tx),
        withholding=withholding(tx, mode, now),
    )


def _messages(tx: Transaction, mode: str) -> dict[tuple[MessageState, Rung], int]:
    query = counted_query(mode)
    return {(MessageState(row.state), Rung(row.rung)): row.many for row in tx.connection.execute(query)}


def counted_query(mode: str) -> Select[Any]:
    """Messages of a mode by open state and rung, from ix_message_due_by_channel alone."""
    columns = (_message.c.state, _message.c.rung)
    waits = _message.c.state.in_(OPEN_STATES) & (_message.c.mode == mode)
    return select(*columns, func.count().label("many")).where(waits).group_by(*columns)


def _oldest(tx: Transaction, mode: str, now: datetime) -> dict[Rung, datetime]:
    found: dict[Rung, datetime] = {}
    for row in tx.connection.execute(oldest_query(tx, mode, now)):
        if row.since:
            found[Rung(row.rung)] = min(row.since, found.get(Rung(row.rung), row.since))
    return found


def oldest_query(tx: Transaction, mode: str, now: datetime) -> Select[Any]:
    """Since when the longest waiting message of each rung and channel could have gone: one step into
    ix_message_due_by_channel for each.
    """
    query = _oldest_but(paused_messages(tx)) if pauses(tx) else _oldest_ones()
    return query.params(mode=mode, now=now)


@cache
def _oldest_ones() -> Select[Any]:
    """Put together once, as nearly always nothing is paused."""
    return _oldest_but(None)


def _oldest_but(paused: ColumnElement[bool] | None) -> Select[Any]:
    waits = (_message.c.state == MessageState.QUEUED) & (_message.c.mode == _MODE)
    parts = []
    for rung, channel in product(Rung, Channel):
        mine = (
            waits & (_message.c.channel == channel) & (_message.c.rung == rung.value) & (_message.c.not_before <= _NOW)
        )
        first = select(_message.c.id, _message.c.not_before).where(mine).order_by(_message.c.not_before)
        if paused is None:
            few = first.limit(1).subquery()
            oldest = select(func.min(few.c.not_before))
        else:
            few = first.limit(LOOKED_AT).subquery()
            going = _message.c.id.in_(select(few.c.id)) & not_(paused)
            oldest = select(func.min(_message.c.not_before)).where(going)
        parts.append(select(literal(rung.value).label("rung"), oldest.scalar_subquery().label("since")))
    every = union_all(*parts).subquery()
    return select(every)


def _next(tx: Transaction, mode: str, now: datetime) -> dict[Rung, tuple[datetime, str]]:
    found: dict[Rung, tuple[datetime, str]] = {}
    for row in tx.connection.execute(next_query(mode, now)):
        first = (row.not_before, row.reason)
        found[Rung(row.rung)] = min(first, found.get(Rung(row.rung), first))
    return found


def next_query(mode: str, now: datetime) -> Select[Any]:
    """The message of each rung and channel that waits for its time and may go first; as in `oldest_query`."""
    return _first_ones().params(mode=mode, now=now)


@cache
def _first_ones() -> Select[Any]:
    """Put together once, which takes longer than to ask it."""
    columns = (_message.c.rung, _message.c.not_before, _message.c.reason)
    waits = (_message.c.state == MessageState.QUEUED) & (_message.c.mode == _MODE) & (_message.c.not_before > _NOW)
    parts = []
    for rung, channel in product(Rung, Channel):
        mine = waits & (_message.c.channel == channel) & (_message.c.rung == rung.value)
        first = select(*columns).where(mine).order_by(_message.c.not_before).limit(1).subquery()
        parts.append(select(first))
    return select(union_all(*parts).subquery())


def _unknown_since(tx: Transaction, mode: str) -> datetime | None:
    open_end = (_message.c.state == MessageState.UNKNOWN) & (_message.c.mode == mode)
    query = select(func.min(_message.c.handed_off_at)).where(open_end)
    found: datetime | None = tx.connection.execute(query).scalar_one()
    return found


def _stopped(tx: Transaction, mode: str) -> tuple[int, ...]:
    query = select(_run.c.id).where(_run.c.state == RunState.STOPPED, _run.c.mode == mode).order_by(_run.c.id)
    return tuple(tx.connection.execute(query).scalars())


def _alarms(tx: Transaction) -> dict[str, int]:
    query = select(_standing.c.alarm, func.count()).where(_standing.c.alarm > "").group_by(_standing.c.alarm)
    return {row[0]: row[1] for row in tx.connection.execute(query.order_by(_standing.c.alarm))}


def _overdue(tx: Transaction, mode: str, now: datetime) -> int:
    found: int = tx.connection.execute(overdue_query(mode, now)).scalar_one()
    return found


def overdue_query(mode: str, now: datetime) -> Select[Any]:
    """How many `overdue_lines` there are."""
    return select(func.count()).select_from(overdue_lines(mode, now).subquery())


def overdue_lines(mode: str, now: datetime) -> Select[Any]:
    """Ids of lines whose notice is late by more than NIGHT. Plan looks at a line again only in time, so what was told
    since then is asked here.

    At most LATEST deadlines are looked at, the newest.
    """
    owed = _standing.c.state.in_([state.value for state in OWED])
    late = select(_standing.c.line_id, _standing.c.since).where(_standing.c.deadline_at <= now - NIGHT, owed)
    few = late.order_by(_standing.c.deadline_at.desc()).limit(LATEST).subquery()
    told = (
        select(_told.c.id)
        .join(_message, _message.c.id == _told.c.message_id)
        .where(
            _told.c.line_id == few.c.line_id,
            _message.c.rung == Rung.REQUIRED.value,
            _message.c.mode == mode,
            _message.c.state.in_([state.value for state in SENT_STATES]),
            _message.c.handed_off_at >= few.c.since,
        )
    )
    return select(few.c.line_id).where(few.c.since.is_not(None), ~told.exists())


def _last_plan(tx: Transaction) -> LastPlan | None:
    row = tx.connection.execute(last_plan_query()).first()
    if row is None:
        return None
    return LastPlan(row.id, row.at, RunState(row.state), row.seconds, row.sends, row.holds, row.skips)


def last_plan_query() -> Select[Any]:
    """The newest run of any mode, by its moment."""
    ended = _run.c.state != RunState.RUNNING
    return select(_run).where(ended).order_by(_run.c.at.desc(), _run.c.id.desc()).limit(1)


def _routes(tx: Transaction, now: datetime) -> dict[str, Standing]:
    found = {name: route.standing(now) for name, route in troubled_routes(tx, now).items()}
    return {name: standing for name, standing in found.items() if standing is not Standing.CLOSED}


def _sources(tx: Transaction, limits: Mapping[str, timedelta], now: datetime) -> tuple[SourceSeen, ...]:
    rows = {row.name: row for row in tx.connection.execute(select(_source).where(_source.c.name.in_(list(limits))))}
    found = []
    for name, limit in sorted(limits.items()):
        row = rows.get(name)
        if row is None:
            found.append(SourceSeen(name, None, None, "", stale=False))
        else:
            stale = is_stale(row.last_new_at, limit, now)
            found.append(SourceSeen(name, row.last_read_at, row.last_new_at, row.error, stale))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Lease:
    """What one worker holds, and until when at least (the database's clock)."""

    worker: str
    messages: int
    until: datetime | None


def leases(tx: Transaction) -> list[Lease]:
    """The workers that hold messages, by name. A worker holds a few hundred at most."""
    held = _message.c.state.in_((MessageState.CLAIMED.value, MessageState.HANDED_OFF.value))
    columns = (func.count().label("many"), func.min(_message.c.lease_until).label("until"))
    query = select(_message.c.claimed_by, *columns).where(held).group_by(_message.c.claimed_by)
    rows = tx.connection.execute(query.order_by(_message.c.claimed_by))
    return [Lease(row.claimed_by, row.many, row.until) for row in rows]


@dataclass(frozen=True, slots=True)
class LastHour:
    """Attempts of the last hour by outcome; `whole` is False where there were more than LAST_ATTEMPTS."""

    outcomes: Mapping[Outcome, int]
    whole: bool


def last_hour(tx: Transaction, now: datetime) -> LastHour:
    """What became of the newest attempts of the hour before `now`, those still under way left out."""
    newest = select(_attempt.c.started_at, _attempt.c.outcome).order_by(_attempt.c.id.desc()).limit(LAST_ATTEMPTS)
    few = newest.subquery()
    query = select(few.c.outcome, func.count()).where(few.c.started_at > now - timedelta(hours=1))
    counts = Counter({row[0]: row[1] for row in tx.connection.execute(query.group_by(few.c.outcome))})
    return LastHour({one: counts[one.value] for one in Outcome}, whole=counts.total() < LAST_ATTEMPTS)
