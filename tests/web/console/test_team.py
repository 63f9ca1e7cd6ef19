"""Accounts at the console, and the audit log as a lead reads it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from notifier.pipeline import accounts, audited
from notifier.store.tables import AuditEntry
from notifier.terms.operator import Role
from notifier.web.console.audit_words import NOTE_WORDS
from tests.web.console.desk import Site, console, opened


@pytest.fixture
def site(tmp_path: Path, sqlite_url: str) -> Iterator[Site]:
    with console(opened(tmp_path, sqlite_url)) as found:
        yield found


def test_who_is_shut_out_is_out_at_once(site: Site) -> None:
    agent, lead = site.person(Role.AGENT), site.person()
    lead.post("/console/team/disable", name="agent")
    assert agent.get("/console").status_code == 303


def test_the_team_page_says_who_made_an_account_and_who_shut_it_out(site: Site) -> None:
    lead = site.person()
    lead.post("/console/team/add", name="ben", role="agent", password="correct horse battery")
    lead.post("/console/team/disable", name="ben")
    page = lead.get("/console/team").text
    assert re.search(r'ben<span class="why">since <time[^<]+</time>, by lead<', page)
    assert re.search(r'no longer</span>\s*<span class="why"><time[^<]+</time>, by lead<', page)


def test_another_role_asks_for_another_sign_in(site: Site) -> None:
    agent = site.person(Role.AGENT)
    site.person().post("/console/team/role", name="agent", role="lead")
    assert agent.get("/console/team").status_code == 303


def test_the_role_that_somebody_has_already_signs_nobody_out(site: Site) -> None:
    lead = site.person()
    said = lead.then("/console/team/role", name="lead", role="lead").text
    assert ("lead is lead already." in said, lead.get("/console/team").status_code) == (True, 200)


def test_what_is_written_down_is_told_in_words(site: Site) -> None:
    lead = site.person()
    lead.post("/console/team/add", name="ben", role="agent", password="correct horse battery")
    assert "added an account" in lead.get("/console/audit").text


def test_whatever_a_route_writes_down_has_words(site: Site) -> None:
    assert {one.note for one in site.routes.declared if one.note} - NOTE_WORDS.keys() == set()


def test_the_only_lead_stays_one(site: Site) -> None:
    answer = site.person().post("/console/team/role", name="lead", role="viewer")
    assert answer.status_code == 422 and "is the only lead" in answer.text


def names(site: Site) -> list[str]:
    with site.shop.house() as house:
        return [one.name for one in accounts.everybody(house)]


def test_two_who_type_at_once_have_one_entry_each_in_the_audit_log(site: Site) -> None:
    both = [site.person(Role.EDITOR, name).operator for name in ("ada", "ben")]
    with site.shop.house() as house:
        for one in both * 3:
            audited.begin(house, one, ("draft.save", "/console/templates/delay/email", ""), site.now)
        assert audited.broken_at(house) is None
    assert [row.operator for row in site.shop.rows(AuditEntry)] == ["ada", "ben"]


def test_who_goes_on_typing_has_one_entry_in_the_audit_log(site: Site) -> None:
    lead = site.person().operator
    with site.shop.house() as house:
        for _ in range(3):
            audited.begin(house, lead, ("draft.save", "/console/templates/delay/email", ""), site.now)
        site.later(timedelta(minutes=11))
        audited.begin(house, lead, ("draft.save", "/console/templates/delay/email", ""), site.now)
        assert audited.broken_at(house) is None
    assert len(site.shop.rows(AuditEntry)) == 2
