"""The console in a browser that runs no script: the main deeds are forms and links, and work as such."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from notifier.store.tables import PlanRun, WordingVersionRow
from tests.web.console.browser import PHONE, tab
from tests.web.console.first_day import TYPO, Day, first_day, reaches_the_stopped_run, signs_in, text_of

pytestmark = pytest.mark.slow


@pytest.fixture
def day(chromium: Any, tmp_path: Path, sqlite_url: str) -> Iterator[Day]:
    with (
        first_day(tmp_path, sqlite_url) as found,
        tab(chromium, found.site, None, PHONE, java_script_enabled=False) as page,
    ):
        found.page = page
        signs_in(found)
        yield found


def test_a_reply_is_answered_a_template_published_and_a_run_approved(day: Day) -> None:
    answer(day)
    publish(day)
    reaches_the_stopped_run(day)
    day.page.locator("summary", has_text="Approve").click()
    day.press("Yes, approve")
    day.page.locator("#said").get_by_role("status").wait_for()
    assert [row.state for row in day.shop.rows(PlanRun)].count("approved") == 1


def answer(day: Day) -> None:
    day.go("/console/inbox")
    page: Any = day.page
    page.get_by_role("link", name="birthday present").first.click()
    page.get_by_label("Your answer").fill("It is with you well before the 20th.")
    day.press("Send, and done")
    page.locator("#said").get_by_role("status").wait_for()


def publish(day: Day) -> None:
    day.go("/console/templates/placed/email")
    day.page.get_by_label("Email", exact=True).fill(text_of(day).replace(*reversed(TYPO)))
    with day.page.expect_navigation():
        day.press("Save and look")
    day.page.get_by_label("What has changed").fill("The greeting was mistyped")
    day.press("Publish")
    day.page.locator("#said").get_by_text("Version 1 is in force").first.wait_for()
    assert len(day.shop.rows(WordingVersionRow)) == 1
