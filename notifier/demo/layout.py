"""Writes the demo's shop into a folder, with dates near today. Colour: door. Called by story."""

import shutil
from datetime import datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from zoneinfo import ZoneInfo

from notifier.errors import UsageError
from notifier.pipeline.starter import filled

MARKER = ".notifier-demo"
_MARKED = "Made by `notifier demo`, which empties this folder when it is run again.\n"
_FILLED = (".csv",)


def lay_out(folder: Path, now: datetime, tz: ZoneInfo) -> None:
    """Write the shop into `folder`, emptied before; `now` is aware UTC, days are counted in `tz`.

    Raises UsageError for a folder that holds anything but an earlier demo.
    """
    folder = folder.absolute()
    _empty(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).write_text(_MARKED, "utf-8")
    _copy(files("notifier.demo") / "shop", folder, now, tz)


def _empty(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"{folder} is no folder; name another one: notifier demo FOLDER")
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / MARKER).is_file():
        raise UsageError(f"{folder} holds files that are not the demo's; name another folder: notifier demo FOLDER")
    shutil.rmtree(folder)


def _copy(source: Traversable, target: Path, now: datetime, tz: ZoneInfo) -> None:
    for entry in source.iterdir():
        if entry.is_dir():
            (target / entry.name).mkdir(exist_ok=True)
            _copy(entry, target / entry.name, now, tz)
        else:
            text = entry.read_text("utf-8")
            wanted = filled(text, now, tz) if entry.name.endswith(_FILLED) else text
            (target / entry.name).write_text(wanted, "utf-8")
