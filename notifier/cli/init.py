"""`notifier init`: a starter shop, or a copy of the packaged templates to edit. Colour: door."""

import shlex
import shutil
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from notifier import app
from notifier.demo.layout import filled
from notifier.errors import UsageError
from notifier.settings.document import document
from notifier.template_files import packaged_folder
from notifier.terms.time import zone

_ZONE = zone("America/New_York")
"""As starter/settings.toml says."""


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write; it may exist, none of its files is overwritten.")],
    templates: Annotated[
        bool, typer.Option("--templates", help="Only copy the packaged templates to FOLDER/templates, to edit them.")
    ] = False,
) -> None:
    """Write a starter shop: settings, a sample of backorders, a .gitignore."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    if templates:
        copy_templates(folder)
        console.print(f"The packaged templates are in {folder / 'templates'}; delete those that you do not change.")
        return
    written = write_shop(folder)
    console.print(f"Written to {folder}: {', '.join(written)}")
    console.print("\nNext:")
    console.print(f"  cd {shlex.quote(str(folder))} && notifier migrate")
    console.print("  notifier import backorders backorders.csv")
    console.print("  notifier plan && notifier deliver")
    console.print("\nThe messages are then files in outbox/: nothing is sent before you set [delivery] mode.")


def write_shop(folder: Path) -> list[str]:
    """Write the starter's files into `folder`; returns their names. Raises UsageError rather than overwrite one."""
    contents = _contents()
    if standing := [name for name in contents if (folder / name).exists()]:
        raise UsageError(f"{folder} has {', '.join(standing)} already; name another folder, or move them away")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in contents.items():
            with (folder / name).open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}; name another folder") from error
    return list(contents)


def copy_templates(folder: Path) -> None:
    """Copy the packaged templates to `folder`/templates. Raises UsageError where there are some already."""
    target = folder / "templates"
    try:
        shutil.copytree(packaged_folder(), target)
    except FileExistsError as error:
        raise UsageError(f"{target} is there already; move it away first") from error
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}; name another folder") from error


def _contents() -> Mapping[str, str]:
    starter = files("notifier.starter")
    rows = (starter / "backorders.csv").read_text("utf-8")
    return {
        "settings.toml": (starter / "settings.toml").read_text("utf-8"),
        "settings.reference.toml": document(),
        "backorders.csv": filled(rows, app.clock(), _ZONE),
        ".gitignore": (starter / "gitignore.txt").read_text("utf-8"),
    }
