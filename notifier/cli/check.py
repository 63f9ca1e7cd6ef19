"""`notifier check`: what is wrong with this shop's set-up, and how to mend it, on one screen. Colour: door."""

from collections.abc import Sequence

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from notifier import app
from notifier.cli.session import DONE, FAULT, WITH_REFUSALS, Json, Session, say_json
from notifier.errors import SettingsError
from notifier.pipeline import configured
from notifier.pipeline.check import Access, Finding, Level, settings_faults
from notifier.pipeline.check import check as look_at
from notifier.settings.access import email_access, sms_access

_MARKS = {
    Level.OK: "[green]✓ ok[/]",
    Level.WARNING: "[yellow]! warning[/]",
    Level.FAULT: "[red]✗ fault[/]",
    Level.SKIPPED: "[dim]– skipped[/]",
}


def check(ctx: typer.Context, as_json: Json = False) -> None:
    """Look at settings, key, templates, sources, database, email and texts; nothing is sent."""
    session: Session = ctx.obj
    try:
        settings = session.settings()
    except SettingsError as error:
        _show(settings_faults(error), as_json)
        raise typer.Exit(FAULT) from None
    access = Access(app.read_secrets, configured.source_profile, email_access, sms_access)
    found = look_at(settings, access, app.clock())
    _show(found, as_json)
    raise typer.Exit(WITH_REFUSALS if any(one.level is Level.FAULT for one in found) else DONE)


def _show(found: Sequence[Finding], as_json: bool) -> None:
    if as_json:
        say_json({"findings": [{"what": one.what, "level": one.level.value, "text": one.text} for one in found]})
        return
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for one in found:
        table.add_row(_MARKS[one.level], one.what, escape(one.text))
    Console(highlight=False).print(table)
