"""Draws emails: `python -m tests.render.pictures [FOLDER]` those of the docs, with Debian's chromium.

`python -m tests.render.pictures FOLDER all` draws every purpose, language and tone at both widths, in light and dark,
with images and without, to be looked through.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from notifier.render.compile import render_email
from notifier.terms.content import Content
from notifier.terms.words import Tone
from tests.render import starter
from tests.web.pages.pictures import PICTURES, browser

PHONE, DESK = 390, 800
LONGEST = 2400
"""Pixels of a long email that a picture shows."""
LOGO, PHOTO = "https://oak.example/logo.png", "https://shop.example/photo.jpg"
_SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="{}">{}</svg>'
DRAWN = {
    LOGO: _SVG.format(
        *(180, 44),
        '<g fill="none" stroke="#fff" stroke-width="3"><circle cx="22" cy="22" r="18"/>'
        '<path d="M22 36V16M22 24l8-8M22 28l-8-8"/></g>'
        '<text x="52" y="29" font-size="21" font-family="serif" fill="#fff">Lumen &amp; Oak</text>',
    ),
    PHOTO: _SVG.format(
        *(128, 128),
        '<rect width="128" height="128" fill="#dbe7f0"/><path d="M34 56h60l-8 46H42z" fill="#2b5f8c"/>'
        '<path d="M46 56c0-24 36-24 36 0" fill="none" stroke="#2b5f8c" stroke-width="6"/>',
    ),
}
"""What stands in for the images, so that nothing is fetched."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture of an email."""

    purpose: str
    language: str
    tone: Tone = Tone.FORMAL
    width: int = PHONE
    dark: bool = False
    images: bool = True
    colour: str = "#1b6b50"

    @property
    def name(self) -> str:
        """How its file is called."""
        more = ("" if self.width == PHONE else "-desktop") + ("-dark" if self.dark else "")
        more += "" if self.images else "-no-images"
        return f"email-{self.purpose}-{self.language}{'-informal' if self.tone is Tone.INFORMAL else ''}{more}"


DOCS = {
    "email-delay": Shot("delay", "en", width=DESK),
    "email-notice-f3": Shot("delay", "en"),
    "email-ready-dark": Shot("ready", "de", Tone.INFORMAL, dark=True),
    "email-change-no-images": Shot("eta_change", "fr", images=False),
    "email-reward": Shot("reward", "es"),
}


def every() -> Iterator[Shot]:
    """All there is to look at."""
    ways = [*product((PHONE, DESK), (False, True), (True,)), (PHONE, False, False)]
    for (purpose, language, tone), (width, dark, images) in product(starter.everything(), ways):
        yield Shot(purpose, language, tone, width, dark, images)


def html(shot: Shot) -> str:
    """The email as it would be sent."""
    content = starter.content(shot.purpose, shot.language, shot.tone, logo=LOGO)
    content = replace(content, brand=replace(content.brand, colour=shot.colour))
    return render_email(starter.compiled(shot.purpose, shot.language, shot.tone), _pictured(content)).html


def _pictured(content: Content) -> Content:
    said = content.signed_up and replace(content.signed_up, image_url=PHOTO)
    return replace(content, items=tuple(replace(one, image_url=PHOTO) for one in content.items), signed_up=said)


def opened(chromium: Any, shot: Shot) -> Any:
    """The email in a tab of its own; nothing is fetched."""
    scheme = "dark" if shot.dark else "light"
    context = chromium.new_context(viewport={"width": shot.width, "height": 400}, color_scheme=scheme)
    tab = context.new_page()

    def answer(route: Any) -> None:
        drawn = DRAWN.get(route.request.url)
        if drawn and shot.images:
            route.fulfill(body=drawn, content_type="image/svg+xml")
        else:
            route.abort()

    tab.route("**/*", answer)
    tab.set_content(html(shot), wait_until="load")
    return tab


def draw(chromium: Any, shot: Shot, path: Path) -> None:
    """One picture."""
    tab = opened(chromium, shot)
    whole = tab.evaluate("document.documentElement.scrollHeight")
    tab.set_viewport_size({"width": shot.width, "height": min(whole, LONGEST)})
    tab.screenshot(path=path)
    tab.context.close()


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    shots = {shot.name: shot for shot in every()} if sys.argv[2:] == ["all"] else DOCS
    with browser() as chromium:
        for name, shot in shots.items():
            draw(chromium, shot, folder / f"{name}.png")
