"""What people say to the brake, the pauses, go-live and a restored backup. Colour: door."""

from typing import Annotated, Any

import typer
from rich.table import Table

from notifier.cli.session import By, Json, Now, Session, say_json
from notifier.errors import UsageError
from notifier.pipeline import pauses, restore
from notifier.pipeline.brake import WAITING
from notifier.pipeline.go_live import go_live as start_live
from notifier.pipeline.go_live import open_news, require_mode_live
from notifier.pipeline.house import House
from notifier.pipeline.runs import say
from notifier.pipeline.trouble import withheld_words
from notifier.pipeline.withheld import Saying, Word
from notifier.queries.runs import RunTold, last_runs
from notifier.terms.pause import Pause
from notifier.terms.words import Channel

Run = Annotated[int, typer.Argument(help="The run's id, as `notifier runs` lists it.")]
Purpose = Annotated[str, typer.Option("--purpose", help="Only this purpose.")]
ByChannel = Annotated[Channel | None, typer.Option("--channel", help="Only this channel.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask once more.")]


def runs(
    ctx: typer.Context,
    most: Annotated[int, typer.Option("--most", min=1, help="How many at most.")] = 20,
    as_json: Json = False,
) -> None:
    """List the last runs of plan that had anything to say, and those that wait for a person."""
    session: Session = ctx.obj
    with session.house() as house, house.store.read() as tx:
        found = last_runs(tx, most, session.moment(None))
    if as_json:
        say_json([one.as_json() for one in found])
        return
    table = Table("run", "at (UTC)", "state", "customers", "messages", "held", "word of", box=None)
    for one in found:
        by = one.decided_by + (" (required only)" if one.required_only else "")
        counts = (one.messaged, one.sends, one.holds)
        table.add_row(str(one.run), f"{one.at:%Y-%m-%d %H:%M}", one.state, *map(str, counts), by)
    session.console.print(table if found else "no run yet")
    for one in found:
        if one.state == "stopped":
            _tell_stopped(session, one)
        elif one.withheld:
            _tell_withheld(session, one)


def _tell_withheld(session: Session, run: RunTold) -> None:
    only = " [--required-only]" if run.by_law else ""
    words = withheld_words(run.run, run.withheld, run.by_law)
    session.console.print(f"\n{words}: notifier approve {run.run}{only}", markup=False)


def _tell_stopped(session: Session, run: RunTold) -> None:
    said = session.console.print
    said(f"\nRun {run.run} was stopped: {run.found['why']}. It would send:", highlight=False, markup=False)
    for purpose, counts in run.found["by_purpose"].items():
        said(f"  {purpose}: {counts['messages']} to {counts['customers']} customers", markup=False)
    for purpose, count in run.found["held"].items():
        said(f"  {purpose}: {count} {WAITING}", markup=False)
    for one in run.found["samples"]:
        lines = ", ".join(f"{line['order']}/{line['line']} {line['product']}" for line in one["lines"])
        said(
            f"  e.g. customer {one['customer']}, {one['purpose']} by {one['channel']}: {lines}",
            style="dim",
            markup=False,
        )
    if run.found["required"]:
        until = f", the first until {run.found['deadline']}" if run.found["deadline"] else ""
        said(f"  {run.found['required']} of them are required{until}")
    said(
        f"  notifier approve {run.run} [--required-only], or notifier reject {run.run}",
        markup=False,
    )


def approve(
    ctx: typer.Context,
    run: Run,
    by: By = "",
    required_only: Annotated[bool, typer.Option("--required-only", help="Only what the law requires.")] = False,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Let a stopped run go: plan at once, and queue up to what was shown and a tenth more."""
    _say(ctx.obj, Word(run, Saying.REQUIRED_ONLY if required_only else Saying.APPROVE), by, now, as_json)


def reject(ctx: typer.Context, run: Run, by: By = "", now: Now = None, as_json: Json = False) -> None:
    """Do not send what a stopped run would: it is not proposed again. What the law requires is held."""
    _say(ctx.obj, Word(run, Saying.REJECT), by, now, as_json)


def _say(session: Session, word: Word, by: str, now: str | None, as_json: bool) -> None:
    with session.house() as house:
        report = say(house, word, session.operator(by), session.happened(now), lambda done, due: None)
    told = report.as_json()
    if as_json:
        say_json(told)
        return
    counts = told["decisions"]
    verb = "rejected" if word.saying is Saying.REJECT else "approved"
    held = f", {report.reasons['awaiting_approval']} held for approval" if report.reasons["awaiting_approval"] else ""
    rejected = f", {report.reasons['run_rejected']} not sent" if report.reasons["run_rejected"] else ""
    if report.later and word.saying is Saying.APPROVE:
        session.console.print(
            f"{len(report.later)} {WAITING}; where they are too many, plan asks about them again", markup=False
        )
    session.console.print(
        f"run {word.run} {verb} by {session.operator(by)}: {counts['send']} queued{held}{rejected}", markup=False
    )


def pause(
    ctx: typer.Context,
    by: By = "",
    purpose: Purpose = "",
    channel: ByChannel = None,
    required: Annotated[bool, typer.Option("--all", help="What the law requires, too.")] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why, for the record.")] = "",
    as_json: Json = False,
) -> None:
    """Stop messages at once, also what is claimed and not yet handed off. Without a scope: all but required ones."""
    session: Session = ctx.obj
    what = Pause(purpose, channel, required)
    with session.house() as house:
        pauses.pause(house, what, session.operator(by), reason, session.moment(None))
        _tell_paused(session, house, as_json)


def resume(
    ctx: typer.Context,
    by: By = "",
    purpose: Purpose = "",
    channel: ByChannel = None,
    every: Annotated[bool, typer.Option("--all", help="End every pause.")] = False,
    required: Annotated[bool, typer.Option("--required", help="Only what the law requires; the rest stays.")] = False,
    after_restore: Annotated[bool, typer.Option("--after-restore", help="Go on with a restored database.")] = False,
    new_machine: Annotated[bool, typer.Option("--new-machine", help="Let this machine work with it, too.")] = False,
    already_told: Annotated[
        bool, typer.Option("--already-told", help="After a restore: all due counts as told.")
    ] = False,
    tell_again: Annotated[bool, typer.Option("--tell-again", help="After a restore: what is due is sent.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """End a pause (those on the scope given, or those without a scope), or go on after a restored backup."""
    session: Session = ctx.obj
    if sum((after_restore, new_machine, every or required or bool(purpose) or channel is not None)) > 1:
        raise UsageError("a pause, --after-restore and --new-machine are three things: say one")
    if not after_restore and (already_told or tell_again):
        raise UsageError("--already-told and --tell-again go with --after-restore")
    if already_told and tell_again:
        raise UsageError("say --already-told or --tell-again, not both")
    with session.house() as house:
        if after_restore:
            choice = True if already_told else False if tell_again else None
            _after_restore(session, house, session.operator(by), choice, (yes, as_json))
            return
        if new_machine:
            _new_machine(session, house, session.operator(by), (yes, as_json))
            return
        what = None if every else Pause(purpose, channel)
        ended = pauses.resume(house, what, session.operator(by), session.moment(None), required_only=required)
        if not as_json:
            session.console.print("\n".join(f"resumed: {one}" for one in ended), markup=False)
        _tell_paused(session, house, as_json)


def _tell_paused(session: Session, house: House, as_json: bool) -> None:
    left = pauses.in_force(house)
    if as_json:
        say_json({"paused": left})
    else:
        session.console.print("\n".join(f"paused: {one}" for one in left) or "nothing is paused", markup=False)


def _new_machine(session: Session, house: House, by: str, how: tuple[bool, bool]) -> None:
    yes, as_json = how
    now = session.moment(None)
    if not yes and not as_json:
        _tell_gap(session, _gap_as_json(restore.gap(house, now)))
        if not typer.confirm("Is this the shop's own database, as it stands?", err=True):
            raise UsageError("nothing was done")
    restore.join(house, by, now)
    if as_json:
        say_json({"joined": True})
    else:
        session.console.print(f"by the word of {by}, this machine works with the database from now on", markup=False)


def _gap_as_json(gap: restore.Gap) -> dict[str, Any]:
    return {
        "backup_until": gap.backup_until.isoformat() if gap.backup_until else None,
        "worked_until": gap.worked_until.isoformat() if gap.worked_until else None,
        "behind": gap.behind,
        "queued": gap.queued,
        "due": {name: {"messages": one.messages, "customers": one.customers} for name, one in gap.due.items()},
    }


def _after_restore(session: Session, house: House, by: str, already_told: bool | None, how: tuple[bool, bool]) -> None:
    yes, as_json = how
    now = session.moment(None)
    told = _gap_as_json(restore.gap(house, now))
    if not as_json:
        _tell_gap(session, told)
    if already_told is None:
        if yes or as_json:
            raise UsageError("say what counts: --already-told (nothing of this is sent) or --tell-again (all of it is)")
        answer = typer.prompt("already told, or tell again? (already/again)", err=True).strip().lower()
        if answer not in ("already", "again"):
            raise UsageError("nothing was done: say already or again")
        already_told = answer == "already"
    if not yes and not as_json and not typer.confirm("Go on with this database?", err=True):
        raise UsageError("nothing was done")
    made, notices = restore.go_on(house, by, now, already_told=already_told)
    if as_json:
        say_json(told | {"taken_over": made, "notices_held": notices})
    else:
        session.console.print(f"going on: {made} messages count as told, {notices} required notices wait for approval")


def _tell_gap(session: Session, told: dict[str, Any]) -> None:
    said = session.console.print
    said(f"The database knows of work until {told['backup_until'] or 'never'}.", highlight=False)
    if told["behind"] is None:
        said("This machine knows of no work with it.")
    else:
        until = told["worked_until"] or "never"
        said(f"This machine worked until {until}: {told['behind']} plans and deliveries are missing.", highlight=False)
    said("Nobody knows what went out since.")
    for name, count in told["queued"].items():
        said(f"  waiting in the outbox, perhaps sent since: {name}, {count} messages")
    for name, one in told["due"].items():
        said(f"  would be sent: {name}, {one['messages']} messages to {one['customers']} customers")
    if not told["queued"] and not told["due"]:
        said("  Nothing would be sent now.")


def go_live(
    ctx: typer.Context,
    by: By = "",
    tell: Annotated[list[str] | None, typer.Option("--tell", help="Purpose of which everything due is sent.")] = None,
    told: Annotated[list[str] | None, typer.Option("--told", help="Purpose of which everything due was told.")] = None,
    yes: Yes = False,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Begin to write to customers: shows what is due, and asks, purpose by purpose, what they were told already."""
    session: Session = ctx.obj
    at = session.happened(now)
    with session.house() as house:
        require_mode_live(house)
        found = open_news(house, at)
        shown = {name: {"messages": one.messages, "customers": one.customers} for name, one in found.items()}
        ask = not (as_json or yes)
        choices = _choices(session, shown, {"tell": tell or [], "told": told or []}, ask)
        open_ = sorted(name for name, choice in choices.items() if choice == "")
        if open_:
            if as_json and not yes:
                say_json({"live": False, "due": shown, "undecided": open_})
                return
            raise UsageError(f"say of {', '.join(open_)} whether customers were told: --told PURPOSE or --tell PURPOSE")
        if ask and not typer.confirm("Go live?", err=True):
            raise UsageError("nothing was done")
        made = start_live(
            house, session.operator(by), [name for name, choice in choices.items() if choice == "told"], at
        )
    if as_json:
        say_json({"live": True, "due": shown, "taken_over": made})
    else:
        session.console.print(f"live: {made} messages count as told. Type: notifier plan, or notifier run")


def _choices(
    session: Session, shown: dict[str, dict[str, int]], said: dict[str, list[str]], ask: bool
) -> dict[str, str]:
    """By purpose that has anything due: told, tell, or "" where nobody said."""
    if unknown := sorted({*said["tell"]} & {*said["told"]}):
        raise UsageError(f"{', '.join(unknown)}: say --tell or --told, not both")
    found = {}
    for name, counts in shown.items():
        found[name] = next((choice for choice, names in said.items() if name in names), "")
        if ask:
            session.console.print(f"{name}: {counts['messages']} messages to {counts['customers']} customers are due")
            if not found[name]:
                answer = typer.prompt(f"{name}: told already, or tell now? (told/tell)", err=True).strip().lower()
                found[name] = answer if answer in ("told", "tell") else ""
    return found
