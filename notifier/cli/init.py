"""`notifier init`: a starter shop, or a copy of the packaged templates to edit. Colour: door."""

import shlex
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from notifier import app
from notifier.pipeline.starter import copy_templates, write_shop


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write; it may exist, none of its files is overwritten.")],
    templates: Annotated[
        bool, typer.Option("--templates", help="Only copy the packaged templates to FOLDER/templates, to edit them.")
    ] = False,
) -> None:
    """Write a starter shop: settings, a sample of backorders, a .gitignore."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    if templates:
        console.print(f"The packaged templates are in {copy_templates(folder)}; delete those that you do not change.")
        return
    written = write_shop(folder, app.clock())
    console.print(f"Written to {folder}: {', '.join(written)}")
    console.print("\nNext:")
    console.print(f"  cd {shlex.quote(str(folder))} && notifier migrate")
    console.print("  notifier import backorders backorders.csv")
    console.print("  notifier plan && notifier deliver")
    console.print("\nThe messages are then files in outbox/: nothing is sent before you set [delivery] mode.")
