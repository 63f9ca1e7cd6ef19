"""Writes a starter shop, or a copy of the packaged templates. Colour: root. Called by cli, `filled` by the demo too.

settings.toml    the settings that every shop looks at first
backorders.csv   three orders with dates near today, in our own column names
gitignore.txt    becomes .gitignore: secrets, the database and messages stay out of version control
"""

import re
import shutil
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

from notifier.errors import UsageError
from notifier.settings.document import document
from notifier.template_files import packaged_folder
from notifier.terms.time import local_day, zone

STARTER_ZONE = "America/New_York"
"""As settings.toml here says; the dates in backorders.csv are counted in it."""

_PLACEHOLDER = re.compile(r"\{(day|hours)([+-]\d+)\}")


def write_shop(folder: Path, now: datetime) -> list[str]:
    """Write the starter's files into `folder`, with dates near `now` (aware UTC); returns their names.

    Raises UsageError rather than overwrite one.
    """
    contents = _contents(now)
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


def copy_templates(folder: Path) -> Path:
    """Copy the packaged templates to `folder`/templates. Raises UsageError where there are some already."""
    target = folder / "templates"
    try:
        shutil.copytree(packaged_folder(), target)
    except FileExistsError as error:
        raise UsageError(f"{target} is there already; move it away first") from error
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}; name another folder") from error
    return target


def filled(text: str, now: datetime, tz: ZoneInfo) -> str:
    """`{day-12}` becomes the day 12 days before today, `{hours-5}` the instant 5 hours before `now`, in ISO 8601."""

    def moment(found: re.Match[str]) -> str:
        number = int(found[2])
        if found[1] == "day":
            return (local_day(now, tz) + timedelta(days=number)).isoformat()
        return (now + timedelta(hours=number)).strftime("%Y-%m-%dT%H:%M:%SZ")

    return _PLACEHOLDER.sub(moment, text)


def _contents(now: datetime) -> Mapping[str, str]:
    here = files("notifier.pipeline.starter")
    rows = (here / "backorders.csv").read_text("utf-8")
    return {
        "settings.toml": (here / "settings.toml").read_text("utf-8"),
        "settings.reference.toml": document(),
        "backorders.csv": filled(rows, now, zone(STARTER_ZONE)),
        ".gitignore": (here / "gitignore.txt").read_text("utf-8"),
    }
