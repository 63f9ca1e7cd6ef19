"""Every page of the console in a browser, on a phone and on a desk, in light and dark: nothing that it complains of."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.databases import Databases
from tests.web.console.browser import DESK, PHONE, axe, tab
from tests.web.console.desk import Person, Site, console
from tests.web.console.rich import rich
from tests.web.console.ways import addresses, prepare, unknown

pytestmark = pytest.mark.slow

SIGN_IN = "/console/sign-in"
FADED = ("color-contrast",)
"""What the other colours of a page can do wrong."""


LYING_OUTSIDE = """() => {
    const scrolls = (one) => {
        for (let box = one.parentElement; box && box !== document.body; box = box.parentElement)
            if (getComputedStyle(box).overflowX !== "visible") return true;
        return false;
    };
    for (const one of document.querySelectorAll("details")) one.open = true;
    return [...document.querySelectorAll("details *")].filter((one) => {
        const {left, right, width, height} = one.getBoundingClientRect();
        return width > 1 && height > 1 && (left < 0 || right > innerWidth + 1) && !scrolls(one);
    }).map((one) => one.outerHTML.slice(0, 80));
}"""
"""Opens everything that can be opened; what of it lies beside the screen cannot be reached, unless its box scrolls."""


@dataclass
class Walk:
    """What was found on the way, each with the address."""

    visited: list[str] = field(default_factory=list)
    framed: dict[str, str] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    barriers: list[str] = field(default_factory=list)


def sort(person: Person, path: str, walk: Walk) -> None:
    """Whether it is a whole page, a customer's email for a frame, or a piece of a page or a file; all must be there."""
    answer = person.get(path)
    if answer.status_code != 200:
        walk.failed.append(f"{answer.status_code} {path}: {answer.text[:300]}")
    elif "sandbox" in answer.headers["content-security-policy"]:
        walk.framed[path] = answer.text
    elif answer.text.lstrip()[:9].lower() == "<!doctype":
        walk.visited.append(path)


def look(page: Any, address: str, path: str, walk: Walk) -> None:
    """One page in both colours."""
    page.goto(address + path, wait_until="load")
    judge(page, path, walk)
    walk.outside += [f"{path} at {page.viewport_size['width']}: {one}" for one in page.evaluate(LYING_OUTSIDE)[:3]]


def judge(page: Any, path: str, walk: Walk) -> None:
    """What is to be seen now, in both colours."""
    page.emulate_media(color_scheme="light")
    name = f"{path} at {page.viewport_size['width']}"
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        walk.wide.append(name)
    walk.barriers += [f"{name}, light: {one}" for one in axe(page)]
    page.emulate_media(color_scheme="dark")
    walk.barriers += [f"{name}, dark: {one}" for one in axe(page, FADED)]


@pytest.fixture(scope="module")
def site(sqlite: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("rich")
    with rich(folder, sqlite.copy(sqlite.empty, folder)) as shop, console(shop) as found:
        yield found


@pytest.fixture(scope="module")
def walk(site: Site, chromium: Any) -> Walk:
    found, lead = Walk(), site.person(name="Lea")
    prepare(lead)
    for path in addresses(site):
        sort(lead, path, found)
    for size in (PHONE, DESK):
        with tab(chromium, site, None, size) as page:
            look(page, site.address, SIGN_IN, found)
        with tab(chromium, site, lead, size) as page:
            for path in found.visited:
                look(page, site.address, path, found)
            # No script runs in the frames, axe neither: their emails are looked at without one.
            page.goto("about:blank")
            for path, text in found.framed.items():
                page.set_content(text)
                judge(page, path, found)
            found.complaints += page.heard.complaints
            found.strangers += page.heard.strangers
    return found


def test_every_route_has_an_address_in_the_rich_shop(site: Site) -> None:
    assert unknown(site) == []


def test_every_page_is_there(walk: Walk) -> None:
    assert walk.failed == []
    assert len(walk.visited) >= 5


def test_no_page_makes_the_browser_complain(walk: Walk) -> None:
    assert walk.complaints == []


def test_no_page_asks_another_host_for_anything(walk: Walk) -> None:
    assert walk.strangers == []


def test_no_page_is_wider_than_a_phone(walk: Walk) -> None:
    assert walk.wide == []


def test_nothing_that_opens_lies_beside_the_screen(walk: Walk) -> None:
    assert walk.outside == []


def test_axe_finds_no_serious_barrier_on_any_page(walk: Walk) -> None:
    assert walk.barriers == []
