"""Signing in: one answer to all that is wrong, and a session that nothing from before opens."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from notifier.store.tables import OperatorSession, SignInTry
from tests.kept_shops import AsLeft
from tests.web import plain_http
from tests.web.console.desk import PASSWORD, Site, console, enter, opened, with_an_account

pytestmark = pytest.mark.slow
"""A password takes its time and its memory."""


@pytest.fixture
def site(as_left: AsLeft) -> Iterator[Site]:
    with console(as_left(with_an_account)) as found:
        yield found


def test_the_right_password_opens_the_page_that_was_wanted(site: Site) -> None:
    answer = enter(site, wanted="/console/me")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/me")
    assert plain_http.get(f"{site.address}/console/me", cookies=dict(answer.cookies)).status_code == 200


def test_the_sessions_cookie_is_for_no_script_and_no_other_site(site: Site) -> None:
    said = enter(site).headers["set-cookie"].lower()
    assert "httponly" in said and "samesite=lax" in said and "path=/" in said


def test_the_secret_of_a_session_is_not_in_the_database(site: Site) -> None:
    token = enter(site).cookies["console"]
    assert token not in repr(site.shop.rows(OperatorSession))


def test_a_cookie_from_before_the_sign_in_opens_nothing_after_it(site: Site) -> None:
    planted = {"console": "planted-by-somebody-else"}
    form = {"name": "Lea", "password": PASSWORD}
    headers = {"sec-fetch-site": "same-origin"}
    answer = plain_http.post(f"{site.address}/console/sign-in", data=form, headers=headers, cookies=planted)
    assert answer.cookies["console"] != planted["console"]
    assert plain_http.get(f"{site.address}/console", cookies=planted).status_code == 303


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(site: Site) -> None:
    wrong, unknown = (
        enter(site, password="something else here"),
        enter(site, name="Lee", password="something else here"),
    )
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace("Lea", "X") == unknown.text.replace("Lee", "X")


def test_after_five_wrong_ones_the_right_one_waits_too(site: Site) -> None:
    for _ in range(5):
        enter(site, password="something else here")
    assert enter(site).status_code == 401
    site.later(timedelta(seconds=16))
    assert enter(site).status_code == 303


def test_each_further_wrong_one_doubles_the_wait(site: Site) -> None:
    for _ in range(6):
        enter(site, password="something else here")
        site.later(timedelta(seconds=16))
    assert enter(site).status_code == 401
    site.later(timedelta(seconds=30))
    assert enter(site).status_code == 303


def test_a_name_that_was_typed_is_not_kept(site: Site) -> None:
    enter(site, name=PASSWORD, password="Lea")
    assert PASSWORD not in repr(site.shop.rows(SignInTry))


def test_signing_out_ends_the_session_for_whoever_has_its_secret(site: Site) -> None:
    cookies = dict(enter(site).cookies)
    plain_http.post(f"{site.address}/console/sign-out", headers={"sec-fetch-site": "same-origin"}, cookies=cookies)
    assert plain_http.get(f"{site.address}/console", cookies=cookies).status_code == 303


def test_another_site_can_sign_nobody_in(site: Site) -> None:
    assert enter(site, headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(site: Site) -> None:
    this, other = dict(enter(site).cookies), dict(enter(site).cookies)
    form = {"old": PASSWORD, "password": "eight linen shades too", "again": "eight linen shades too"}
    plain_http.post(
        f"{site.address}/console/me/password", data=form, headers={"sec-fetch-site": "same-origin"}, cookies=this
    )
    found = [plain_http.get(f"{site.address}/console", cookies=one).status_code for one in (this, other)]
    assert found == [200, 303]


def test_where_nobody_has_an_account_the_page_says_how_to_make_one(tmp_path: Path, sqlite_url: str) -> None:
    with console(opened(tmp_path, sqlite_url)) as site:
        assert "notifier user add" in plain_http.get(f"{site.address}/console/sign-in").text
