"""The main job by hand: migrate, plan, deliver. Colour: door."""

import asyncio
import signal
from typing import Annotated, Any

import typer
from rich.progress import Progress

from notifier import app
from notifier.cli.session import DONE, WITH_REFUSALS, Json, Now, Session, say_json
from notifier.errors import Stopped
from notifier.pipeline.brake import tell_stop
from notifier.pipeline.deliver import DeliverReport
from notifier.pipeline.deliver import deliver as deliver_messages
from notifier.pipeline.plan import plan as plan_messages
from notifier.pipeline.plan_report import PlanReport


def migrate(ctx: typer.Context) -> None:
    """Make or upgrade the database, and make the signing key where there is none."""
    session: Session = ctx.obj
    before, after, made_key = app.migrate(session.settings())
    session.console.print(
        f"database: schema {after}" if before == after else f"database: schema {before or 'none'} → {after}"
    )
    if made_key:
        session.console.print(f"signing key made: {session.settings().key_file.name} (keep it secret, back it up)")


def plan(
    ctx: typer.Context,
    now: Now = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Decide and count, store nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Decide who is to be told what, and queue it."""
    session: Session = ctx.obj
    at = session.moment(now) if dry_run else session.happened(now)
    with (
        session.house() as house,
        Progress(console=session.console, transient=True, disable=not session.console.is_terminal) as bar,
    ):
        task = bar.add_task("judging customers", total=None)
        try:
            report = plan_messages(house, at, dry_run, lambda done, due: bar.update(task, completed=done, total=due))
        except Stopped as stop:
            if as_json:
                say_json(stop.found)
            if stop.run is not None:
                asyncio.run(tell_stop(house, app.team(session.settings()), stop.run, at))
            raise
    if as_json:
        say_json(report.as_json())
    else:
        _tell_plan(session, report, dry_run)


def _tell_plan(session: Session, report: PlanReport, dry_run: bool) -> None:
    told = report.as_json()
    counts = told["decisions"]
    verb = "would be queued" if dry_run else "queued"
    session.console.print(
        f"{counts['send']} {verb}, {counts['hold']} held, {counts['skip']} skipped, for {report.customers} customers"
    )
    if report.too_large:
        session.console.print(f"  a plan would be stopped: {report.too_large}", markup=False)
    if report.unfinished:
        session.console.print(
            f"  {report.unfinished} customers are left out: an import that concerns them has not come to its end."
            " Import the same file again where it was cut off"
        )
    for purpose, by_verdict in told["by_purpose"].items():
        parts = ", ".join(f"{count} {word}" for word, count in by_verdict.items() if count)
        session.console.print(f"  {purpose}: {parts}")
    for reason, count in told["by_reason"].items():
        if reason != "due":
            session.console.print(f"  because {reason}: {count}", style="dim")


def deliver(ctx: typer.Context, now: Now = None, as_json: Json = False) -> None:
    """Send what is queued and may go now."""
    session: Session = ctx.obj
    if now:
        app.refuse_time_travel(session.settings())
        at = session.moment(now)
        report = asyncio.run(_deliver(session, lambda: at))
    else:
        report = asyncio.run(_deliver(session, app.clock))
    counts = {name: count for name, count in report.counts().items() if name not in ("held", "over_limit")}
    if as_json:
        say_json(counts)
    else:
        session.console.print(
            ", ".join(f"{count} {name}" for name, count in report.counts().items() if count) or "nothing due"
        )
    raise typer.Exit(WITH_REFUSALS if report.refused or report.unknown or report.held else DONE)


async def _deliver(session: Session, clock: Any) -> DeliverReport:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    wires = app.open_wires(session.settings())
    try:
        with (
            session.house() as house,
            Progress(console=session.console, transient=True, disable=not session.console.is_terminal) as bar,
        ):
            task = bar.add_task("sending", total=None)

            def show(report: DeliverReport) -> None:
                bar.update(task, description=f"sending: {report.accepted} accepted of {report.claimed}")

            return await deliver_messages(house, wires, clock, stop, show)
    finally:
        await app.close_wires(wires)
