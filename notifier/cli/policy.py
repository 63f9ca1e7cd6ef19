"""`notifier policy show`: the policy in force, as a support lead reads it. Colour: door."""

import sys

import typer
from rich.console import Console
from rich.markdown import Markdown

from notifier.cli.session import Json, Session, say_json
from notifier.errors import SchemaError
from notifier.pipeline.policy_figures import shown_by
from notifier.pipeline.policy_page import page
from notifier.pipeline.policy_table import Given, policy_table
from notifier.settings import Settings

policy = typer.Typer(help="The contact policy: rules, ladder, settings.", no_args_is_help=True)


def _in_force(session: Session) -> tuple[Settings, Given]:
    """Settings and sources, with what the console sets; without it where there is no database yet."""
    settings, given = session.settings(), session.given()
    try:
        with session.store() as store:
            return shown_by(store, settings, given)
    except SchemaError as fault:
        session.console.print(f"without the figures of the console: {fault}", style="dim", markup=False)
        return settings, given


@policy.command("show")
def show(ctx: typer.Context, as_json: Json = False) -> None:
    """Print every rule in its order, the ladder, and each setting with its source."""
    session: Session = ctx.obj
    table = policy_table(*_in_force(session))
    if as_json:
        say_json(table.as_json())
    elif sys.stdout.isatty():
        Console().print(Markdown(page(table)))
    else:
        typer.echo(page(table), nl=False)
