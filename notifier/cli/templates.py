"""`notifier templates`: between the shop's folder, which git may keep, and what is published. Colour: door."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from notifier import app
from notifier.cli.session import DONE, WITH_REFUSALS, By, Json, Now, Session, say_json
from notifier.pipeline.publishing import Word
from notifier.pipeline.wording_files import Difference, Looked, Pushed, differences, look_through, pull, push, rehearse
from notifier.pipeline.wording_history import diff
from notifier.terms.wording import Severity, Wording

templates = typer.Typer(
    help="What customers read: the folder, and what is published from the console.", no_args_is_help=True
)


@templates.command("pull")
def pull_published(
    ctx: typer.Context,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that somebody has changed, too.")] = False,
    as_json: Json = False,
) -> None:
    """Write what is published into the template folder; files changed by hand are left alone and named."""
    session: Session = ctx.obj
    with session.house() as house:
        found = pull(house, _folder(session), force=force)
    if as_json:
        say_json(asdict(found))
    else:
        for path in found.written:
            typer.echo(f"written  {path}")
        for path in found.refused:
            typer.echo(f"left     {path}: changed by hand; keep it with push, or overwrite it with --force")
        for path in found.waiting:
            typer.echo(f"waits    {path}: its language counts once it is published for the other channel too")
        if not found.written and not found.refused and not found.waiting:
            typer.echo("nothing to write: the folder has what is published")
    raise typer.Exit(WITH_REFUSALS if found.refused else DONE)


@templates.command("push")
def push_folder(
    ctx: typer.Context,
    by: By = "",
    note: Annotated[str, typer.Option("--note", help="Why, for the history.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check all of it, publish nothing.")] = False,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Publish what the template folder has and the database has not, after the same checks as in the console."""
    session: Session = ctx.obj
    word = Word(session.operator(by), note)
    moment = session.moment(now) if dry_run else session.happened(now)
    found = []
    with session.house() as house, app.open_pool(session.settings()) as pool:
        wanted = differences(house, _folder(session))
        pushed = rehearse(house, pool, wanted, moment) if dry_run else push(house, pool, wanted, word, moment)
        for one in pushed:
            found.append(one)
            if not as_json:
                _say_pushed(one, dry_run)
    if as_json:
        say_json({"pushed": [_pushed_json(one) for one in found]})
    elif not found:
        typer.echo("nothing to publish: what the folder has is published already")
    raise typer.Exit(WITH_REFUSALS if any(one.faults for one in found) else DONE)


@templates.command("diff")
def show_differences(ctx: typer.Context, as_json: Json = False) -> None:
    """Show where the template folder has another text than is published: `-` published, `+` folder."""
    session: Session = ctx.obj
    with session.house() as house:
        found = differences(house, _folder(session))
    if as_json:
        say_json({"differences": [_difference_json(one) for one in found]})
        return
    for one in found:
        beneath = f"version {one.number}" if one.number else "packaged"
        for part, lines in diff(one.wording, one.published, one.folder).items():
            path = one.wording.file(part)
            typer.echo(f"--- {path} ({beneath})\n+++ {path} (folder)")
            sys.stdout.writelines(f"{line}\n" for line in lines)
    if not found:
        typer.echo("no difference: what the folder has is published")


@templates.command("check")
def check_all(
    ctx: typer.Context,
    drafts: Annotated[bool, typer.Option("--drafts", help="Only the open drafts.")] = False,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Check the template folder, what is published, and open drafts: syntax, what the law demands, cost, languages."""
    session: Session = ctx.obj
    with session.house() as house, app.open_pool(session.settings()) as pool:
        found = list(look_through(house, pool, _folder(session), session.moment(now), drafts=drafts))
    if as_json:
        say_json({"checked": [_looked_json(one) for one in found]})
    for one in found if not as_json else ():
        worst = max((fault.severity for fault in one.faults), default=Severity.NOTE)
        typer.echo(f"{worst.word if worst > Severity.NOTE else 'fine':8} {one.wording.words} ({one.where})")
        for fault in one.faults:
            if fault.severity > Severity.NOTE:
                typer.echo(f"         {fault.severity.word}: {fault}")
    if not found and not as_json:
        typer.echo("nothing to check: the folder is empty, nothing is published and no draft is open")
    broken = any(fault.severity is Severity.FAULT for one in found for fault in one.faults)
    raise typer.Exit(WITH_REFUSALS if broken else DONE)


def _folder(session: Session) -> Path:
    return session.settings().template_folder


def _say_pushed(one: Pushed, dry_run: bool) -> None:
    if one.faults:
        typer.echo(f"refused   {one.wording.words}")
        for fault in one.faults:
            typer.echo(f"          {fault}")
    elif one.submitted:
        typer.echo(f"waits     {one.wording.words}: another person must approve it in the console")
    elif dry_run:
        typer.echo(f"sound     {one.wording.words}")
    else:
        freed = f"; {one.released} held messages go now" if one.released else ""
        typer.echo(f"published {one.wording.words}, version {one.number}{freed}")


def _wording_json(wording: Wording) -> dict[str, Any]:
    return {
        "purpose": wording.purpose,
        "channel": wording.channel.value,
        "locale": wording.locale or "en",
        "brand": wording.brand,
    }


def _pushed_json(one: Pushed) -> dict[str, Any]:
    said = {"version": one.number or None, "submitted": one.submitted, "released": one.released}
    return _wording_json(one.wording) | said | {"faults": list(one.faults)}


def _difference_json(one: Difference) -> dict[str, Any]:
    found = diff(one.wording, one.published, one.folder)
    parts = {one.wording.file(part): list(lines) for part, lines in found.items()}
    return _wording_json(one.wording) | {"version": one.number or None, "diff": parts}


def _looked_json(one: Looked) -> dict[str, Any]:
    faults = [
        {"file": fault.file, "line": fault.line or None, "severity": fault.severity.word, "text": fault.text}
        for fault in one.faults
    ]
    return _wording_json(one.wording) | {"where": one.where, "faults": faults}
