"""`notifier run`: the scheduler, with delivery beside it or in workers, and a live status line. Colour: door."""

import asyncio
from functools import partial
from typing import Annotated

import typer

from notifier import app
from notifier.cli.mail import reading_mail
from notifier.cli.session import Session
from notifier.cli.ticks import Work, at_work, deliver_tick, tell_unsafe
from notifier.cli.worker import crew
from notifier.errors import Stopped, Unsafe
from notifier.pipeline import configured
from notifier.pipeline.action_news import tell_actions
from notifier.pipeline.action_webhook import PostAccess, post_actions
from notifier.pipeline.alarms import tell_deadlines
from notifier.pipeline.brake import alarm_required, tell_stop
from notifier.pipeline.broken_templates import tell_broken
from notifier.pipeline.cleanup import clean_up
from notifier.pipeline.forwarding import forward_inbox
from notifier.pipeline.missed_texts import take_missed
from notifier.pipeline.plan import plan
from notifier.pipeline.relay import relay_answers
from notifier.pipeline.restock import restock
from notifier.pipeline.sources import ConfiguredSource, SourceReading, read_source, tell_reading, tell_stale
from notifier.pipeline.unknown import Evidence, settle_unknown
from notifier.pipeline.unknown_news import tell_unknown
from notifier.schedule import Tick, keep_time
from notifier.settings.access import post_access
from notifier.terms.incoming import HeardTexts
from notifier.web.serving import web_serving

Workers = Annotated[int, typer.Option(min=0, max=64, help="Deliver in so many processes of their own; 0: in this one.")]


AT_ONCE = 20.0
"""Seconds between two looks at what the team and the shop's system must hear at once."""

MISSED = 600.0
"""Seconds between two looks for texts that no webhook took in."""


def run(ctx: typer.Context, workers: Workers = 0) -> None:
    """Read the sources, plan and deliver until stopped; SIGTERM or Ctrl-C finishes what is in flight."""
    asyncio.run(run_session(ctx.obj, workers))


async def run_session(session: Session, workers: int) -> None:
    """The same for the shop of `session`."""
    evidence, heard = app.open_evidence(session.settings()), app.open_heard_texts(session.settings())
    try:
        async with at_work(session) as work, web_serving(session.settings(), work.house), reading_mail(work):
            ticks = [*_ticks(work), Tick("unknown", 60, lambda: _settle_unknown(work, evidence))]
            if heard is not None:
                ticks.append(Tick("missed texts", MISSED, partial(_take_missed, work, heard)))
            if not workers:
                await keep_time([*ticks, deliver_tick(work)], work.stop)
                return
            async with crew(session, workers, work.stop):
                work.board.say("deliver", f"by {workers} workers")
                await keep_time(ticks, work.stop)
    finally:
        await app.close_evidence(evidence)
        if heard is not None:
            await heard.close()


def _ticks(work: Work) -> list[Tick]:
    settings = work.session.settings()
    sources = [_source_tick(work, one) for one in configured.sources(settings)]
    access = post_access(settings)
    return [
        *sources,
        Tick("team", AT_ONCE, lambda: _tell_team(work)),
        *([Tick("webhook", AT_ONCE, lambda: _post_actions(work, access))] if access else []),
        Tick("plan", settings.schedule.plan_minutes * 60, lambda: _plan(work)),
        Tick("waitlist", settings.schedule.plan_minutes * 60, lambda: _restock(work)),
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
    await tell_broken(work.house, work.team, now)
    try:
        report = await asyncio.to_thread(plan, work.house, now, False, lambda done, due: None)
    except Stopped as stopped:
        work.board.say("plan", "stopped by the brake")
        if stopped.run is not None:
            await tell_stop(work.house, work.team, stopped.run, now)
        return
    except Unsafe as unsafe:
        await tell_unsafe(work, "plan", unsafe)
        return
    finally:
        await alarm_required(work.house, work.team, now)
    counts = report.as_json()["decisions"]
    work.board.say("plan", f"{counts['send']} queued, {counts['hold']} held, {counts['skip']} skipped")


async def _restock(work: Work) -> None:
    try:
        report = await asyncio.to_thread(restock, work.house, app.clock())
    except Unsafe as unsafe:
        await tell_unsafe(work, "waitlist", unsafe)
        return
    if report.alerted or report.expired:
        work.board.say("waitlist", f"{report.alerted} told, {report.expired} never confirmed")


async def _tell_team(work: Work) -> None:
    now = app.clock()
    told = await tell_actions(work.house, work.team, now)
    forwarded = await forward_inbox(work.house, work.team, now)
    answered = 0
    try:
        answered = await relay_answers(work.house, work.wires.senders, work.team, app.clock)
    except Unsafe as unsafe:
        await tell_unsafe(work, "team", unsafe)
    if told or forwarded or answered:
        work.board.say("team", f"told of {told} actions, sent {forwarded} replies, {answered} answers passed on")


async def _post_actions(work: Work, access: PostAccess) -> None:
    report = await post_actions(work.house, access, work.team, app.clock())
    if report.posted or report.failed:
        work.board.say("webhook", f"{report.posted} posted, {report.failed} failed")


async def _settle_unknown(work: Work, evidence: Evidence) -> None:
    now = app.clock()
    report = await settle_unknown(work.house, evidence, now)
    waiting = await tell_unknown(work.house, work.team, evidence.settle_after, now)
    if report.asked or report.again or waiting:
        words = f"{report.asked} asked about, {report.accepted} went, {report.refused} did not, {report.again} go again"
        work.board.say("unknown", f"{words}, {waiting} wait for you")


async def _take_missed(work: Work, heard: HeardTexts) -> None:
    if taken := await take_missed(work.house, heard, app.clock()):
        work.board.say("missed texts", f"{taken} taken in that no webhook took")


async def _clean_up(work: Work) -> None:
    await asyncio.to_thread(clean_up, work.house, app.clock())
    work.board.say("clean-up", "done")
