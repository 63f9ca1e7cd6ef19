"""The inbox by keyboard, in a real browser: one key for each thing, none while somebody types."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from notifier.store.tables import Action, Reply, ReplyDesk
from notifier.terms.operator import Role
from tests.kept_shops import AsLeft
from tests.shop import NOON
from tests.web.console.desk import Site, console
from tests.web.console.test_inbox import HOUR, heard

pytestmark = pytest.mark.slow
"""Each is lived in a browser."""


@pytest.fixture
def site(as_left: AsLeft) -> Iterator[Site]:
    with console(as_left(heard), NOON + 2 * HOUR) as found:
        yield found


@pytest.fixture
def page(site: Site, chromium: Any) -> Iterator[Any]:
    """The first reply, as an agent sees it; a word on the browser's console is a fault."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": "console", "value": site.person(Role.AGENT).token, "url": site.address}])
    context.set_default_timeout(180_000)
    found = context.new_page()
    said: list[str] = []
    found.on("console", lambda one: said.append(one.text))
    found.on("pageerror", lambda one: said.append(str(one)))
    found.goto(f"{site.address}/console/inbox/1")
    yield found
    context.close()
    assert said == []


def press(page: Any, key: str) -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


def test_what_is_irreversible_asks_once_more_and_enter_says_yes(site: Site, page: Any) -> None:
    page.keyboard.press("c")
    assert site.shop.rows(Action) == []
    press(page, "Enter")
    assert [row.kind for row in site.shop.rows(Action)] == ["cancel"]


def test_after_an_action_the_next_reply_is_open_and_u_takes_it_back(site: Site, page: Any) -> None:
    page.keyboard.press("c")
    press(page, "Enter")
    assert page.url.split("?")[0].endswith("/console/inbox/2")
    press(page, "u")
    assert [row.state for row in site.shop.rows(Action)] == ["withdrawn"]


def test_escape_closes_what_asks(site: Site, page: Any) -> None:
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    assert page.evaluate("document.querySelectorAll('details[open]').length") == 0


def test_done_and_take_are_one_key(site: Site, page: Any) -> None:
    press(page, "t")
    assert site.shop.rows(ReplyDesk)[0].taken_by == "agent"
    press(page, "e")
    assert site.shop.rows(Reply)[0].closed_by == "agent"


def test_keys_do_nothing_while_somebody_types(site: Site, page: Any) -> None:
    page.keyboard.press("r")
    page.keyboard.type("eact ?")
    assert (page.input_value("#words"), site.shop.rows(Reply)[0].closed_by) == ("eact ?", "")


@pytest.mark.parametrize("key", ["Control+e", "Alt+e", "Meta+e"])
def test_keys_do_nothing_with_another_key_held(site: Site, page: Any, key: str) -> None:
    page.keyboard.press(key)
    page.wait_for_timeout(200)
    assert site.shop.rows(Reply)[0].closed_by == ""


def test_a_question_mark_shows_all_keys_and_hides_them_again(page: Any) -> None:
    page.keyboard.press("?")
    shown = page.is_visible("#keys dl")
    page.keyboard.press("?")
    assert (shown, page.is_visible("#keys dl")) == (True, False)


def test_j_and_k_go_through_the_pile(page: Any) -> None:
    press(page, "j")
    second = page.url
    press(page, "k")
    assert (second.split("?")[0][-2:], page.url.split("?")[0][-2:]) == ("/2", "/1")


def test_a_ready_answer_comes_without_leaving_the_page(page: Any) -> None:
    from playwright.sync_api import expect

    page.click("text=call you")
    expect(page.locator("#words")).to_have_value(re.compile("O-ann"), timeout=180_000)
    assert page.url.endswith("/console/inbox/1")


def test_a_reply_rests_for_an_hour_by_two_keys(site: Site, page: Any) -> None:
    page.keyboard.press("z")
    press(page, "Enter")
    assert site.shop.rows(ReplyDesk)[0].snoozed_until == site.now + timedelta(hours=1)


def test_a_ready_answer_takes_the_place_of_nothing_that_was_typed(page: Any) -> None:
    from playwright.sync_api import expect

    page.fill("#words", "Dear Ann, yes.")
    page.click("text=call you")
    expect(page.locator("#words")).to_have_value(re.compile(r"^Dear Ann, yes\.\n\n[\s\S]*O-ann"), timeout=180_000)
