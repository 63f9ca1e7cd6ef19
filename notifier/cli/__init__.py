"""The command line: one typer app, every command a thin call of pipeline. Colour: door. Entry: `notifier`, `script`.

A new command is one function in a module here and one line in COMMANDS. A call loads the module of its own command
alone: the libraries of all would take longer than most commands.
"""

import gc
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from notifier.cli.session import DONE, FAULT, WITH_REFUSALS, new_session
from notifier.errors import NotifierError, SchemaError, SettingsError, UsageError

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "demo": "demo.demo",
        "init": "init.init",
        "check": "check.check",
        "migrate": "work.migrate",
        "import": "records.import_files",
        "plan": "work.plan",
        "deliver": "work.deliver",
        "run": "run.run",
        "worker": "worker.worker",
        "web": "web.web",
        "status": "glance.status",
        "deadlines": "law.show_deadlines",
        "answer": "law.record_answer",
        "confirm": "law.confirm",
        "refunded": "law.record_refund",
        "inbox": "inbox.inbox",
        "actions": "actions.actions",
        "runs": "safety.runs",
        "approve": "safety.approve",
        "reject": "safety.reject",
        "pause": "safety.pause",
        "resume": "safety.resume",
        "unknown": "unknown.unknown",
        "go-live": "safety.go_live",
        "explain": "explain.explain",
        "export": "show.export",
        "slip": "slip.slip",
        "simulate": "simulate.simulate",
        "shadow": "shadow.shadow",
        "hold": "people.hold",
        "release": "people.release",
        "erase": "people.erase",
        "log": "people.log",
        "policy": "policy.policy",
        "intent": "intent.intent",
        "receive": "receive.receive",
        "waitlist": "waitlist.waitlist",
        "templates": "templates.templates",
        "user": "operators.operators",
        "audit": "operators.audit",
    }
)
"""Each command, in the order of `--help`, and where it is: a function, or a typer app with commands of its own."""


class _Commands(TyperGroup):
    """Loads a command when it is called."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(".")
        found = getattr(import_module(f"notifier.cli.{module}"), name)
        if isinstance(found, typer.Typer):
            group = typer.main.get_group(found)
            group.name = cmd_name
            return group
        alone = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
        alone.command(cmd_name)(found)
        return typer.main.get_command(alone)


root = typer.Typer(
    cls=_Commands,
    name="notifier",
    help="Tells customers honestly when their backordered goods will come.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _show_version(wanted: bool) -> None:
    """Before any command is looked for: none is needed."""
    if wanted:
        from importlib.metadata import version

        typer.echo(version("backorder-notifier"))
        raise typer.Exit


@root.callback()
def _options(
    ctx: typer.Context,
    settings: Annotated[
        Path | None, typer.Option(help="The settings file (or NOTIFIER_SETTINGS); default settings.toml here.")
    ] = None,
    show_version: Annotated[  # noqa: ARG001 - _show_version has seen to it
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    ctx.obj = new_session(settings)


def script() -> int:
    """`main` as a process of its own, with its exit code.

    Loading the libraries makes many objects and no garbage, and what is left at the end goes with the process: to look
    for cycles among them would cost a third of a second, of the one that a question to the log may take.
    """
    gc.set_threshold(100_000, 20, 20)
    try:
        return main()
    finally:
        gc.freeze()


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
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else DONE
    except Exception as fault:
        from notifier.app import DATABASE_FAULTS

        if not isinstance(fault, DATABASE_FAULTS):
            raise
        typer.echo(_without_rows(fault), err=True)
        return FAULT
    return DONE


def _without_rows(fault: Exception) -> str:
    """One line about a database fault; a statement, its values or a row may hold an address, so none is quoted."""
    from notifier.app import DATABASE_TROUBLE

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
