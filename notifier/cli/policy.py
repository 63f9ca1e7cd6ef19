"""`notifier policy show`: the policy in force, as a support lead reads it. Colour: door."""

import sys

import typer
from rich.console import Console
from rich.markdown import Markdown

from notifier.cli.session import Json, Session, say_json
from notifier.pipeline.policy_page import page
from notifier.pipeline.policy_table import policy_table

policy = typer.Typer(help="The contact policy: rules, ladder, settings.", no_args_is_help=True)


@policy.command("show")
def show(ctx: typer.Context, as_json: Json = False) -> None:
    """Print every rule in its order, the ladder, and each setting with its source."""
    session: Session = ctx.obj
    table = policy_table(session.settings(), session.given())
    if as_json:
        say_json(table.as_json())
    elif sys.stdout.isatty():
        Console().print(Markdown(page(table)))
    else:
        typer.echo(page(table), nl=False)
