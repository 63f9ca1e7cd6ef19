"""What surrounds every page of the console: who asks, whether they may, and what is written down of it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from notifier.pipeline import accounts, audited
from notifier.store.tables import AuditEntry, OperatorSession, Pause
from notifier.terms.operator import Role
from notifier.web.console.assets import Assets
from notifier.web.console.nav import AREAS
from notifier.web.console.routes import safe_next
from tests.shop import Shop
from tests.web import plain_http
from tests.web.console.desk import Site, console, opened


@pytest.fixture
def site(tmp_path: Path, sqlite_url: str) -> Iterator[Site]:
    with console(opened(tmp_path, sqlite_url)) as found:
        yield found


@pytest.mark.slow
def test_every_route_turns_away_who_has_too_small_a_role_and_who_is_nobody(site: Site) -> None:
    wrong = []
    for route in site.routes.declared:
        if route.role is None:
            continue
        path = re.sub(r"\{[^}]*\}", "1", route.path)
        stranger = plain_http.request(route.method, site.address + path, headers={"sec-fetch-site": "same-origin"})
        there = stranger.headers.get("location", "").startswith("/console/sign-in")
        if (stranger.status_code, there) != ((303, True) if route.method == "GET" else (401, False)):
            wrong.append((route, "stranger", stranger.status_code))
        for role in Role:
            person = site.person(role)
            answer = person.get(path) if route.method == "GET" else person.send(path)
            if (answer.status_code == 403) != (role < route.role):
                wrong.append((route, role.word, answer.status_code))
    assert wrong == []


def test_every_route_is_declared_with_its_role(site: Site) -> None:
    there = {(method, route.path) for route in site.routes.router.routes for method in route.methods}  # type: ignore[attr-defined]
    assert there == {(one.method, one.path) for one in site.routes.declared}


def test_every_route_that_changes_something_has_a_name_in_the_audit_log(site: Site) -> None:
    assert [one for one in site.routes.declared if one.method != "GET" and one.role is not None and not one.note] == []


def test_only_signing_in_and_out_are_for_anybody(site: Site) -> None:
    assert {one.path for one in site.routes.declared if one.role is None} == {"/console/sign-in", "/console/sign-out"}


def names(site: Site) -> list[str]:
    with site.shop.house() as house:
        return [one.name for one in accounts.everybody(house)]


@pytest.mark.parametrize(
    "header", [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "null"}, {}]
)
def test_a_form_of_another_site_does_nothing(site: Site, header: dict[str, str]) -> None:
    lead = site.person()
    form = {"name": "eve", "role": "lead", "password": "correct horse battery"}
    answer = plain_http.post(site.address + "/console/team/add", headers=header, cookies=lead.cookies, data=form)
    assert (answer.status_code, len(names(site))) == (403, 1)


def test_a_browser_without_fetch_metadata_is_believed_by_its_origin(site: Site) -> None:
    lead = site.person()
    header = {"origin": site.shop.settings.console_url}
    answer = plain_http.post(site.address + "/console/me/sessions", headers=header, cookies=lead.cookies)
    assert answer.status_code == 303


def test_what_is_done_is_in_the_audit_log_with_who_and_what(site: Site) -> None:
    site.person().post("/console/team/add", name="ben", role="agent", password="correct horse battery")
    row = site.shop.rows(AuditEntry)[-1]
    assert (row.operator, row.role, row.note, row.detail) == ("lead", "lead", "account.add", "name=ben, role=agent")


def test_what_was_refused_is_in_the_audit_log_as_refused(site: Site) -> None:
    site.person().post("/console/team/add", name="ben", role="agent", password="short")
    begun, failed = site.shop.rows(AuditEntry)
    assert (failed.of, failed.outcome) == (begun.id, "UsageError")


def test_a_refusal_says_why_on_the_page(site: Site) -> None:
    answer = site.person().post("/console/team/add", name="ben", role="agent", password="short")
    assert answer.status_code == 422
    assert "a password has between 12 and 200 characters" in answer.text


def test_a_refusal_to_a_script_is_put_where_the_page_shows_it(site: Site) -> None:
    answer = site.person().send("/console/me/email", data={"email": "nonsense"}, headers={"hx-request": "true"})
    assert (answer.status_code, answer.headers["hx-retarget"]) == (422, "#said")


def test_what_was_done_is_said_once(site: Site) -> None:
    lead = site.person()
    assert "Saved." in lead.then("/console/me/email", email="lea@oak.example").text
    assert "Saved." not in lead.get("/console/me").text


def test_nobody_else_can_make_the_console_say_something(site: Site) -> None:
    viewer, lead = site.person(Role.VIEWER), site.person()
    value = viewer.post("/console/me/email", email="v@oak.example").cookies["said"]
    page = plain_http.get(site.address + "/console/me", cookies=lead.cookies | {"said": value})
    assert "Saved." not in page.text


def test_a_page_loads_nothing_but_our_own_files(site: Site) -> None:
    answer = site.person().get("/console/team")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self';" in policy and "unsafe" not in policy
    assert not re.search(
        r"<script(?![^>]* src=\"/console/assets/)|<style|\sstyle=|\son\w+=|(src|href)=\"(https?:)?//", answer.text
    )


def test_a_name_full_of_markup_is_shown_as_it_is(site: Site, tmp_path: Path) -> None:
    shop = opened(tmp_path, site.shop.settings.database_url, "")
    path = shop.folder / "settings.toml"
    path.write_text(path.read_text("utf-8").replace('"Lumen & Oak"', '"<script>alert(1)</script>"', 1), "utf-8")
    from notifier.settings import load_settings

    settings = load_settings(path, {"NOTIFIER_DATABASE__URL": site.shop.settings.database_url})
    with console(Shop(shop.folder, settings)) as other:
        page = other.person(name="other").get("/console")
    assert "<script>alert" not in page.text and "&lt;script&gt;alert" in page.text


def test_the_address_to_go_to_after_signing_in_is_one_of_the_console(site: Site) -> None:
    assert safe_next("/console/inbox?state=open") == "/console/inbox?state=open"
    for bad in (
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/console//evil",
        "/console/../m",
        "/consolexyz",
    ):
        assert safe_next(bad) == "/console", bad


def test_an_audit_log_that_nobody_touched_is_whole(tmp_path: Path, database_url: str) -> None:
    with console(opened(tmp_path, database_url)) as site:
        for email in ("a@oak.example", "b@oak.example"):
            site.person().post("/console/me/email", email=email)
        with site.shop.house() as house:
            assert audited.broken_at(house) is None


@pytest.mark.parametrize("change", ["UPDATE audit_entry SET operator = 'eve'", "DELETE FROM audit_entry"])
def test_the_database_lets_nobody_change_the_audit_log(tmp_path: Path, database_url: str, change: str) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import DatabaseError

    with console(opened(tmp_path, database_url)) as site:
        site.person().post("/console/me/email", email="a@oak.example")
        with pytest.raises(DatabaseError, match="append-only"), site.shop.store.write() as tx:
            tx.connection.execute(text(change))


def test_an_entry_that_was_changed_behind_the_database_is_found(site: Site) -> None:
    from sqlalchemy import text

    for email in ("a@oak.example", "b@oak.example", "c@oak.example"):
        site.person().post("/console/me/email", email=email)
    with site.shop.store.write() as tx:
        tx.connection.execute(text("DROP TRIGGER audit_entry_UPDATE"))
        tx.connection.execute(text("UPDATE audit_entry SET operator = 'eve' WHERE id = 2"))
    with site.shop.house() as house:
        assert audited.broken_at(house) == 2


def test_every_picture_of_the_menu_is_there() -> None:
    icons = Assets().plain["icons.svg"].decode()
    assert [area.icon for area in AREAS if f'id="{area.icon}"' not in icons] == []


def test_our_own_script_stays_under_300_lines() -> None:
    ours = [text for name, text in Assets().plain.items() if name.endswith(".js") and not name.endswith(".min.js")]
    assert sum(text.count(b"\n") for text in ours) < 300


def test_an_asset_is_kept_for_ever_and_comes_packed(site: Site) -> None:
    answer = plain_http.get(f"{site.address}/console/assets/{Assets().version}/tabler.min.css")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip" and answer.text.startswith("@charset")


def test_an_asset_of_another_version_is_not_kept(site: Site) -> None:
    answer = plain_http.get(f"{site.address}/console/assets/000000000000/tabler.min.css")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")


@pytest.mark.parametrize(
    ("current", "back"),
    [
        ("https://oak.example/console/inbox?pile=open", "%2Fconsole%2Finbox%3Fpile%3Dopen"),
        ("https://evil.example/x", "%2Fconsole"),
        ("", "%2Fconsole"),
    ],
)
def test_after_signing_in_one_is_back_on_the_page_whose_piece_was_asked_for(
    site: Site, current: str, back: str
) -> None:
    headers = {"hx-request": "true", "hx-current-url": current}
    answer = plain_http.get(f"{site.address}/console/contacts/days", headers=headers)
    assert answer.headers["hx-redirect"] == f"/console/sign-in?next={back}"


def test_what_was_done_after_the_session_had_ended_can_be_done_once_one_is_signed_in_again(site: Site) -> None:
    lead = site.person()
    site.later(timedelta(hours=20))
    page = lead.post("/console/pauses/pause?x=1", reason='A <b>flood</b> in the "stock"')
    assert (page.status_code, site.shop.rows(Pause)) == (401, [])
    assert '<form method="post" action="/console/pauses/pause?x=1">\n' in page.text
    assert '<input type="hidden" name="reason" value="A &lt;b&gt;flood&lt;/b&gt; in the &#34;stock&#34;">' in page.text
    assert "A &lt;b&gt;flood&lt;/b&gt; in the &#34;stock&#34;</textarea>" in page.text


def test_a_password_that_was_typed_after_the_session_had_ended_is_on_no_page(site: Site) -> None:
    lead = site.person()
    site.later(timedelta(hours=20))
    page = lead.post("/console/me/password", old="very secret", password="so secret", again="so secret").text
    assert ("secret" in page, "/console/me/password" in page, "passwords and files are not kept" in page) == (
        False,
        False,
        True,
    )


def test_what_was_typed_is_on_the_page_that_refuses_it(site: Site) -> None:
    page = (
        site.person()
        .post(
            "/console/pauses/pause",
            channel="nothing like it",
            purpose="nothing like it",
            reason="The stock was <flooded>",
        )
        .text
    )
    assert "The stock was &lt;flooded&gt;</textarea>" in page


def test_a_session_ends_when_it_was_idle_for_too_long(site: Site) -> None:
    lead = site.person()
    site.later(timedelta(minutes=61))
    assert lead.get("/console").status_code == 303


def test_a_page_waits_for_no_writer_to_say_that_somebody_looked(site: Site) -> None:
    lead = site.person()
    site.later(timedelta(minutes=2))
    with site.shop.store.write():
        assert [lead.get("/console/backorders").status_code for _ in range(3)] == [200, 200, 200]


def test_a_session_that_is_used_while_another_writes_is_not_idle(site: Site) -> None:
    lead = site.person()
    with site.shop.store.write():
        for _ in range(3):
            site.later(timedelta(minutes=40))
            assert lead.get("/console/backorders").status_code == 200


def test_when_a_session_was_last_used_is_written_down(site: Site) -> None:
    site.later(timedelta(minutes=2))
    lead = site.person()
    lead.get("/console/backorders")
    last = site.later(timedelta(minutes=2))
    lead.get("/console/backorders")
    site.routes.desk.last_use.close()
    assert [row.seen_at for row in site.shop.rows(OperatorSession)] == [last]


def test_a_session_that_is_used_ends_after_its_hours_all_the_same(site: Site) -> None:
    lead = site.person()
    for _ in range(24):
        assert lead.get("/console").status_code == 200
        site.later(timedelta(minutes=30))
    assert lead.get("/console").status_code == 303
