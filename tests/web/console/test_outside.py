"""Signing in by the shop's own identity provider, as a browser does it: there, back, and what goes wrong between."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from structlog.testing import capture_logs

from notifier.errors import UsageError
from notifier.pipeline import accounts
from notifier.pipeline.signing_in_outside import readable
from notifier.store.tables import AuditEntry, OperatorAccount, OperatorSession
from notifier.terms.operator import Operator, Role
from tests.shop import NOON, open_shop
from tests.standins.identity_provider import SECRET, Provider, identity_provider
from tests.web import plain_http
from tests.web.console.desk import SETTINGS, Site, console

pytestmark = pytest.mark.slow
"""A password takes its time and its memory."""

PASSWORD = "seven brass lamps wait"


@dataclass
class Walk:
    """A browser on its way to the provider and back. `address` is where the provider sends it."""

    site: Site
    there: Provider
    cookies: dict[str, str] = field(default_factory=dict)
    address: str = ""

    def goes(self, wanted: str = "/console/me") -> "Walk":
        begun = self.get(f"/console/oidc?next={wanted}")
        assert begun.status_code == 303, begun.text[-800:]
        self.address = plain_http.get(begun.headers["location"]).headers["location"]
        return self

    def comes(self, **changes: str) -> httpx2.Response:
        """Back, with parts of the address changed."""
        url = httpx2.URL(self.address)
        return self.get(str(url.copy_merge_params(changes).raw_path.decode()))

    def get(self, path: str) -> httpx2.Response:
        answer = plain_http.get(self.site.address + path, cookies=self.cookies)
        self.cookies |= {name: value for name, value in answer.cookies.items() if value}
        return answer


@contextmanager
def known(folder: Path, database_url: str, more: str = "") -> Iterator[Walk]:
    """A console whose shop has an identity provider."""
    clock = [NOON]
    with identity_provider(lambda: clock[0]) as there:
        text = SETTINGS + there.settings.replace("[oidc]\n", f"[oidc]\n{more}")
        shop = open_shop(folder, database_url, text, NOTIFIER_OIDC__CLIENT_SECRET=SECRET)
        with console(shop) as site:
            site.clock = clock
            yield Walk(site, there)


@pytest.fixture
def walk(tmp_path: Path, database_url: str) -> Iterator[Walk]:
    with known(tmp_path, database_url) as found:
        yield found


@pytest.fixture
def light(tmp_path: Path, sqlite_url: str) -> Iterator[Walk]:
    """The same on SQLite alone, for what the database has no part in."""
    with known(tmp_path, sqlite_url) as found:
        yield found


def everybody(walk: Walk) -> list[tuple[str, str]]:
    with walk.site.shop.house() as house:
        return [(one.name, one.role.word) for one in accounts.everybody(house)]


def test_who_has_a_role_there_comes_in_with_it(walk: Walk) -> None:
    answer = walk.goes().comes()
    assert (answer.status_code, answer.headers["location"], everybody(walk)) == (303, "/console/me", [("Lea", "agent")])
    assert walk.get("/console/me").status_code == 200


def test_the_next_time_it_is_the_same_account(walk: Walk) -> None:
    walk.goes().comes()
    walk.there.person["name"] = "Lea Oak"
    assert (walk.goes().comes().status_code, everybody(walk)) == (303, [("Lea", "agent")])


def test_another_role_there_is_another_role_here_and_ends_what_was_open(walk: Walk) -> None:
    walk.goes().comes()
    before = dict(walk.cookies)
    walk.there.person["groups"] = ["chiefs"]
    walk.goes().comes()
    old = plain_http.get(f"{walk.site.address}/console", cookies=before)
    assert (everybody(walk), old.status_code, walk.get("/console/team").status_code) == ([("Lea", "lead")], 303, 200)


def test_who_has_lost_their_role_is_out_everywhere(walk: Walk) -> None:
    walk.goes().comes()
    walk.there.person["groups"] = []
    answer = walk.goes().comes()
    assert (answer.status_code, walk.get("/console").status_code) == (403, 303)
    assert "no role at this console" in answer.text


def test_who_has_no_role_makes_no_account(walk: Walk) -> None:
    walk.there.person["groups"] = ["others"]
    assert (walk.goes().comes().status_code, walk.site.shop.rows(OperatorAccount)) == (403, [])


@pytest.mark.parametrize("name", ["Lea", " LEA ", "\uff2cea"])
def test_an_account_with_a_password_is_never_taken_over_by_its_name(walk: Walk, name: str) -> None:
    with walk.site.shop.house() as house:
        accounts.add(house, Operator(0, "Lea", "lea@oak.example", Role.LEAD), PASSWORD, "test", NOON)
    walk.there.person["name"] = name
    answer = walk.goes().comes()
    assert (answer.status_code, walk.site.shop.rows(OperatorSession), everybody(walk)) == (403, [], [("Lea", "lead")])
    assert "notifier user link" in answer.text


def test_an_account_that_was_linked_comes_in_and_has_no_password_any_more(walk: Walk) -> None:
    with walk.site.shop.house() as house:
        for name in ("Lea", "Ben"):
            accounts.add(house, Operator(0, name, "", Role.LEAD), PASSWORD, "test", NOON)
        accounts.link(house, "Lea", f"{walk.there.url}|u1", NOON)
    assert (walk.goes().comes().status_code, everybody(walk)) == (303, [("Ben", "lead"), ("Lea", "agent")])
    assert [row.password for row in walk.site.shop.rows(OperatorAccount) if row.name == "Lea"] == [""]


def test_the_last_lead_with_a_password_cannot_be_linked(light: Walk) -> None:
    with light.site.shop.house() as house:
        accounts.add(house, Operator(0, "Lea", "", Role.LEAD), PASSWORD, "test", NOON)
        with pytest.raises(UsageError, match="only lead with a password"):
            accounts.link(house, "Lea", f"{light.there.url}|u1", NOON)


def test_a_lead_by_the_provider_does_not_count_as_the_one_that_must_stay(light: Walk) -> None:
    light.there.person["groups"] = ["chiefs"]
    light.goes().comes()
    with light.site.shop.house() as house:
        accounts.add(house, Operator(0, "Ben", "", Role.LEAD), PASSWORD, "test", NOON)
        with pytest.raises(UsageError, match="only lead with a password"):
            accounts.set_role(house, "Ben", Role.AGENT, NOON)


def test_a_role_from_the_provider_is_not_changed_here(light: Walk) -> None:
    light.goes().comes()
    with light.site.shop.house() as house, pytest.raises(UsageError, match="change it there"):
        accounts.set_role(house, "Lea", Role.LEAD, NOON)


def test_the_team_page_offers_no_other_role_for_who_has_it_from_the_provider(light: Walk) -> None:
    light.there.person["groups"] = ["chiefs"]
    light.goes().comes()
    page = light.get("/console/team").text
    assert "by your identity provider" in page and 'id="role-1"' not in page


def test_who_was_shut_out_here_stays_out(walk: Walk) -> None:
    walk.goes().comes()
    with walk.site.shop.house() as house:
        accounts.disable(house, "Lea", "test", NOON)
    answer = walk.goes().comes()
    assert (answer.status_code, "shut out" in answer.text, walk.get("/console").status_code) == (403, True, 303)


def test_each_step_is_in_the_audit_log(walk: Walk) -> None:
    walk.goes().comes()
    walk.there.person["groups"] = ["chiefs"]
    walk.goes().comes()
    found = [(row.operator, row.note, row.detail) for row in walk.site.shop.rows(AuditEntry)]
    assert found == [
        ("identity provider", "account.add", "name=Lea, role=agent"),
        ("Lea", "session.begin", "by the identity provider"),
        ("identity provider", "account.role", "name=Lea, role=lead"),
        ("Lea", "session.begin", "by the identity provider"),
    ]


def test_an_answer_with_another_state_is_refused(light: Walk) -> None:
    assert (light.goes().comes(state="x").status_code, light.there.asked["token"]) == (502, 0)


def test_an_answer_in_a_browser_that_did_not_begin_is_refused(light: Walk) -> None:
    light.goes()
    light.cookies.clear()
    assert (light.comes().status_code, light.there.asked["token"]) == (502, 0)


def test_an_answer_counts_once_even_with_the_cookie_kept(light: Walk) -> None:
    light.goes()
    kept = dict(light.cookies)
    light.comes()
    light.cookies = kept
    assert (light.comes().status_code, light.there.asked["token"]) == (502, 1)


def test_an_answer_after_ten_minutes_is_refused(light: Walk) -> None:
    light.goes()
    light.site.later(timedelta(minutes=10))
    assert light.comes().status_code == 502


def test_a_cookie_that_was_changed_is_refused(light: Walk) -> None:
    light.goes()
    light.cookies["oidc"] = light.cookies["oidc"].replace(".", "A.", 1)
    assert light.comes().status_code == 502


def test_the_cookie_tells_neither_state_nor_verifier(light: Walk) -> None:
    light.goes()
    (begun,) = light.there.codes.values()
    assert begun["state"] not in light.cookies["oidc"] and begun["nonce"] not in light.cookies["oidc"]


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/%5cevil.example", "/console/%2e%2e/m"])
def test_the_way_back_leads_to_a_page_of_the_console(light: Walk, wanted: str) -> None:
    assert light.goes(wanted).comes().headers["location"] == "/console"


def test_no_code_is_no_sign_in(light: Walk) -> None:
    light.goes()
    answer = light.get("/console/oidc/back?error=access_denied&error_description=%3Cb%3E&state=" + _state(light))
    assert (answer.status_code, "<b>" in answer.text, "access_denied" in answer.text) == (502, False, False)


def test_a_provider_that_is_down_leaves_the_page_with_passwords(light: Walk) -> None:
    light.there.answers["document"] = (500, b"")
    answer = light.get("/console/oidc")
    assert (answer.status_code, 'name="password"' in answer.text) == (502, True)


def test_what_failed_is_logged_without_code_token_or_name(light: Walk) -> None:
    light.there.changed = {"nonce": "another"}
    with capture_logs() as logs:
        light.goes().comes()
    (line,) = [one for one in logs if one["event"] == "a sign-in failed"]
    assert (line["way"], line["since_start"]) == ("identity provider", 1)
    assert not any(word in repr(logs) for word in ("Lea", "code0", SECRET, _state(light)))


def test_the_session_that_the_browser_had_is_over(walk: Walk) -> None:
    walk.goes().comes()
    before = dict(walk.cookies)
    walk.goes().comes()
    assert plain_http.get(f"{walk.site.address}/console", cookies=before).status_code == 303


def test_many_ways_there_from_one_place_are_bounded(light: Walk) -> None:
    assert [light.get("/console/oidc").status_code for _ in range(22)][-1] == 429


def test_the_page_offers_the_provider_by_its_label(light: Walk) -> None:
    page = light.get("/console/sign-in?next=/console/inbox").text
    assert "Sign in with Oak ID" in page and 'href="/console/oidc?next=%2Fconsole%2Finbox"' in page


def test_without_a_provider_there_is_no_such_way(tmp_path: Path, sqlite_url: str) -> None:
    with console(open_shop(tmp_path, sqlite_url, SETTINGS)) as site:
        found = [plain_http.get(f"{site.address}/console/{path}").status_code for path in ("oidc", "oidc/back")]
        assert found == [404, 404]
        assert "Sign in with" not in plain_http.get(f"{site.address}/console/sign-in").text


def test_where_the_provider_alone_counts_a_password_opens_leads_alone(tmp_path: Path, sqlite_url: str) -> None:
    with known(tmp_path, sqlite_url) as walk, walk.site.shop.house() as house:
        for name, role in (("Ann", Role.AGENT), ("Ben", Role.LEAD)):
            accounts.add(house, Operator(0, name, "", role), PASSWORD, "test", NOON)
    (folder := tmp_path / "only").mkdir()
    with known(folder, sqlite_url, "only = true\n") as walk:
        found = [_by_password(walk.site, name).status_code for name in ("Ann", "Ben")]
        with walk.site.shop.house() as house, pytest.raises(UsageError, match="only leads have passwords"):
            accounts.add(house, Operator(0, "Cem", "", Role.EDITOR), PASSWORD, "test", NOON)
    assert found == [401, 303]


@pytest.mark.parametrize(
    ("claim", "name"),
    [
        ("Lea O'Brien", "Lea O Brien"),
        ("  Lea,\n(Support) ", "Lea Support"),
        ("<b>lea</b>", "b lea b"),
        ("@lea", "lea"),
        ("x" * 300, "x" * 60),
        ("Жанна", "Жанна"),
        ("\u202eael", "ael"),
        ("!!!", ""),
    ],
)
def test_a_claim_becomes_a_name_that_an_account_can_have(claim: str, name: str) -> None:
    assert readable(claim) == name


def _state(walk: Walk) -> str:
    return httpx2.URL(walk.address).params["state"]


def _by_password(site: Site, name: str) -> httpx2.Response:
    form = {"name": name, "password": PASSWORD}
    return plain_http.post(f"{site.address}/console/sign-in", data=form, headers={"sec-fetch-site": "same-origin"})
