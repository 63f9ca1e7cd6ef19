"""The policy's figures at the console: seen by all, changed by a lead, tried before they count, taken back."""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from notifier.errors import UsageError
from notifier.pipeline.apart import Stand
from notifier.pipeline.policy_figures import Proposal
from notifier.store.tables import PolicyChange, PolicyFigure
from notifier.terms.operator import Role
from notifier.web.app import web_app
from notifier.web.console import policy
from notifier.web.console.policy import POLICY, TRIAL, Trials, Trying
from notifier.web.console.routes import Routes
from notifier.web.gate import Front
from notifier.web.threads import Threads
from tests.databases import Databases
from tests.shop import NOON, open_shop, order
from tests.standins.served import served
from tests.web.console.browser import PHONE, axe, tab
from tests.web.console.desk import SETTINGS, Person, Site, console, opened

pytestmark = pytest.mark.slow
"""Most start a process that lives through past days."""

SECONDS = 600
NOTE = "<script>alert(1)</script> we tell older orders, too"


@pytest.fixture(scope="module")
def site(sqlite: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for all: a trial, and what is saved, are tested on both databases without a console."""
    folder = tmp_path_factory.mktemp("policy")
    shop = opened(folder, sqlite.copy(sqlite.empty, folder))
    shop.take_in("backorders", [order("ann", ordered_at="2026-05-25T10:00:00Z", promised_ship_by="")])
    with console(shop) as found:
        yield found


def tried(person: Person, **fields: Any) -> httpx2.Response:
    """Try figures, dots written as two underscores, and wait for what the trial finds."""
    answer = person.post(f"{POLICY}/try", **{name.replace("__", "."): value for name, value in fields.items()})
    assert answer.status_code == 303, answer.text
    for _ in range(SECONDS * 20):
        page = person.get(TRIAL)
        if "Look again" not in page.text:
            return page
        threading.Event().wait(0.05)
    raise AssertionError("the trial does not end")


def mark_of(page: str) -> str:
    """By which the buttons of the page name the trial that it shows."""
    found = re.search(r'name="mark" value="([^"]+)"', page)
    assert found, page
    return found[1]


def trial_of(work: SimpleNamespace, by: str = "lea") -> Trying:
    """A trial whose process is only said to be there."""
    return Trying(Proposal(None, (), 0), {}, 7, by, NOON, work)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Tried:
    """Lea tries figures on 7 days and looks at them; Max tries others, and Lea's page is still open; she tries again,
    and Max gives his up.
    """

    early: httpx2.Response
    page: str
    again: str
    kept: str
    late: list[httpx2.Response]
    piece: str
    ended: str
    after: httpx2.Response
    saved: int


@pytest.fixture(scope="module")
def trials(site: Site) -> Tried:
    lea, other = site.person(Role.LEAD, "lea"), site.person(Role.LEAD, "max")
    early = lea.post(f"{POLICY}/save", mark="")
    page = tried(lea, placed__max_age_days="10", days="7").text
    mark = mark_of(page)
    of_max = mark_of(tried(other, placed__max_age_days="2", days="14").text)
    again, kept = lea.get(f"{POLICY}?again={mark}").text, lea.get(TRIAL).text
    tried(lea, placed__max_age_days="11", days="7")
    late = [lea.post(f"{POLICY}/save", mark=mark), lea.post(f"{TRIAL}/end", mark=mark)]
    piece = lea.get(f"{TRIAL}/progress?mark={mark}").text
    ended = other.then(f"{TRIAL}/end", mark=of_max).text
    return Tried(early, page, again, kept, late, piece, ended, lea.get(TRIAL), len(site.shop.rows(PolicyChange)))


@dataclass(frozen=True)
class Saved:
    """Lea saves what she has tried, with a note full of markup, and takes it back."""

    page: str
    changes: Sequence[PolicyChange]
    figures: Sequence[tuple[str, str | None]]


@pytest.fixture(scope="module")
def saved(site: Site, trials: Tried) -> Saved:
    assert trials.saved == 0
    lea = site.person(Role.LEAD, "lea")
    mark = mark_of(tried(lea, placed__max_age_days="10", days="7").text)
    page, changes = lea.then(f"{POLICY}/save", note=NOTE, mark=mark).text, site.shop.rows(PolicyChange)
    lea.post(f"{POLICY}/1/back?newest=1")
    return Saved(page, changes, [(one.was, one.value) for one in site.shop.rows(PolicyFigure)])


@contextmanager
def held(site: Site, by: str) -> Iterator[Site]:
    """The policy's pages, where somebody's trial goes on until it is ended."""
    trials, to = Trials(site.routes.desk.threads), Routes(site.routes.desk)
    stand: Stand[str] = Stand(1, 7, over=False, found=None, fault="")
    going_on = SimpleNamespace(over=False, stand=stand, cancel=lambda: None)
    trials.now = trials.keep(trial_of(going_on, by))
    policy.routes(to, trials)
    with served(web_app(Front(site.shop.settings.web.public_url), [to.router])) as address:
        yield replace(site, address=address)


def test_who_tries_figures_while_another_does_is_told_to_wait(site: Site) -> None:
    with held(site, "lea") as there:
        answer = replace(site.person(Role.LEAD, "max"), site=there).post(
            f"{POLICY}/try", **{"placed.max_age_days": "4"}
        )
    assert (answer.status_code, "lea is trying figures now" in answer.text) == (422, True)
    assert 'name="placed.max_age_days" type="number" value="4"' in answer.text


def test_a_viewer_sees_the_figures_and_cannot_change_any(site: Site) -> None:
    page = site.person(Role.VIEWER).get(POLICY).text
    assert ('name="placed.max_age_days" type="number" value="3"' in page, "Try these figures" in page) == (True, False)


def test_all_faults_stand_at_their_fields_and_what_was_typed_stays(site: Site) -> None:
    form = {"placed.max_age_days": "many", "policy.email_from": "21:00", "policy.caps.0.count": "2", "days": "90"}
    answer = site.person().post(f"{POLICY}/try", **form, **{"policy.caps.0.period": "three weeks"})
    page = answer.text
    assert answer.status_code == 422
    for words in ("&#39;many&#39;", "three weeks", 'value="many"', '<option value="90" selected>'):
        assert words in page, words


def test_what_changes_nothing_is_not_tried(site: Site) -> None:
    assert "Nothing is changed." in site.person().then(f"{POLICY}/try", **{"placed.max_age_days": "3"}).text


def test_a_trial_shows_what_would_have_been(trials: Tried) -> None:
    assert all(words in trials.page for words in ("messages instead of", "Backorder by email", "<svg"))


def test_nothing_is_saved_that_was_not_tried(trials: Tried) -> None:
    assert (trials.early.status_code, trials.saved) == (422, 0)


def test_what_is_tried_can_be_changed_again_whoever_tries_something_else(trials: Tried) -> None:
    assert 'name="placed.max_age_days" type="number" value="10"' in trials.again


def test_the_days_of_a_trial_that_is_changed_again_stay_chosen(trials: Tried) -> None:
    assert '<option value="7" selected>' in trials.again


def test_what_one_has_tried_is_kept_when_somebody_else_tries_figures(trials: Tried) -> None:
    assert ("<strong>10</strong>" in trials.kept, "Save: let these figures count" in trials.kept) == (True, True)


def test_a_page_neither_saves_nor_ends_what_was_tried_since(trials: Tried) -> None:
    assert ([one.status_code for one in trials.late], trials.saved) == ([422, 422], 0)
    assert ("are not being tried any more" in trials.late[0].text, "Save" in trials.piece) == (True, False)


def test_a_trial_can_be_given_up_and_changes_nothing(trials: Tried) -> None:
    assert ("nothing was changed" in trials.ended, trials.after.status_code, trials.saved) == (True, 200, 0)


def test_what_was_tried_is_saved_with_who_and_why(saved: Saved) -> None:
    (change,) = saved.changes
    assert ("Saved." in saved.page, change.by, change.note) == (True, "lea", NOTE)


def test_a_note_full_of_markup_is_shown_as_it_is(saved: Saved) -> None:
    assert ("<script>alert" in saved.page, "&lt;script&gt;alert(1)" in saved.page) == (False, True)


def test_undo_takes_back_no_change_that_was_saved_since(site: Site, saved: Saved) -> None:
    assert len(saved.figures) == 2
    answer = site.person(Role.LEAD, "max").post(f"{POLICY}/1/back?newest=1")
    assert ("lea has saved other figures" in answer.text, len(site.shop.rows(PolicyChange))) == (True, 2)


def test_a_saved_change_can_be_taken_back_from_the_list(saved: Saved) -> None:
    assert saved.figures == [("3", "10"), ("10", None)]


@pytest.mark.parametrize(("over", "words"), [(True, "the trial found nothing"), (False, "the trial is not over")])
def test_a_trial_that_found_nothing_cannot_be_saved(over: bool, words: str) -> None:
    trying = trial_of(SimpleNamespace(over=over, found=None))
    trials = Trials(Threads(1))
    trials.keep(trying)
    with pytest.raises(UsageError, match=words):
        trials.found(trying.mark)


def test_a_figure_that_a_variable_sets_is_shown_as_fixed(tmp_path: Path, sqlite_url: str) -> None:
    shop = open_shop(tmp_path, sqlite_url, SETTINGS, NOTIFIER_PLACED__MAX_AGE_DAYS="9")
    with console(shop) as site:
        page = site.person().get(POLICY).text
        said = site.person().then(f"{POLICY}/try", **{"placed.max_age_days": "10"}).text
    assert ("Set by the variable NOTIFIER_PLACED__MAX_AGE_DAYS" in page, "Nothing is changed." in said) == (True, True)


def test_while_a_trial_goes_on_the_button_that_ends_it_stays_as_it_is(site: Site) -> None:
    with held(site, "lea") as there:
        lea = replace(site.person(Role.LEAD, "lea"), site=there)
        page, piece = lea.get(TRIAL).text, lea.get(f"{TRIAL}/progress").text
    assert ("End the trial" in page, "Look again" in piece, "End the trial" in piece) == (True, True, False)


def test_a_trial_shows_how_far_it_is_by_itself_and_then_what_it_found(site: Site, chromium: Any) -> None:
    lead = site.person()
    lead.post(f"{POLICY}/try", **{"placed.max_age_days": "5", "days": "14"})
    with tab(chromium, site, lead, PHONE) as page:
        page.goto(site.address + TRIAL)
        page.wait_for_selector("text=What would have been", timeout=SECONDS * 1000)
        page.locator("button:has-text('Save')").wait_for()
        assert (axe(page), page.heard.complaints) == ([], [])
