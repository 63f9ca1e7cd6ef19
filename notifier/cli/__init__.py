"""The command line: one typer app, every command a thin call of pipeline. Colour: door. Entry: `notifier`, `main`.

A new command is one function in a module here and one line in COMMANDS.
"""

import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from notifier.app import DATABASE_FAULTS, DATABASE_TROUBLE
from notifier.cli.check import check
from notifier.cli.demo import demo
from notifier.cli.init import init
from notifier.cli.law import confirm, record_answer, record_refund, show_deadlines
from notifier.cli.people import erase, hold, log, release
from notifier.cli.policy import policy
from notifier.cli.records import import_files
from notifier.cli.run import run
from notifier.cli.session import DONE, FAULT, WITH_REFUSALS, new_session
from notifier.cli.show import explain, export
from notifier.cli.work import deliver, migrate, plan
from notifier.errors import NotifierError, SchemaError, SettingsError, UsageError

COMMANDS: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("demo", demo),
    ("init", init),
    ("check", check),
    ("migrate", migrate),
    ("import", import_files),
    ("plan", plan),
    ("deliver", deliver),
    ("run", run),
    ("deadlines", show_deadlines),
    ("answer", record_answer),
    ("confirm", confirm),
    ("refunded", record_refund),
    ("explain", explain),
    ("export", export),
    ("hold", hold),
    ("release", release),
    ("erase", erase),
)

GROUPS: tuple[tuple[str, typer.Typer], ...] = (("log", log), ("policy", policy))
"""Commands with commands of their own."""

root = typer.Typer(
    name="notifier",
    help="Tells customers honestly when their backordered goods will come.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for name, function in COMMANDS:
    root.command(name)(function)
for name, group in GROUPS:
    root.add_typer(group, name=name)


@root.callback()
def _options(
    ctx: typer.Context,
    settings: Annotated[
        Path | None, typer.Option(help="The settings file (or NOTIFIER_SETTINGS); default settings.toml here.")
    ] = None,
    show_version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    if show_version:
        typer.echo(version("backorder-notifier"))
        raise typer.Exit
    ctx.obj = new_session(settings)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    0 done, 1 done with rejects or refusals, 2 usage, settings or database fault.
    """
    given = _settings_first(list(sys.argv[1:] if arguments is None else arguments))
    try:
        root(given)
    except (SettingsError, UsageError, SchemaError) as fault:
        typer.echo(str(fault), err=True)
        return FAULT
    except NotifierError as refusal:
        typer.echo(str(refusal), err=True)
        return WITH_REFUSALS
    except DATABASE_FAULTS as fault:
        typer.echo(_without_rows(fault), err=True)
        return FAULT
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else DONE
    return DONE


def _without_rows(fault: Exception) -> str:
    """One line about a database fault; a statement, its values or a row may hold an address, so none is quoted."""
    kind = type(fault).__name__
    if not isinstance(fault, DATABASE_TROUBLE):
        return f"the database refused what it was given ({kind}). Nothing of this step was kept. Please report it"
    words = (str(getattr(fault, "orig", None) or kind).splitlines() or [kind])[0]
    return f"the database is in trouble: {words}. See that it is up, not locked and has room, then try again"


def _settings_first(arguments: list[str]) -> list[str]:
    """`--settings` may stand anywhere; typer wants it before the command."""
    for i, word in enumerate(arguments):
        if word == "--":
            break
        if word == "--settings" and i + 1 < len(arguments):
            return [*arguments[i : i + 2], *arguments[:i], *arguments[i + 2 :]]
        if word.startswith("--settings="):
            return [word, *arguments[:i], *arguments[i + 1 :]]
    return arguments
