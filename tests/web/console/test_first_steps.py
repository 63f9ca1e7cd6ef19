"""A newcomer is led through the first steps, and sees what of them is done."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from notifier.pipeline.receive import receive
from notifier.terms.incoming import Incoming, Road
from notifier.terms.operator import Role
from notifier.web.console.first_steps import STEPS
from tests.web.console.desk import Site, console, opened


@pytest.fixture
def site(tmp_path: Path, sqlite_url: str) -> Iterator[Site]:
    with console(opened(tmp_path, sqlite_url)) as found:
        yield found


def test_a_lead_is_shown_every_step(site: Site) -> None:
    page = site.person().get("/console").text
    assert [step.words for step in STEPS if step.words not in page] == []


def test_a_viewer_is_shown_only_what_is_theirs_to_do(site: Site) -> None:
    page = site.person(Role.VIEWER).get("/console").text
    assert [step.words for step in STEPS if step.words in page] == ["Choose your own password"]


def test_a_step_is_done_once_its_deed_has_succeeded(site: Site) -> None:
    with site.shop.house() as house:
        receive(house, Incoming(Road.EMAIL, "k", site.now, "Where is it?", sender="zoe@shop.example.com"), site.now)
    lead = site.person()
    assert lead.post("/console/inbox/1/done", note="phoned").status_code == 303
    assert lead.get("/console").text.count('class="done"') == 1


def test_a_step_whose_deed_was_refused_is_not_done(site: Site) -> None:
    lead = site.person()
    assert lead.post("/console/runs/1/say", word="reject").status_code == 422
    assert lead.get("/console").text.count('class="done"') == 0


def test_hidden_steps_stay_hidden_for_whoever_hid_them(site: Site) -> None:
    lead, other = site.person(), site.person(name="other")
    lead.post("/console/first-steps/hide")
    assert ("First steps" in lead.get("/console").text, "First steps" in other.get("/console").text) == (False, True)


def test_every_step_is_a_deed_that_some_route_writes_down(site: Site) -> None:
    known = {route.note for route in site.routes.declared}
    assert {name for step in STEPS for name in step.notes} <= known


def test_every_step_leads_to_a_page(site: Site) -> None:
    pages = {route.path for route in site.routes.declared if route.method == "GET"}
    assert {step.path.partition("?")[0] for step in STEPS} <= pages
