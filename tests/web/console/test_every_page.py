"""Every page of the console in a browser, on a phone and on a desk, in light and dark: nothing that it complains of."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from notifier.pipeline.uploads import Shelf, Upload
from notifier.queries.desk import Pile
from notifier.store.tables import Customer, Message, Order, PlanRun, Reply
from tests.databases import Databases
from tests.shop import NOON, Shop
from tests.web.console.browser import DESK, PHONE, axe, tab
from tests.web.console.desk import Person, Site, console
from tests.web.console.rich import rich
from tests.web.pages.pictures import CHROMIUM, browser

pytestmark = pytest.mark.slow

SIGN_IN = "/console/sign-in"
FADED = ("color-contrast",)
"""What the other colours of a page can do wrong."""

Real = Callable[[Shop], Sequence[str]]

WORDING = "/console/templates/{purpose}/{channel}"
PLACED = "/console/templates/placed/email"


def replies(shop: Shop) -> Sequence[str]:
    """Each reply, whoever wrote it."""
    return [f"/console/inbox/{row.id}" for row in shop.rows(Reply)]


def brought(shop: Shop) -> Sequence[str]:
    """A file that Lea has brought."""
    wanted = Upload("", "orders.csv", "orders", "", "Lea", NOON, Path())
    upload = Shelf(shop.settings.upload_folder).keep(io.BytesIO(b"order_id,sku\n"), wanted)
    return [f"/console/import/{upload.token}"]


REAL: Mapping[str, Real] = {
    "/console/import/{token}": brought,
    "/console/import/{token}/progress": lambda shop: [],  # a piece of that page
    "/console/import/{token}/rejects": lambda shop: [],  # a file
    "/console/inbox/{reply}": replies,
    "/console/inbox/{reply}/draft": lambda shop: [f"{replies(shop)[0]}/draft?draft=call_you"],
    "/console/runs/{run}": lambda shop: [f"/console/runs/{row.id}" for row in shop.rows(PlanRun)],
    "/console/customers/{id}": lambda shop: [f"/console/customers/{row.id}" for row in shop.rows(Customer)[:3]],
    "/console/orders/{id}": lambda shop: [f"/console/orders/{row.id}" for row in shop.rows(Order)[:2]],
    "/console/messages/{id}": lambda shop: [f"/console/messages/{row.id}" for row in shop.rows(Message)[:3]],
    "/console/messages/{id}/email": lambda shop: [],  # no page: it stands in a frame of the message's
    WORDING: lambda _: [PLACED, f"{PLACED}?cases=1", f"{PLACED}?locale=de", "/console/templates/delay/sms?locale=fr"],
    f"{WORDING}/preview": lambda _: [],  # no page: it stands in the editor's frames
    f"{WORDING}/check": lambda _: [f"{PLACED}/check"],
    f"{WORDING}/history": lambda _: [f"{PLACED}/history?locale=de"],
    f"{WORDING}/difference": lambda _: [f"{PLACED}/difference?from=1&to=2&locale=de", f"{PLACED}/difference"],
    f"{WORDING}/uses": lambda _: [f"{PLACED}/uses?number=1&locale=de"],
}
"""By a route's path: the addresses at which the rich shop has something to show; a path without parameters is one."""

MORE: Mapping[str, Sequence[str]] = {
    "/console/inbox": [f"/console/inbox?in={pile.value}" for pile in Pile],
    "/console/backorders": ["/console/backorders?show=late&sku=LAMP", "/console/backorders?sku=nothing"],
    "/console/messages": [f"/console/messages?state={one}" for one in ("queued", "accepted", "refused", "unknown")],
    "/console/contacts": ["/console/contacts?from=2026-01-01&to=2026-06-01"],
    "/console/search": ["/console/search?q=max", "/console/search?q=nothing"],
    "/console/slip": ["/console/slip?look=1&po=PO-7&day=2026-07-30&reason=The+ship+was+held+in+port."],
}
"""Further addresses of routes that answer in more than one way."""


@dataclass
class Walk:
    """What was found on the way, each with the address."""

    visited: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)
    barriers: list[str] = field(default_factory=list)


def unknown(site: Site) -> list[str]:
    """Routes of which nobody has said with what to open them."""
    return [
        one.path for one in site.routes.declared if one.method == "GET" and "{" in one.path and one.path not in REAL
    ]


def addresses(site: Site) -> list[str]:
    """What somebody who is signed in can open."""
    found: list[str] = []
    for one in site.routes.declared:
        if one.method == "GET" and one.role is not None:
            found += REAL[one.path](site.shop) if one.path in REAL else [] if "{" in one.path else [one.path]
            found += MORE.get(one.path, [])
    return found


def is_page(person: Person, path: str, walk: Walk) -> bool:
    """Whether it is a whole page, and no piece of one and no file; all must be there."""
    answer = person.get(path)
    if answer.status_code != 200:
        walk.failed.append(f"{answer.status_code} {path}: {answer.text[:300]}")
    return answer.text.lstrip()[:9].lower() == "<!doctype"


def look(page: Any, address: str, path: str, walk: Walk) -> None:
    """One page in both colours."""
    page.emulate_media(color_scheme="light")
    page.goto(address + path, wait_until="load")
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
def walk(site: Site) -> Walk:
    if not Path(CHROMIUM).exists():
        pytest.skip("missing: chromium (apt-get install chromium)")
    found, lead = Walk(), site.person(name="Lea")
    pages = [path for path in addresses(site) if is_page(lead, path, found)]
    with browser() as chromium:
        for size in (PHONE, DESK):
            with tab(chromium, site, None, size) as page:
                look(page, site.address, SIGN_IN, found)
            with tab(chromium, site, lead, size) as page:
                for path in pages:
                    look(page, site.address, path, found)
                found.complaints += page.heard.complaints
                found.strangers += page.heard.strangers
    found.visited = pages
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


def test_axe_finds_no_serious_barrier_on_any_page(walk: Walk) -> None:
    assert walk.barriers == []
