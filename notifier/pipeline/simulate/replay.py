"""Replays a rewound copy of the shop under a virtual clock, by the very same plan and claim. Colour: root.

Called by simulate. Nothing is sent: what claim judges right is settled as accepted at that moment.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from notifier import notices, outbox
from notifier.pipeline.claims import claim
from notifier.pipeline.guard import Guards
from notifier.pipeline.house import House, Published
from notifier.pipeline.ledger import OVER_LIMIT
from notifier.pipeline.plan import plan_in
from notifier.pipeline.plan_report import PlanReport
from notifier.pipeline.simulate.clock import Window, moments
from notifier.pipeline.simulate.side import Side
from notifier.queries.sent import Between, held_by_caps, lapsed_lines, lines_told
from notifier.records import dirty
from notifier.records.goods import MOVES_THE_QUEUE
from notifier.records.rights import customers_at
from notifier.render_pool import Rendered, RenderFailure, RenderJob
from notifier.store.engine import Store
from notifier.store.rewind import Step, advance, next_look, past_of
from notifier.store.scratch import accept_claimed, accept_emails, anything_queued
from notifier.terms.words import Channel

AT_ONCE = 5000
"""Messages in one claim of a replay; nothing waits behind them."""

INSTANT = timedelta(microseconds=1)


class Renders(Protocol):
    """What renders texts, to count what they would be billed."""

    def render(self, jobs: Sequence[RenderJob]) -> Sequence[Rendered | RenderFailure]:
        """One answer for each job, in their order."""
        ...

    def close(self) -> None:
        """Nothing more comes."""
        ...


Day = Callable[[date], None]
"""Called with each day that is done."""


@dataclass(frozen=True, slots=True)
class Course:
    """What is the same for every side: the days, when the shop planned on them, and what renders texts.

    `open_renders` is called in the process that replays, once there is a first text.
    """

    window: Window
    recorded: Sequence[datetime]
    open_renders: Callable[[], Renders]


class _Scales:
    """Measures texts; what renders them is opened for the first one."""

    def __init__(self, course: Course, side: Side) -> None:
        self._open, self._side = course.open_renders, side
        self._renders: Renders | None = None

    def weigh(self, jobs: Sequence[RenderJob]) -> None:
        """Count the segments of these texts."""
        if not jobs:
            return
        self._renders = self._renders or self._open()
        for one in self._renders.render(jobs):
            if isinstance(one, Rendered):
                self._side.segments += one.segments
            else:
                self._side.unmeasured += 1

    def close(self) -> None:
        """Close what was opened."""
        if self._renders:
            self._renders.close()


def replay(house: House, scratch: Store, course: Course, name: str, progress: Day) -> Side:
    """Live through the window in `scratch`, a rewound copy of its own, by the policy of `house`."""
    side = Side(name, course.window.tz)
    look = _Look(_without_a_way_out(house, scratch), side, _Scales(course, side))
    try:
        _live(look, course, progress)
    finally:
        look.scales.close()
    side.lapsed = side.lapsed or set()
    with scratch.read() as tx:
        when = Between(house.sending.mode, course.window.since, course.window.until)
        side.told = tuple(lines_told(tx, when))
    return side


@dataclass(frozen=True, slots=True)
class _Look:
    """Who looks: the house on its copy, what it writes down, and how it weighs texts."""

    toy: House
    side: Side
    scales: _Scales


def _live(look: _Look, course: Course, progress: Day) -> None:
    """Step through the window; where nothing became known and nobody is due, nothing is done."""
    scratch = look.toy.store
    with scratch.read() as tx:
        past, due = past_of(tx), next_look(tx)
    before, day = course.window.since - INSTANT, course.window.first
    for today, now in moments(course.window, course.recorded):
        if today != day:
            progress(day)
            day = today
        step = Step(before, now)
        if past.holds(step):
            due = _come_forward(scratch, step)
        if due is not None and due <= now:
            due = _live_through(look, now, today)
        before = now
    progress(day)


def _without_a_way_out(house: House, scratch: Store) -> House:
    """The house on its copy: no guard, no stale source (history does not tell), no stand-ins to look for.

    The copy holds nothing that the team published: what is in force has come with the house.
    """
    sending = replace(house.sending, claim_size=AT_ONCE)
    plain = {name: replace(one, offers_alternatives=False) for name, one in house.catalogue.purposes.items()}
    return replace(
        house,
        store=scratch,
        catalogue=replace(house.catalogue, purposes=plain, files=None),
        sending=sending,
        guards=Guards(),
        stale_after={},
        published=Published(),
    )


def _come_forward(scratch: Store, step: Step) -> datetime | None:
    """Let the copy know what became known in `step`, as an import would; returns when somebody is due."""
    with scratch.write() as tx:
        touched = advance(tx, step, MOVES_THE_QUEUE)
        dirty.mark_customers(tx, touched.customers | customers_at(tx, touched.addresses))
        return next_look(tx)


def _live_through(look: _Look, now: datetime, today: date) -> datetime | None:
    """One look: plan, then deliver; returns when somebody is due next.

    An email that plan has just judged is not judged again at the very same instant by the very same facts: it would
    cost a third of all time and could only agree. Texts, and what waited in the outbox, go through claim.
    """
    toy, side = look.toy, look.side
    with toy.store.write() as tx:
        plan_in(tx, toy, PlanReport(now), None, lambda done, due: None)
    with toy.store.write() as tx:
        if held := {customer for customer, _ in held_by_caps(tx, now, now + INSTANT)}:
            side.capped[today] |= held
        side.note_lapsed(lapsed_lines(tx))
        notices.sent(tx, accept_emails(tx, now))
        waits = anything_queued(tx, now)
    while waits:
        waits = _deliver(look, now)
    with toy.store.read() as tx:
        return next_look(tx)


def _deliver(look: _Look, now: datetime) -> bool:
    """Claim what may go, by the product's second judgement, and accept it; returns whether there was anything."""
    found = [_deliver_by(look, channel, now) for channel in Channel]
    return any(found)


def _deliver_by(look: _Look, channel: Channel, now: datetime) -> bool:
    toy, side = look.toy, look.side
    found = claim(toy, channel, AT_ONCE, now)
    side.withdrawn += found.withdrawn
    side.held += found.held
    texts = {one.message.id: one.job for one in found.ready if one.job.content.channel is Channel.SMS}
    with toy.store.write() as tx:
        over = outbox.count_texts(tx, toy.sending.lease.worker, list(texts), toy.sending.text_limits, now)
        later = outbox.Later(outbox.next_text_day(now), OVER_LIMIT)
        outbox.put_back(tx, toy.sending.lease.worker, sorted(over), later)
        ids = [one.message.id for one in found.ready if one.message.id not in over]
        accept_claimed(tx, ids, now)
        notices.sent(tx, ids)
    look.scales.weigh([job for one, job in texts.items() if one not in over])
    return found.claimed > 0
