"""`notifier run`: the scheduler and delivery in one process, with a live status line. Colour: door."""

import asyncio
import gc
import signal
from dataclasses import asdict, dataclass, field

import typer
from rich.status import Status

from notifier import app
from notifier.cli.session import Session
from notifier.errors import Stopped, Unsafe
from notifier.pipeline.alarms import tell_deadlines
from notifier.pipeline.brake import alarm_required, tell_stop
from notifier.pipeline.cleanup import clean_up
from notifier.pipeline.deliver import DeliverReport, Wires, deliver
from notifier.pipeline.delivery_news import tell_delivery
from notifier.pipeline.house import House
from notifier.pipeline.plan import plan
from notifier.pipeline.sources import ConfiguredSource, SourceReading, read_source, tell_reading, tell_stale
from notifier.pipeline.team import Team, tell_team_daily
from notifier.pipeline.unknown import Evidence, settle_unknown
from notifier.pipeline.unknown_news import tell_unknown
from notifier.schedule import Tick, keep_time
from notifier.web.serving import serving


@dataclass(slots=True)
class Board:
    """What the status line says."""

    line: Status
    facts: dict[str, str] = field(default_factory=dict)

    def say(self, what: str, words: str) -> None:
        """Show the newest words about one kind of work, with the time."""
        self.facts[what] = f"{what} {app.clock().astimezone():%H:%M:%S} {words}"
        self.line.update(" · ".join(self.facts.values()))


EAGER = (700, 10, 10)
"""Python's own thresholds for looking for garbage."""


@dataclass(frozen=True, slots=True)
class Work:
    """Everything the ticks work with."""

    session: Session
    house: House
    wires: Wires
    team: Team
    evidence: Evidence
    board: Board
    stop: asyncio.Event


def run(ctx: typer.Context) -> None:
    """Read the sources, plan and deliver until stopped; SIGTERM or Ctrl-C finishes what is in flight."""
    # It lives for weeks: what short commands leave to their end must be collected here.
    gc.set_threshold(*EAGER)
    asyncio.run(_run(ctx.obj))


async def _run(session: Session) -> None:
    settings, stop = session.settings(), asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    with session.house() as house, session.console.status("starting") as line:
        async with serving(settings, house):
            wires, evidence = app.open_wires(settings), app.open_evidence(settings)
            try:
                work = Work(session, house, wires, app.team(settings), evidence, Board(line), stop)
                await keep_time(_ticks(work), stop)
            finally:
                await app.close_wires(wires)
                await app.close_evidence(evidence)
    session.console.print("stopped: nothing is in flight")


def _ticks(work: Work) -> list[Tick]:
    settings = work.session.settings()
    sources = [_source_tick(work, one) for one in app.sources(settings)]
    return [
        *sources,
        Tick("plan", settings.schedule.plan_minutes * 60, lambda: _plan(work)),
        Tick("deliver", settings.schedule.deliver_seconds, lambda: _deliver(work)),
        Tick("unknown", 60, lambda: _settle_unknown(work)),
        Tick("clean-up", settings.schedule.cleanup_hours * 3600, lambda: _clean_up(work)),
    ]


def _source_tick(work: Work, source: ConfiguredSource) -> Tick:
    untold = SourceReading()

    async def read() -> None:
        nonlocal untold
        now, context = app.clock(), app.shop_context(work.session.settings())
        reading = await asyncio.to_thread(read_source, work.house, context, source, now)
        if reading.reports:
            work.board.say(source.name, f"{sum(one.accepted for one in reading.reports)} new or changed rows")
        untold = untold.with_faults_of(reading)
        if await tell_reading(work.team, source.name, untold, now):
            untold = SourceReading()

    return Tick(source.name, source.every.total_seconds(), read)


async def _plan(work: Work) -> None:
    now = app.clock()
    await tell_stale(work.house, work.team, now)
    await tell_deadlines(work.house, work.team, now)
    try:
        report = await asyncio.to_thread(plan, work.house, now, False, lambda done, due: None)
    except Stopped as stopped:
        work.board.say("plan", "stopped by the brake")
        if stopped.run is not None:
            await tell_stop(work.house, work.team, stopped.run, now)
        return
    except Unsafe as unsafe:
        await _tell_unsafe(work, "plan", unsafe)
        return
    finally:
        await alarm_required(work.house, work.team, now)
    counts = report.as_json()["decisions"]
    work.board.say("plan", f"{counts['send']} queued, {counts['hold']} held, {counts['skip']} skipped")


async def _tell_unsafe(work: Work, what: str, unsafe: Unsafe) -> None:
    work.board.say(what, unsafe.subject)
    await tell_team_daily(work.house.store, work.team, unsafe.subject, f"{unsafe}.\n", app.clock())


async def _deliver(work: Work) -> None:
    def show(report: DeliverReport) -> None:
        words = ", ".join(f"{count} {name}" for name, count in asdict(report).items() if count)
        work.board.say("deliver", words or "nothing due")

    try:
        report = await deliver(work.house, work.wires, app.clock, work.stop, show)
    except Unsafe as unsafe:
        await _tell_unsafe(work, "deliver", unsafe)
        return
    show(report)
    await tell_delivery(work.house, work.team, report, app.clock())


async def _settle_unknown(work: Work) -> None:
    now, patience = app.clock(), work.evidence.settle_after
    report = await settle_unknown(work.house, work.evidence, now)
    waiting = await tell_unknown(work.house, work.team, patience, now)
    if report.asked or report.again or waiting:
        words = f"{report.asked} asked about, {report.accepted} went, {report.refused} did not, {report.again} go again"
        work.board.say("unknown", f"{words}, {waiting} wait for you")


async def _clean_up(work: Work) -> None:
    await asyncio.to_thread(clean_up, work.house, app.clock())
    work.board.say("clean-up", "done")
