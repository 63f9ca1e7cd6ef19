"""A real browser at the console: who is signed in, what it complains of, and what axe finds."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.web.console.desk import Person, Site

AXE = Path(__file__).parent / "vendored" / "axe.min.js"
PHONE, DESK = (390, 844), (1280, 900)
OWN_SCHEMES = ("data", "blob", "about")
"""What is loaded by these comes from nowhere."""


@dataclass
class Heard:
    """What a browser said while it showed pages: by the page that it was at."""

    host: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@contextmanager
def tab(chromium: Any, site: Site, person: Person | None, size: tuple[int, int] = DESK, **more: Any) -> Iterator[Any]:
    """A page of a browser of its own, without motion; `page.heard` is what it said."""
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", device_scale_factor=1, **more
    )
    context.set_default_timeout(180_000)
    if person:
        context.add_cookies(
            [{"name": name, "value": value, "url": site.address} for name, value in person.cookies.items()]
        )
    try:
        page = context.new_page()
        page.heard = listening(page, site)
        yield page
    finally:
        context.close()


def listening(page: Any, site: Site) -> Heard:
    """Write down what the page's scripts say, and what it asks for."""
    heard = Heard(urlsplit(site.address).netloc)

    def says(message: Any) -> None:
        if message.type in ("error", "warning"):
            heard.complaints.append(f"{page.url}: {message.text}")

    def asks(request: Any) -> None:
        heard.asked.append(request.url)
        parts = urlsplit(request.url)
        if parts.scheme not in OWN_SCHEMES and parts.netloc != heard.host:
            heard.strangers.append(f"{page.url}: {request.url}")

    page.on("console", says)
    page.on("pageerror", lambda fault: heard.complaints.append(f"{page.url}: {fault}"))
    page.on("request", asks)
    return heard


@cache
def _axe() -> str:
    return AXE.read_text("utf-8")


def axe(page: Any, rules: tuple[str, ...] = ()) -> list[str]:
    """What axe finds that is serious or critical: its rule, and where. `rules`: these alone."""
    if not page.evaluate("!!window.axe"):
        page.evaluate(f"{_axe()}; 0")  # what it returned would be carried over, which takes a second
    options: dict[str, Any] = {"resultTypes": ["violations"], "iframes": False, "preload": False}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = page.evaluate("async options => (await axe.run(document, options)).violations", options)
    return [
        f"{one['id']}: {node['target']} {(node.get('failureSummary') or '')[:300]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:4]
    ]
