"""Draws the pictures of docs/console.md, the story of a first day: `python -m tests.web.console.pictures [FOLDER]`."""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.web.console.browser import DESK, PHONE, tab
from tests.web.console.first_day import ALL_DAY, Shoot, first_day, live
from tests.web.pages.pictures import PICTURES, browser

TALL = 1150
"""Pixels of a long page that a picture shows."""


SHOWN = {
    "": ("today", "import", "held", "mistake", "mended", "inbox", "reply", "run"),
    "-phone": ("today", "import", "held", "mistake", "reply", "run"),
    "-dark": (),
    "-phone-dark": ("run",),
}
"""What the docs show, by how the names end; in a folder of one's own all of it is drawn."""

IN_PLACE = ("mistake",)
"""Shown as it stands when it comes about."""


def shooting(folder: Path, ending: str, *, everything: bool) -> Shoot:
    """Pictures of what is to be seen, a little more than a screen at most."""

    def shoot(page: Any, name: str) -> None:
        if not everything and name not in SHOWN[ending]:
            return
        size = page.viewport_size
        if name not in IN_PLACE:
            page.evaluate("scrollTo(0, 0)")
            whole = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": size["width"], "height": max(min(whole, TALL), 500)})
        page.wait_for_timeout(300)
        page.screenshot(path=folder / f"console-{name}{ending}.png")
        page.set_viewport_size(size)

    return shoot


def draw(folder: Path, ending: str, *, everything: bool) -> None:
    """One whole day, in the light or in the dark, on a desk or on a phone."""
    size, scheme = PHONE if "phone" in ending else DESK, "dark" if "dark" in ending else "light"
    with tempfile.TemporaryDirectory() as name, browser() as chromium:
        url = f"sqlite:///{Path(name) / 'shop.db'}"
        with (
            first_day(Path(name), url, datetime.now(UTC), ALL_DAY) as day,
            tab(chromium, day.site, None, size, color_scheme=scheme) as page,
        ):
            day.page, day.shoot = page, shooting(folder, ending, everything=everything)
            live(day)


if __name__ == "__main__":
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    for each in SHOWN:
        draw(where, each, everything=where != PICTURES)
