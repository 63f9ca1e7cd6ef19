"""The template editor in a real browser: typing, a fault at its line, mending, the preview, publishing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from notifier.store.tables import WordingDraft, WordingVersionRow
from notifier.terms.operator import Role
from tests.web.console.browser import DESK, PHONE, tab
from tests.web.console.desk import Site
from tests.web.console.editor_pictures import furnished, marks, settled, shows, write

pytestmark = pytest.mark.slow

READY = "/console/templates/ready/email"


@pytest.fixture
def site() -> Iterator[Site]:
    with furnished() as opened:
        yield opened


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_from_a_fault_to_a_published_version(chromium: Any, site: Site, size: tuple[int, int]) -> None:
    ada = site.person(Role.EDITOR, "ada")
    with tab(chromium, site, ada, size) as page:
        page.goto(f"{site.address}{READY}?order=10482")
        write(page, "email.md", "# It is here\n\n{{ greetng }}\n")
        settled(page)
        assert "there is no variable 'greetng'; did you mean 'greeting'?" in page.locator("#live").inner_text()
        marks(page, "greetng")
        page.locator(".cm-lint-marker-error").wait_for()
        write(page, "email.md", "# It is here\n\n{{ greeting }}\n\nYour {{ headline }} is on its way.\n")
        settled(page)
        marks(page)
        shows(page, "desktop", "Ann Field", "Reading lamp, brass is on its way")
        page.get_by_label("What has changed").fill("Shorter")
        page.get_by_role("button", name="Publish").click()
        page.wait_for_selector("#said >> text=Version 1 is in force.")
        assert page.heard.complaints == [] and page.heard.strangers == []
    (version,) = site.shop.rows(WordingVersionRow)
    assert "is on its way" in version.texts and version.note == "Shorter"


def test_a_variable_is_completed_and_inserted(chromium: Any, site: Site) -> None:
    with tab(chromium, site, site.person(Role.EDITOR, "ada")) as page:
        page.goto(f"{site.address}{READY}")
        write(page, "email.md", "")
        page.keyboard.type("{{ gre")
        page.wait_for_selector(".cm-tooltip-autocomplete")
        assert "greeting" in page.locator(".cm-tooltip-autocomplete").inner_text()
        page.keyboard.press("Escape")
        write(page, "email.md", "")
        page.locator("#variables > summary").click()
        page.get_by_text("Each line of the order").click()
        page.get_by_role("button", name="Insert items[].name").click()
        assert page.locator("textarea[data-part='email.md']").input_value() == (
            "{% for item in items %}{{ item.name }} {% endfor %}"
        )


def test_inside_a_loop_a_variable_is_inserted_without_another_one(chromium: Any, site: Site) -> None:
    with tab(chromium, site, site.person(Role.EDITOR, "ada")) as page:
        page.goto(f"{site.address}{READY}")
        write(page, "email.md", "{% for item in items %}")
        page.locator("#variables > summary").click()
        page.get_by_text("Each line of the order").click()
        page.get_by_role("button", name="Insert items[].sku").click()
        assert page.locator("textarea[data-part='email.md']").input_value() == "{% for item in items %}{{ item.sku }}"


def test_the_same_email_is_seen_on_a_phone_in_the_dark_and_as_plain_text(chromium: Any, site: Site) -> None:
    with tab(chromium, site, site.person(Role.VIEWER)) as page:
        page.goto(f"{site.address}{READY}?order=10482")
        for look in ("phone", "dark"):
            page.locator(f"label[for=look-{look}]").click()
            shows(page, look, "Ann Field")
        page.locator("label[for=look-plain]").click()
        assert "Ann Field" in page.locator("pre.plain").inner_text()
        assert page.heard.complaints == [] and page.heard.strangers == []


def at_odds(hers: Any, his: Any, site: Site) -> None:
    """Both have opened the same draft; Ada saves hers first."""
    hers.goto(f"{site.address}{READY}")
    his.goto(f"{site.address}{READY}")
    write(hers, "email.md", "{{ greeting }} from Ada")
    settled(hers)
    write(his, "email.md", "{{ greeting }} from Ben")
    settled(his)


def test_two_people_at_one_draft_lose_nothing(chromium: Any, site: Site) -> None:
    ada, ben = site.person(Role.EDITOR, "ada"), site.person(Role.EDITOR, "ben")
    with tab(chromium, site, ada) as hers, tab(chromium, site, ben) as his:
        at_odds(hers, his, site)
        assert "ada has saved another draft" in his.locator("#live").inner_text()
        assert "from Ada" in site.shop.rows(WordingDraft)[0].texts
        his.get_by_role("button", name="Save mine over it").click()
        settled(his)
        assert "from Ben" in site.shop.rows(WordingDraft)[0].texts


@dataclass
class Held:
    """What a page asks for there does not leave the browser before `let_go`."""

    page: Any
    there: str = "**/typed"
    held: list[Any] = field(default_factory=list)
    free: bool = False

    def __post_init__(self) -> None:
        self.page.route(self.there, self.come)

    def come(self, route: Any) -> None:
        if self.free:
            route.continue_()
        else:
            self.held.append(route)

    def let_go(self) -> None:
        self.free = True
        for one in self.held:
            one.continue_()


def test_what_was_typed_during_a_save_is_published_too(chromium: Any, site: Site) -> None:
    with tab(chromium, site, site.person(Role.EDITOR, "ada")) as page:
        page.goto(f"{site.address}{READY}")
        write(page, "email.md", "{{ greeting }} first")
        settled(page)
        saves = Held(page)
        page.keyboard.type(" second")
        page.wait_for_selector("#live[aria-busy]")
        page.keyboard.type(" third")
        page.get_by_role("button", name="Publish").click()
        saves.let_go()
        page.wait_for_selector("#said >> text=Version 1 is in force.")
    assert "first second third" in site.shop.rows(WordingVersionRow)[0].texts


def test_a_test_asked_for_before_the_first_save_came_back_is_sent(chromium: Any, site: Site) -> None:
    with tab(chromium, site, site.person(Role.EDITOR, "ada")) as page:
        page.goto(f"{site.address}{READY}")
        saves = Held(page)
        write(page, "email.md", "{{ greeting }} at once")
        page.get_by_role("button", name="Send a test to me").click()
        page.wait_for_selector("#live[aria-busy]")
        saves.let_go()
        page.wait_for_selector("#said >> text=sends nothing")


def test_nothing_is_published_after_a_save_that_failed(chromium: Any, site: Site) -> None:
    with tab(chromium, site, site.person(Role.EDITOR, "ada")) as page:
        page.goto(f"{site.address}{READY}")
        write(page, "email.md", "{{ greeting }} first")
        settled(page)
        page.route("**/typed", lambda route: route.fulfill(status=503, body="It does not answer."))
        page.keyboard.type(" second")
        page.get_by_role("button", name="Publish").click()
        page.wait_for_selector("#live >> text=It does not answer.")
        page.wait_for_timeout(500)
        assert page.url.endswith(READY) and site.shop.rows(WordingVersionRow) == []


def test_a_page_with_unsaved_words_asks_before_it_is_left(chromium: Any, site: Site) -> None:
    asked: list[str] = []
    with tab(chromium, site, site.person(Role.EDITOR, "ada")) as page:
        page.goto(f"{site.address}{READY}")
        page.route("**/typed", lambda route: route.fulfill(status=503, body="It does not answer."))
        write(page, "email.md", "{{ greeting }} not yet")
        page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        page.get_by_role("link", name="Templates", exact=True).first.click()
        page.wait_for_url("**/console/templates")
    assert asked == ["beforeunload"]


def test_in_a_conflict_nothing_can_be_done_with_the_other_s_draft(chromium: Any, site: Site) -> None:
    ada, ben = site.person(Role.EDITOR, "ada"), site.person(Role.EDITOR, "ben")
    with tab(chromium, site, ada) as hers, tab(chromium, site, ben) as his:
        at_odds(hers, his, site)
        assert his.get_by_role("button", name="Publish").count() == 0
        assert his.locator("iframe").count() == 0
        his.get_by_role("button", name="Send a test to me").click()
        his.wait_for_timeout(1000)
        assert his.url.endswith(READY) and site.shop.sent() == []


def test_without_script_a_draft_is_saved_and_looked_at_by_a_button(chromium: Any, site: Site) -> None:
    with tab(chromium, site, site.person(Role.EDITOR, "ada"), java_script_enabled=False) as page:
        page.goto(f"{site.address}{READY}?order=10482")
        page.get_by_label("Email", exact=True).fill("# Here\n\n{{ greetng }}")
        page.get_by_role("button", name="Save and look").click()
        page.wait_for_selector("#live >> text=did you mean 'greeting'?")


def test_without_script_what_is_on_the_screen_is_published(chromium: Any, site: Site) -> None:
    with tab(chromium, site, site.person(Role.EDITOR, "ada"), java_script_enabled=False) as page:
        page.goto(f"{site.address}{READY}")
        page.get_by_label("Email", exact=True).fill("{{ greeting }} first")
        with page.expect_navigation():
            page.get_by_role("button", name="Save and look").click()
        page.get_by_label("Email", exact=True).fill("{{ greeting }} second")
        page.get_by_label("What has changed").fill("Shorter")
        page.get_by_role("button", name="Publish").click()
        page.wait_for_selector("#said >> text=Version 1 is in force.")
    (version,) = site.shop.rows(WordingVersionRow)
    assert ("second" in version.texts, version.note) == (True, "Shorter")


def test_without_script_a_draft_is_saved_over_another_s_by_a_button(chromium: Any, site: Site) -> None:
    ada, ben = site.person(Role.EDITOR, "ada"), site.person(Role.EDITOR, "ben")
    with tab(chromium, site, ben, java_script_enabled=False) as page:
        page.goto(f"{site.address}{READY}")
        ada.post(f"{READY}/save", **{"subject.txt": "Theirs", "email.md": "{{ greeting }} from Ada", "revision": "0"})
        page.get_by_label("Email", exact=True).fill("{{ greeting }} from Ben")
        page.get_by_role("button", name="Save and look").click()
        assert "ada has saved another draft" in page.locator("#refused").inner_text()
        page.get_by_role("button", name="Save mine over it").click()
        page.wait_for_selector("#said >> text=The draft is saved.")
    assert "from Ben" in site.shop.rows(WordingDraft)[0].texts


def test_nothing_is_typed_into_a_page_that_is_being_left(chromium: Any, site: Site) -> None:
    with tab(chromium, site, site.person(Role.EDITOR, "ada")) as page:
        page.goto(f"{site.address}{READY}")
        write(page, "email.md", "{{ greeting }} first")
        settled(page)
        # Asked afterwards: a page that is being left may answer no question.
        page.evaluate(
            "const form = document.getElementById('wording'); new MutationObserver(() =>"
            " sessionStorage.setItem('inert', form.inert)).observe(form, {attributeFilter: ['inert']})"
        )
        page.get_by_role("button", name="Publish").click()
        page.wait_for_selector("#said >> text=Version 1 is in force.")
        assert page.evaluate("sessionStorage.getItem('inert')") == "true"


def test_a_session_that_ends_while_somebody_types_leads_back_to_the_editor(chromium: Any, site: Site) -> None:
    with tab(chromium, site, site.person(Role.EDITOR, "ada")) as page:
        page.goto(f"{site.address}{READY}?order=10482")
        page.context.clear_cookies()
        page.once("dialog", lambda dialog: dialog.accept())
        write(page, "email.md", "{{ greeting }} first")
        page.wait_for_url("**/sign-in?*")
        assert page.url.endswith("next=%2Fconsole%2Ftemplates%2Fready%2Femail%3Forder%3D10482")


def test_a_check_moves_its_bar_by_itself(chromium: Any, site: Site) -> None:
    with tab(chromium, site, site.person(Role.EDITOR, "ada")) as page:
        page.goto(f"{site.address}{READY}")
        page.get_by_role("button", name="Check on all open backorders").click()
        page.wait_for_selector("text=all of them can be filled in")
        assert page.heard.complaints == []
