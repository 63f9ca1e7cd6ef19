"""The pages in a browser that runs scripts, on a phone and on a desk; and a scanner that opens every link."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from quopri import decodestring
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import insert

from notifier.render.links import CONSENT, SHORT, short_token
from notifier.store.lookup import table_of
from notifier.store.tables import Action, Message, MessageLine
from tests.waiting import ANN, wants
from tests.web.pages.pictures import CHROMIUM, DESK, PHONE, browser, furnished
from tests.web.pages.site import PUBLIC, Site, late, site, tell

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="missing: chromium (apt-get install chromium)"),
]

NARROW = (320, 640)
SMALLEST = 44
"""Pixels of what a finger presses."""

CONTRASTS = """() => {
  const linear = (v) => v <= 10 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4;
  const light = (c) => { const [r, g, b] = c.map(linear);
    return .2126 * r + .7152 * g + .0722 * b };
  const parts = (text) => text.match(/[\\d.]+/g).map(Number);
  const ground = (one) => { for (let at = one; at; at = at.parentElement) {
    const c = parts(getComputedStyle(at).backgroundColor);
    if (c.length === 3 || c[3] > 0) return c.slice(0, 3) } return [255, 255, 255] };
  return [...document.querySelectorAll('body *')].filter(one => one.checkVisibility() && !one.matches('.skip, .vh') &&
      [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())).map(one => {
    const [a, b] = [light(parts(getComputedStyle(one).color).slice(0, 3)), light(ground(one))].sort((x, y) => y - x);
    return [one.textContent.trim().slice(0, 40), (a + .05) / (b + .05)] }).filter(([, ratio]) => ratio < 4.5) }"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def shop() -> Iterator[Site]:
    """The shop of the pictures, for what changes nothing."""
    with furnished() as opened:
        yield opened


@contextmanager
def tab(chromium: Any, size: tuple[int, int] = PHONE, **more: Any) -> Iterator[Any]:
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, **more)
    context.set_default_timeout(180_000)
    try:
        yield context.new_page()
    finally:
        context.close()


def paths(shop: Site) -> list[str]:
    return [shop.link(kind, number) for kind in ("page", "unsubscribe") for number in (0, 1)] + ["/m/x/y"]


def every_page(page: Any, shop: Site) -> Iterator[str]:
    """Each page, and each page that a button of it leads to without changing anything."""
    for path in paths(shop):
        page.goto(shop.address + path)
        yield path
        for number in range(page.locator("form:has(input[value=ask]) button").count()):
            page.goto(shop.address + path)
            with page.expect_navigation():
                page.locator("form:has(input[value=ask]) button").nth(number).click()
            yield f"{path} {page.locator('h1').inner_text()}"


LOOKS = [(NARROW, "light"), (PHONE, "dark"), (DESK, "light")]


@dataclass(frozen=True)
class Look:
    """What a browser finds on one page."""

    name: str
    wide: bool
    faint: list[Any]
    small: list[float]
    parts: list[int]
    levels: list[int]
    unlabelled: int


def look_at(page: Any, name: str) -> Look:
    pressed = "document.querySelectorAll('button, .button, .back, label.tick')"
    marks = "['header', 'main', 'footer', 'h1', 'html[lang]', 'title']"
    fields = "document.querySelectorAll('input:not([type=hidden]), textarea')"
    heights = page.evaluate(f"[...{pressed}].map(one => one.getBoundingClientRect().height)")
    return Look(
        name,
        page.evaluate("document.documentElement.scrollWidth > innerWidth"),
        page.evaluate(CONTRASTS),
        [one for one in heights if one < SMALLEST],
        page.evaluate(f"{marks}.map(one => document.querySelectorAll(one).length)"),
        page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(one => Number(one.tagName[1]))"),
        page.evaluate(f"[...{fields}].filter(one => !one.labels.length).length"),
    )


@pytest.fixture(scope="module")
def looks(chromium: Any, shop: Site) -> list[Look]:
    """Every page, on each screen."""
    found = []
    for size, scheme in LOOKS:
        with tab(chromium, size, color_scheme=scheme) as page:
            found += [look_at(page, f"{name} {size} {scheme}") for name in every_page(page, shop)]
    return found


def test_nothing_is_wider_than_the_screen(looks: list[Look]) -> None:
    assert [one.name for one in looks if one.wide] == []


def test_every_word_stands_out_from_its_ground(looks: list[Look]) -> None:
    assert [(one.name, one.faint) for one in looks if one.faint] == []


def test_what_is_pressed_is_large_enough(looks: list[Look]) -> None:
    assert [(one.name, one.small) for one in looks if one.small] == []


def test_every_page_has_its_landmarks_and_one_heading_of_its_own(looks: list[Look]) -> None:
    assert {tuple(one.parts) for one in looks} == {(1, 1, 1, 1, 1, 1)}


def test_no_heading_skips_a_level(looks: list[Look]) -> None:
    assert [one.name for one in looks if any(b - a > 1 for a, b in pairwise(one.levels))] == []


def test_every_field_has_a_label(looks: list[Look]) -> None:
    assert [one.name for one in looks if one.unlabelled] == []


def test_buttons_of_different_items_have_different_names(chromium: Any, shop: Site) -> None:
    with tab(chromium) as page:
        page.goto(shop.address + shop.link(message=0))
        names = page.get_by_role("button").evaluate_all("all => all.map(one => one.textContent)")
    assert len(set(names)) == len(names)


def test_the_first_press_of_tab_leads_to_the_content(chromium: Any, shop: Site) -> None:
    with tab(chromium) as page:
        page.goto(shop.address + shop.link())
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('href')") == "#content"


def test_no_page_asks_for_anything_else_or_breaks_its_own_policy(chromium: Any, shop: Site) -> None:
    with tab(chromium) as page:
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        visited = list(every_page(page, shop))
    assert visited
    assert {urlsplit(url).path.split("/")[1] for url in asked} <= {"m", "u"}
    assert [one for one in said if "404" not in one] == []


def test_a_printed_page_has_no_buttons(chromium: Any, shop: Site) -> None:
    with tab(chromium) as page:
        page.goto(shop.address + shop.link(message=0))
        shown = page.locator("button:visible").count()
        page.emulate_media(media="print")
        assert (shown > 3, page.locator("button:visible").count()) == (True, 0)


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_an_order_is_cancelled_without_any_script(
    chromium: Any, tmp_path: Path, sqlite_url: str, size: tuple[int, int]
) -> None:
    with site(tmp_path, sqlite_url) as shop, tab(chromium, size, java_script_enabled=False) as page:
        tell(shop, late())
        page.goto(shop.address + shop.link())
        page.get_by_role("button", name="Cancel and get my money back").click()
        page.get_by_role("button", name="Confirm cancellation").click()
        page.get_by_text("are stopping the order of Reading lamp").wait_for()
        assert [row.kind for row in shop.shop.rows(Action)] == ["cancel"]


def test_a_page_that_was_answered_can_be_loaded_again(chromium: Any, tmp_path: Path, sqlite_url: str) -> None:
    with site(tmp_path, sqlite_url) as shop, tab(chromium) as page:
        tell(shop, late())
        page.goto(shop.address + shop.link())
        page.get_by_role("button", name="Cancel and get my money back").click()
        page.get_by_role("button", name="Confirm cancellation").click()
        page.get_by_text("are stopping the order of Reading lamp").wait_for()
        page.reload()
        assert len(shop.shop.rows(Action)) == 1


def scanned(page: Any, address: str, first: list[str]) -> set[str]:
    """Open every link there is, run what scripts there are, send each form once as it stands, and follow each link of
    the site that is found.
    """
    waiting, seen = list(first), set[str]()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = page.goto(address + path)
        assert answer.status == 200, path
        page.mouse.wheel(0, 5000)
        page.evaluate("new Promise(done => requestIdleCallback(done))")
        found = page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
        waiting += [urlsplit(one).path for one in found if one.startswith(address)]
        send_every_form(page, address + path)
    return seen


def send_every_form(page: Any, url: str) -> None:
    """At least one: a page without any would show nothing."""
    forms = page.locator("form").count()
    assert forms, url
    for number in range(forms):
        page.goto(url)
        with page.expect_navigation():
            page.locator("form").nth(number).evaluate("form => form.submit()")


def with_every_purpose(shop: Site) -> None:
    """A message of each template, to Ann, about her lamp; the rest of their rows are those of her notice."""
    row, line = shop.shop.rows(Message)[0], shop.shop.rows(MessageLine)[0]
    with shop.shop.house() as house, house.store.write() as tx:
        for number, purpose in enumerate(house.purposes):
            uid = f"{number:032x}"
            short = short_token(house.web.keys, SHORT, uid)
            made = {"id": 100 + number, "key": purpose.name, "uid": uid, "link_token": short}
            kind = {"purpose": purpose.name, "message_class": purpose.message_class.value, "rung": int(purpose.rung)}
            tx.connection.execute(insert(table_of(Message)).values(**dict(row._mapping) | made | kind))
            about = {"id": 100 + number, "message_id": 100 + number, "purpose": purpose.name, "occasion": "copied"}
            tx.connection.execute(insert(table_of(MessageLine)).values(**dict(line._mapping) | about))


def consent(shop: Site) -> str:
    """The link of the first request for consent."""
    with shop.shop.house() as house:
        return f"/c/1/{short_token(house.web.keys, CONSENT, '1')}"


def test_a_scanner_that_opens_all_links_of_all_templates_and_sends_their_forms_changes_nothing(
    chromium: Any, tmp_path: Path, sqlite_url: str
) -> None:
    with site(tmp_path, sqlite_url, presses=1000) as shop, tab(chromium) as page:
        tell(shop, late())
        with_every_purpose(shop)
        shop.shop.take_in("products", [{"sku": "LAMP", "name": "Reading lamp", "stock": 0}])
        wants(shop.shop, ANN, brand="main")
        numbers = range(len(shop.shop.rows(Message)))
        links = [shop.link(kind, number) for number in numbers for kind in ("page", "unsubscribe")]
        links += [f"/t/{row.link_token}" for row in shop.shop.rows(Message) if row.link_token]
        links += [consent(shop), "/w/main/LAMP"]
        before = shop.digest()
        seen = scanned(page, shop.address, links)
        assert len(seen) >= 3 * len(numbers) - 1
        assert shop.digest() == before


def test_a_scanner_of_the_emails_themselves_changes_nothing(chromium: Any, tmp_path: Path, sqlite_url: str) -> None:
    with site(tmp_path, sqlite_url) as shop, tab(chromium) as page:
        tell(shop, late(), late("eve", country="MX", promised_ship_by="", ordered_at="2026-06-01T10:00:00Z"))
        mails = b"\n".join(decodestring(mail.encode()) for mail in shop.shop.sent()).decode(errors="replace")
        links = sorted({urlsplit(one).path for one in re.findall(re.escape(PUBLIC) + r"[\w/.@-]+", mails)})
        before = shop.digest()
        scanned(page, shop.address, links)
        assert {one.split("/")[1] for one in links} == {"m", "u"}
        assert shop.digest() == before
