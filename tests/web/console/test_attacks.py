"""What somebody who means harm may try at the console's frame, and what it costs us."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from notifier.pipeline import audited
from notifier.store.tables import AuditEntry, OperatorSession, Pause
from notifier.terms.operator import Role
from notifier.web.app import web_app
from notifier.web.console.asked import Asked
from notifier.web.console.desk import HASHING, WAITING, Places
from notifier.web.console.routes import Routes, safe_next
from notifier.web.gate import Front
from tests.kept_shops import AsLeft
from tests.standins.served import served
from tests.web import plain_http
from tests.web.console.desk import PASSWORD, Site, console, enter, opened, with_an_account

pytestmark = pytest.mark.slow

OURS = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def site(as_left: AsLeft) -> Iterator[Site]:
    with console(as_left(with_an_account)) as found:
        yield found


@pytest.fixture
def light(as_left_sqlite: AsLeft) -> Iterator[Site]:
    with console(as_left_sqlite(with_an_account)) as found:
        yield found


def test_every_sign_in_is_in_the_audit_log(site: Site) -> None:
    enter(site)
    (row,) = site.shop.rows(AuditEntry)
    assert (row.operator, row.role, row.note, row.detail) == ("Lea", "lead", "session.begin", "by password")


def test_a_failed_sign_in_is_a_count_in_the_log_and_no_name(light: Site) -> None:
    with capture_logs() as logs:
        for _ in range(2):
            enter(light, "not this one at all")
    found = [one for one in logs if one["event"] == "a sign-in failed"]
    assert [one["since_start"] for one in found] == [1, 2] and "Lea" not in repr(found)


def test_signing_in_again_ends_the_session_that_the_browser_had(light: Site) -> None:
    before = dict(enter(light).cookies)
    enter(light, cookies=before)
    assert plain_http.get(f"{light.address}/console", cookies=before).status_code == 303


@pytest.mark.parametrize("path", ["/console/me?x=%00", "/console/audit?operator=%00"])
def test_a_null_byte_in_an_address_is_no_fault_of_the_database(site: Site, path: str) -> None:
    assert site.person().get(path).status_code == 400


@pytest.mark.parametrize("field", ["name", "password"])
def test_a_null_byte_in_a_sign_in_is_no_fault_of_the_database(site: Site, field: str) -> None:
    assert enter(site, data={"name": "Lea", "password": PASSWORD} | {field: "a\x00b"}).status_code == 400


def test_a_null_byte_in_a_form_is_no_fault_of_the_database(site: Site) -> None:
    assert site.person().post("/console/team/add", name="a\x00", role="agent", password=PASSWORD).status_code == 400


def test_a_sign_in_with_a_thousand_fields_is_refused(light: Site) -> None:
    assert enter(light, data={f"f{number}": "" for number in range(1000)}).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/console/%2e%2e/m/1/x",
        "/console/%2E%2E/m/1/x",
        "/console/.%2e/m/1/x",
        "/console/inbox\n",
        "/console/inbox\r\nset-cookie: a=b",
        "/console/" + "a" * 2000,
        "/console\\@evil.example",
        "/console@evil.example",
        "/console/\u2044evil",
        "",
    ],
)
def test_no_way_out_of_the_console_is_followed_after_signing_in(path: str) -> None:
    assert safe_next(path) == "/console"


def test_the_old_password_cannot_be_guessed_from_an_open_session(light: Site) -> None:
    lead = light.person()
    form = {"old": "a guess of somebody", "password": "another pass phrase", "again": "another pass phrase"}
    answers = [lead.post("/console/me/password", **form) for _ in range(22)]
    assert "too many tries" in answers[-1].text


async def test_only_so_many_passwords_are_looked_at_and_waited_for() -> None:
    places, go, most, working = Places(), asyncio.Event(), 0, 0

    async def look() -> None:
        nonlocal most, working
        working += 1
        most = max(most, working)
        await go.wait()
        working -= 1

    waiting = [asyncio.create_task(places.run(look)) for _ in range(HASHING + WAITING)]
    await asyncio.sleep(0)
    full = places.full
    go.set()
    await asyncio.gather(*waiting)
    assert (full, most, places.full, places.taken) == (True, HASHING, False, 0)


def test_the_console_is_at_no_other_path_than_its_own(tmp_path: Path, sqlite_url: str) -> None:
    with console(opened(tmp_path, sqlite_url)) as site:
        behind = web_app(Front("https://oak.example/notify"), [site.routes.router])
        with served(behind) as address:
            paths = ("/console/sign-in", "/notify/console/sign-in", "/notify/%63onsole/sign-in")
            assert [plain_http.get(address + path).status_code for path in paths] == [200, 404, 404]


def test_a_proxy_that_is_not_listed_is_told_of_once(light: Site) -> None:
    with served(web_app(Front("https://oak.example"), [light.routes.router])) as address, capture_logs() as logs:
        for _ in range(2):
            plain_http.get(f"{address}/console/sign-in", headers={"x-forwarded-for": "192.0.2.1"})
    assert len([one for one in logs if "not listed in [web] proxies" in one["event"]]) == 1


def test_what_took_too_long_is_in_the_audit_log_as_unknown_and_not_as_failed(light: Site) -> None:
    from fastapi import HTTPException

    async def slow(_: Asked) -> None:
        raise HTTPException(503)

    assert _outcome(light, slow).startswith("unknown")


def test_a_deed_that_could_not_begin_is_not_done_and_the_audit_log_says_so(tmp_path: Path, sqlite_url: str) -> None:
    shop = opened(tmp_path, sqlite_url)
    with console(shop, answer_within=4) as site, shop.house() as house:
        lead = site.person()
        with house.store.write():
            page = lead.post("/console/pauses/pause", reason="A flood")
    rows = [(one.note, one.outcome) for one in shop.rows(AuditEntry)]
    assert (page.status_code, "Nothing was changed" in page.text, shop.rows(Pause)) == (503, True, [])
    assert rows == [("pause", ""), ("pause", "it took too long to begin")]


def test_a_page_that_refuses_is_in_the_audit_log_as_refused(light: Site) -> None:
    async def refuses(asked: Asked) -> object:
        return asked.page("refused.html", 422, heading="No", why="No.", words=())

    assert _outcome(light, refuses) == "answered 422"


@pytest.mark.parametrize("path", ["/console", "/console/me", "/console/team", "/console/audit", "/console/sign-in"])
def test_no_page_is_kept_by_a_browser_or_framed_by_another_site(light: Site, path: str) -> None:
    headers = light.person().get(path).headers
    if path == "/console/sign-in":
        headers = plain_http.get(light.address + path).headers
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "same-origin")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_two_writers_at_once_leave_the_audit_log_whole(site: Site) -> None:
    from concurrent.futures import ThreadPoolExecutor

    lead = site.person().operator
    with site.shop.house() as house, ThreadPoolExecutor(6) as threads:
        act = lambda number: audited.begin(house, lead, ("test.note", f"/console/{number}", ""), site.now)  # noqa: E731
        list(threads.map(act, range(60)))
        assert (audited.broken_at(house), len(site.shop.rows(AuditEntry))) == (None, 60)


def test_a_path_of_any_length_is_cut_in_the_audit_log(light: Site) -> None:
    with light.shop.house() as house:
        audited.begin(house, light.person().operator, ("test.note", "/console/" + "a" * 9000, ""), light.now)
        assert (audited.broken_at(house), len(light.shop.rows(AuditEntry)[0].path)) == (None, 400)


def test_a_name_with_script_attributes_is_text(light: Site) -> None:
    name = 'x" hx-get="/console/team" hx-trigger="load'
    page = plain_http.get(f"{light.address}/console/sign-in?next=%22 hx-get=%22/x").text
    answer = enter(light, data={"name": name, "password": "nothing at all here"})
    assert ' hx-get="' not in page + answer.text


def test_a_session_is_for_its_own_cookie_alone(light: Site) -> None:
    token = enter(light).cookies["console"]
    (row,) = light.shop.rows(OperatorSession)
    for cookies in ({"console": row.token_hash}, {"said": token}, {"console": token + "="}, {"console": token[:-1]}):
        assert plain_http.get(f"{light.address}/console", cookies=cookies).status_code == 303


def _outcome(site: Site, answer: object) -> str:
    """What the audit log has of a deed that answers so."""
    routes = Routes(site.routes.desk)
    routes.post("/console/deed", Role.LEAD, answer, "test.deed")  # type: ignore[arg-type]
    with served(web_app(Front(""), [routes.router])) as address:
        plain_http.post(f"{address}/console/deed", headers=OURS, cookies=site.person().cookies)
    return str(site.shop.rows(AuditEntry)[-1].outcome)
