"""The policy's figures at the console: seen by all, changed by a lead, tried before they count, taken back."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from notifier.errors import UsageError
from notifier.store.tables import PolicyChange, PolicyFigure
from notifier.terms.operator import Role
from notifier.web.console.policy import POLICY, TRIAL, Trials, Trying
from tests.shop import NOON, order
from tests.web.console.browser import PHONE, axe, tab
from tests.web.console.desk import Person, Site, console, opened
from tests.web.pages.pictures import CHROMIUM, browser

pytestmark = pytest.mark.slow
"""Most start a process that lives through past days."""

SECONDS = 60


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[Site]:
    shop = opened(tmp_path, database_url)
    shop.take_in("backorders", [order("ann", ordered_at="2026-05-25T10:00:00Z", promised_ship_by="")])
    with console(shop) as found:
        yield found


def tried(person: Person, **fields: Any) -> httpx2.Response:
    """Try figures, dots written as two underscores, and wait for what the trial finds."""
    answer = person.post(f"{POLICY}/try", **{name.replace("__", "."): value for name, value in fields.items()})
    assert answer.status_code == 303, answer.text
    for _ in range(SECONDS * 5):
        page = person.get(TRIAL)
        if "Look again" not in page.text:
            return page
        threading.Event().wait(0.2)
    raise AssertionError("the trial does not end")


def mark_of(page: str) -> str:
    """By which the buttons of the page name the trial that it shows."""
    found = re.search(r'name="mark" value="([^"]+)"', page)
    assert found, page
    return found[1]


def trial_of(work: SimpleNamespace) -> Trying:
    """A trial whose process is only said to be there."""
    return Trying(None, {}, 7, "lea", NOON, work)  # type: ignore[arg-type]


def test_a_viewer_sees_the_figures_and_cannot_change_any(site: Site) -> None:
    page = site.person(Role.VIEWER).get(POLICY).text
    assert ('name="placed.max_age_days" type="number" value="3"' in page, "Try these figures" in page) == (True, False)


def test_all_faults_stand_at_their_fields_and_what_was_typed_stays(site: Site) -> None:
    form = {"placed.max_age_days": "many", "policy.email_from": "21:00", "policy.caps.0.count": "2"}
    answer = site.person().post(f"{POLICY}/try", **form, **{"policy.caps.0.period": "three weeks"})
    page = answer.text
    assert answer.status_code == 422
    for words in ("&#39;many&#39;", "three weeks", 'value="many"'):
        assert words in page, words


def test_what_changes_nothing_is_not_tried(site: Site) -> None:
    assert "Nothing is changed." in site.person().then(f"{POLICY}/try", **{"placed.max_age_days": "3"}).text


def test_a_trial_shows_what_would_have_been_and_saves_only_then(site: Site) -> None:
    lead = site.person(Role.LEAD, "lea")
    early = lead.post(f"{POLICY}/save", mark="")
    page = tried(lead, placed__max_age_days="10", days="7").text
    assert (early.status_code, site.shop.rows(PolicyChange)) == (422, [])
    assert ("messages instead of" in page, "placed by email" in page, "<svg" in page) == (True, True, True)
    said = lead.then(f"{POLICY}/save", note="we tell older orders, too", mark=mark_of(page)).text
    (change,) = site.shop.rows(PolicyChange)
    assert ("Saved." in said, change.by, change.note) == (True, "lea", "we tell older orders, too")


def test_a_saved_change_can_be_taken_back_from_the_list(site: Site) -> None:
    lead = site.person()
    page = tried(lead, placed__max_age_days="10", days="7").text
    lead.post(f"{POLICY}/save", mark=mark_of(page))
    lead.post(f"{POLICY}/1/back")
    assert [(one.was, one.value) for one in site.shop.rows(PolicyFigure)] == [("3", "10"), ("10", None)]


def test_a_page_neither_saves_nor_ends_what_somebody_else_has_tried_since(site: Site) -> None:
    lea, max_ = site.person(Role.LEAD, "lea"), site.person(Role.LEAD, "max")
    old = {"mark": mark_of(tried(lea, placed__max_age_days="10", days="7").text)}
    tried(max_, placed__max_age_days="2", days="7")
    answers = [lea.post(f"{POLICY}/save", **old), lea.post(f"{TRIAL}/end", **old)]
    piece = lea.get(f"{TRIAL}/progress?mark={old['mark']}").text
    assert ([one.status_code for one in answers], site.shop.rows(PolicyChange)) == ([422, 422], [])
    assert ("max is trying other figures" in answers[0].text, "Save" in piece) == (True, False)


@pytest.mark.parametrize(("over", "words"), [(True, "the trial found nothing"), (False, "the trial is not over")])
def test_a_trial_that_found_nothing_cannot_be_saved(over: bool, words: str) -> None:
    trying = trial_of(SimpleNamespace(over=over, found=None))
    with pytest.raises(UsageError, match=words):
        Trials(trying).found(trying.mark)


def test_a_trial_can_be_given_up_and_changes_nothing(site: Site) -> None:
    lead = site.person()
    page = tried(lead, placed__max_age_days="10", days="7").text
    said = lead.then(f"{TRIAL}/end", mark=mark_of(page)).text
    assert ("nothing was changed" in said, lead.get(TRIAL).status_code, site.shop.rows(PolicyChange)) == (True, 200, [])


def test_what_is_tried_can_be_changed_again(site: Site) -> None:
    lead = site.person()
    tried(lead, placed__max_age_days="10", days="7")
    assert 'name="placed.max_age_days" type="number" value="10"' in lead.get(f"{POLICY}?again").text


def test_a_note_full_of_markup_is_shown_as_it_is(site: Site) -> None:
    lead = site.person()
    page = tried(lead, placed__max_age_days="10", days="7").text
    page = lead.then(f"{POLICY}/save", note="<script>alert(1)</script>", mark=mark_of(page)).text
    assert ("<script>alert" in page, "&lt;script&gt;alert(1)" in page) == (False, True)


def test_a_figure_that_a_variable_sets_is_shown_as_fixed(tmp_path: Path, sqlite_url: str) -> None:
    from tests.shop import open_shop
    from tests.web.console.desk import SETTINGS

    shop = open_shop(tmp_path, sqlite_url, SETTINGS, NOTIFIER_PLACED__MAX_AGE_DAYS="9")
    with console(shop) as site:
        page = site.person().get(POLICY).text
        said = site.person().then(f"{POLICY}/try", **{"placed.max_age_days": "10"}).text
    assert ("Set by the variable NOTIFIER_PLACED__MAX_AGE_DAYS" in page, "Nothing is changed." in said) == (True, True)


def test_a_trial_shows_how_far_it_is_by_itself_and_then_what_it_found(site: Site) -> None:
    if not Path(CHROMIUM).exists():
        pytest.skip("missing: chromium (apt-get install chromium)")
    lead = site.person()
    lead.post(f"{POLICY}/try", **{"placed.max_age_days": "10", "days": "14"})
    with browser() as chromium, tab(chromium, site, lead, PHONE) as page:
        page.goto(site.address + TRIAL)
        page.wait_for_selector("text=What would have been", timeout=SECONDS * 1000)
        assert page.locator("button:has-text('Save')").count() == 1
        assert (axe(page), page.heard.complaints) == ([], [])
