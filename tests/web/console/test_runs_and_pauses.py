"""Runs and pauses at the console: everybody looks, a lead decides."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from notifier.errors import Stopped
from notifier.store.lookup import table_of
from notifier.store.tables import Message
from notifier.store.tables import Pause as PauseRow
from notifier.store.tables.messages import PlanRun
from notifier.terms.operator import Role
from tests.kept_shops import AsLeft
from tests.shop import NOON, Shop, order
from tests.web.console.desk import Person, Site, console, opened
from tests.web.console.forms import forms

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery."""


def stopped(folder: Path, url: str) -> Shop:
    """A run to three customers was stopped."""
    shop = opened(folder, url, "[safety]\nmax_per_run = 2\n")
    dates = {"ordered_at": "2026-05-31T10:00:00Z", "promised_ship_by": "2026-06-20"}
    eta = {"eta_from": "2026-06-25", "eta_to": "2026-06-25"}
    shop.take_in("backorders", [order(name) | dates | eta for name in ("ann", "bob", "cat")])
    with pytest.raises(Stopped):
        shop.plan()
    return shop


@pytest.fixture
def site(as_left: AsLeft) -> Iterator[Site]:
    with console(as_left(stopped), NOON + timedelta(minutes=5)) as found:
        yield found


def path(site: Site) -> str:
    return f"/console/runs/{site.shop.rows(PlanRun)[0].id}"


def test_a_stopped_run_is_shown_with_what_customers_would_read(site: Site) -> None:
    page = site.person(Role.VIEWER).get(path(site)).text
    assert "now ships on June 25, 2026" in page and "they agree to wait" not in page and "A lead decides" in page


def test_a_lead_lets_a_run_go(site: Site) -> None:
    page = site.person().then(f"{path(site)}/say", word="approve")
    assert "is approved: 3 messages are queued" in page.text
    assert len(site.shop.rows(Message)) == 3


def test_a_lead_lets_only_go_what_the_law_requires(site: Site) -> None:
    site.person().post(f"{path(site)}/say", word="required_only")
    assert [(row.state, row.required_only) for row in site.shop.rows(PlanRun)] == [("approved", True)]


def test_a_rejected_run_can_be_approved_after_all(site: Site) -> None:
    lead = site.person()
    page = lead.then(f"{path(site)}/say", word="reject")
    assert 'value="approve"' in page.text and 'value="reject"' not in page.text


def test_of_a_rejected_run_only_what_the_law_requires_can_go_after_all(site: Site) -> None:
    site.shop.take_in("backorders", [order("dan", ordered_at="2026-05-31T10:00:00Z", promised_ship_by="")])
    with pytest.raises(Stopped):
        site.shop.plan()
    lead = site.person()
    page = lead.then(f"{path(site)}/say", word="reject")
    lead.post(f"{path(site)}/say", word="required_only")
    purposes = sorted(row.purpose for row in site.shop.rows(Message))
    assert ('value="required_only"' in page.text, purposes) == (True, ["delay"] * 3)


def test_an_agent_cannot_let_a_run_go(site: Site) -> None:
    answer = site.person(Role.AGENT).post(f"{path(site)}/say", word="approve")
    assert (answer.status_code, site.shop.rows(Message)) == (403, [])


def test_a_second_word_on_the_same_run_is_refused_with_whose_the_first_was(site: Site) -> None:
    lead = site.person()
    lead.post(f"{path(site)}/say", word="approve")
    answer = lead.post(f"{path(site)}/say", word="approve")
    assert answer.status_code == 422 and "waits for nobody: it is approved by lead" in answer.text


@pytest.mark.parametrize("word", ["", "explode"])
def test_a_word_that_is_none_does_nothing(site: Site, word: str) -> None:
    assert site.person().post(f"{path(site)}/say", word=word).status_code == 422


def test_the_list_names_the_run_that_waits(site: Site) -> None:
    page = site.person(Role.VIEWER).get("/console/runs").text
    assert "was stopped and waits for a person" in page


def quiet_plans(shop: Shop) -> None:
    """As many plans that find nothing to say as half a day has."""
    rows = [PlanRun(at=NOON + timedelta(minutes=5 * (1 + n)), state="done") for n in range(144)]
    with shop.store.write() as tx:
        tx.connection.execute(insert(table_of(PlanRun)), [row.model_dump(exclude={"id"}) for row in rows])


def test_a_rejected_run_that_holds_back_what_the_law_requires_is_found_half_a_day_later(site: Site) -> None:
    lead, one = site.person(), path(site)
    lead.post(f"{one}/say", word="reject")
    quiet_plans(site.shop)
    told = "holds back what the law requires for 3 customers, until somebody approves it"
    found = {where: lead.get(where).text for where in ("/console/runs", "/console", one)}
    assert {where: told in text for where, text in found.items()} == dict.fromkeys(found, True)
    assert (f'href="{one}"' in found["/console/runs"], "now ships on June 25, 2026" in found[one]) == (True, True)


def test_the_rest_of_a_run_that_waits_is_found_half_a_day_later(site: Site) -> None:
    site.shop.take_in("backorders", [order("dan", ordered_at="2026-05-31T10:00:00Z", promised_ship_by="")])
    with pytest.raises(Stopped):
        site.shop.plan()
    lead = site.person()
    lead.post(f"{path(site)}/say", word="required_only")
    quiet_plans(site.shop)
    told = "holds back news for 1 customer, until somebody approves it"
    assert [told in lead.get(where).text for where in ("/console/runs", "/console")] == [True, True]


def test_plans_that_found_nothing_to_say_do_not_fill_the_list(site: Site) -> None:
    quiet_plans(site.shop)
    page = site.person(Role.VIEWER).get("/console/runs").text
    assert (f'href="{path(site)}"' in page, page.count("<tr>")) == (True, 3)


def test_a_lead_pauses_with_a_reason(site: Site) -> None:
    page = site.person().then("/console/pauses/pause", purpose="progress", channel="sms", reason="wrong brand")
    assert [(row.purpose, row.channel, row.reason) for row in site.shop.rows(PauseRow)] == [
        ("progress", "sms", "wrong brand")
    ]
    assert "wrong brand" in page.text


def test_a_pause_without_a_reason_is_refused(site: Site) -> None:
    assert site.person().post("/console/pauses/pause", reason=" ").status_code == 422


def test_a_pause_ends(site: Site) -> None:
    lead = site.person()
    lead.post("/console/pauses/pause", purpose="progress", reason="wrong brand")
    page = lead.then("/console/pauses/resume", pauses=offered(lead)["Resume"])
    assert "Nothing is paused." in page.text


def offered(lead: Person) -> dict[str, str]:
    """The pauses that each button of the page ends."""
    page = lead.get("/console/pauses").text
    found = [(one.fields["pauses"], one.action) for one in forms(page, "/console/pauses") if "pauses" in one.fields]
    return {"Resume everything" if "," in ids else "Resume": ids for ids, _ in reversed(found)}


def both_paused(lead: Person) -> None:
    """Everything, twice: but for what the law requires, and that, too."""
    lead.post("/console/pauses/pause", reason="the stock is wrong")
    lead.post("/console/pauses/pause", reason="the law text is wrong", required="1")


def in_force(site: Site) -> list[bool]:
    return [row.required for row in site.shop.rows(PauseRow) if row.resumed_at is None]


def test_to_resume_one_pause_leaves_another_one_on_the_same_messages(site: Site) -> None:
    lead = site.person()
    both_paused(lead)
    lead.then("/console/pauses/resume", pauses=offered(lead)["Resume"])
    assert in_force(site) == [True]


def test_an_old_page_ends_no_pause_that_it_did_not_show(site: Site) -> None:
    lead = site.person()
    lead.post("/console/pauses/pause", reason="the stock is wrong")
    old = offered(lead)["Resume"]
    lead.post("/console/pauses/resume", pauses=old)
    both_paused(lead)
    assert (lead.post("/console/pauses/resume", pauses=old).status_code, in_force(site)) == (422, [False, True])


def test_resume_everything_ends_what_the_page_showed(site: Site) -> None:
    lead = site.person()
    both_paused(lead)
    every = offered(lead)["Resume everything"]
    lead.post("/console/pauses/pause", reason="wrong brand", purpose="progress")
    lead.post("/console/pauses/resume", pauses=every)
    assert [row.purpose for row in site.shop.rows(PauseRow) if row.resumed_at is None] == ["progress"]


def test_a_viewer_sees_what_is_paused_and_why(site: Site) -> None:
    site.person().post("/console/pauses/pause", reason="the stock is wrong")
    page = site.person(Role.VIEWER).get("/console/pauses").text
    assert "the stock is wrong" in page and "/console/pauses/resume" not in page
