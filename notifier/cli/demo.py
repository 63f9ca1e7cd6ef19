"""`notifier demo`: a made-up shop, one run of the main job, files only. Colour: door."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from notifier import app
from notifier.demo.story import run_demo


def demo(
    folder: Annotated[Path, typer.Argument(help="Where the demo's shop is laid out.")] = Path("demo-shop"),
) -> None:
    """See it work: a shop with some 40 backorders; nothing leaves the folder."""
    run_demo(folder, app.clock(), Console())
