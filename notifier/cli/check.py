"""`notifier check`: what is wrong with this shop's set-up, and how to mend it, on one screen. Colour: door."""

import asyncio
from collections.abc import Sequence
from typing import cast

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from notifier import app
from notifier.channels.email import EmailAccess
from notifier.channels.probes import probe_email, probe_sms, probe_url
from notifier.channels.sms import SmsAccess
from notifier.cli.session import DONE, FAULT, WITH_REFUSALS, Session, say_json
from notifier.cli.work import Json
from notifier.errors import SettingsError
from notifier.pipeline.check import Finding, Level, Tools, settings_faults
from notifier.pipeline.check import check as look_at
from notifier.render_pool import Limits, RenderPool
from notifier.settings import Settings, Source
from notifier.store.ask import columns_of
from notifier.template_files import load_catalogue, packaged_folder
from notifier.terms.words import Channel

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
    with RenderPool(settings.delivery.render_workers or 2, Limits()) as pool:
        found = look_at(settings, _tools(settings, pool), app.clock())
    _show(found, as_json)
    raise typer.Exit(WITH_REFUSALS if any(one.level is Level.FAULT for one in found) else DONE)


def _tools(settings: Settings, pool: RenderPool) -> Tools:
    own = [settings.template_folder] if settings.template_folder.is_dir() else []
    return Tools(
        read_key=lambda: app.read_secrets(settings),
        read_templates=lambda: load_catalogue([packaged_folder(), *own]),
        read_profile=lambda source: app.source_profile(settings, source),
        reach=_reach,
        probes={
            Channel.EMAIL: lambda: probe_email(cast(EmailAccess, app.email_access(settings))),
            Channel.SMS: lambda: probe_sms(cast(SmsAccess, app.sms_access(settings))),
        },
        pool=pool,
    )


async def _reach(source: Source) -> str:
    if source.url:
        return await probe_url(source.url)
    columns = await asyncio.to_thread(columns_of, source.database_url.get_secret_value(), source.select)
    return f"the database answers, with {len(columns)} columns"


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
