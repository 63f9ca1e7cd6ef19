"""`notifier demo`: a made-up shop, one run of the main job, files only; and the console upon it. Colour: door."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from notifier import app
from notifier.cli.session import Session, new_session
from notifier.demo.stage import Staged, is_staged, stage, staged
from notifier.demo.story import run_demo


def demo(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Where the demo's shop is laid out.")] = Path("demo-shop"),
    console: Annotated[bool, typer.Option("--console", help="Open the support team's console on it.")] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="With --console: begin anew, whatever was done there.")
    ] = False,
    port: Annotated[
        int, typer.Option("--port", min=1, max=65535, help="With --console: the port of this machine.")
    ] = 8080,
) -> None:
    """See it work: a shop with some 40 backorders; nothing leaves the folder."""
    paper = Console()
    if not console:
        run_demo(folder, app.clock(), paper)
        return
    if fresh or not is_staged(folder):
        run_demo(folder, app.clock(), Console(quiet=True))
        found = stage(folder, port, app.clock())
    else:
        found = staged(folder, port)
    _serve(ctx.obj, found, paper)


def _serve(session: Session, found: Staged, paper: Console) -> None:
    """The shop as `notifier run` runs it: what is released, approved or answered goes on into its folder."""
    from notifier.cli.run import run_session

    own = new_session(found.settings)
    address = own.settings().web.public_url
    paper.print(f"\nThe console:  [bold]{address}/console[/bold]\nSign in as:   [bold]{found.name}[/bold]")
    paper.print(f"Password:     [bold]{found.password}[/bold]\n\nCtrl-C ends it; the shop stays as you left it.\n")
    session.console.print("messages are files in its folder: nothing is sent")
    asyncio.run(run_session(own, 0))
