"""What an agent does about one customer at the console: a call logged, a hold, its release."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from notifier.store.tables import Contact, Hold
from notifier.terms.operator import Role
from tests.kept_shops import AsLeft
from tests.shop import NOON, Shop
from tests.web.console.desk import Site, console
from tests.web.console.rich import with_more
from tests.web.console.test_inbox import HOUR, heard

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery."""


@pytest.fixture
def site(as_left: AsLeft) -> Iterator[Site]:
    with console(as_left(heard), NOON + 2 * HOUR) as found:
        yield found


def post(site: Site, what: str, **fields: str) -> int:
    return site.person(Role.AGENT).post(f"/console/customers/1/{what}", **fields).status_code


def test_a_customer_is_held_until_somebody_lifts_it(site: Site) -> None:
    assert post(site, "hold", note="on holiday") == 303
    assert [(row.reason, row.until, row.by) for row in site.shop.rows(Hold)] == [("hold", None, "agent")]


def test_a_hold_ends_with_its_last_day(site: Site) -> None:
    post(site, "hold", until="2026-06-05")
    assert str(site.shop.rows(Hold)[0].until) == "2026-06-06 04:00:00+00:00"


def then(site: Site, what: str, **fields: str) -> str:
    return site.person(Role.AGENT).then(f"/console/customers/1/{what}", **fields).text


def test_a_hold_is_told_with_its_last_day(site: Site) -> None:
    assert "Held through 5 June 2026." in then(site, "hold", until="2026-06-05")


def test_why_somebody_is_held_is_told_to_who_may_lift_it(site: Site) -> None:
    post(site, "hold", note="on holiday until autumn")
    pages = [site.person(role).get("/console/customers/1").text for role in (Role.AGENT, Role.VIEWER)]
    assert ["on holiday until autumn" in page for page in pages] == [True, False]


def test_what_was_said_in_a_call_is_on_no_page(site: Site) -> None:
    assert "she waits" not in then(site, "call", note="she waits")


def test_a_call_says_for_how_many_days_messages_are_held_back(site: Site) -> None:
    assert "Messages without news are held back for 14 days." in then(site, "call")


def loud(folder: Path, url: str) -> Shop:
    """A call keeps nothing back."""
    return with_more(heard(folder, url), "[web]\n", "[policy]\nquiet_after_call_days = 0\n[web]\n")


def test_a_call_that_holds_nothing_back_does_not_say_so(as_left: AsLeft) -> None:
    with console(as_left(loud), NOON + 2 * HOUR) as site:
        page = then(site, "call")
    assert ("The call is logged." in page, "are held back for" in page) == (True, False)


def test_a_hold_is_lifted(site: Site) -> None:
    post(site, "hold")
    post(site, "release")
    assert [row.lifted_by for row in site.shop.rows(Hold)] == ["agent"]


def test_a_call_is_logged(site: Site) -> None:
    post(site, "call", note="she waits")
    assert site.shop.rows(Contact)[-1].channel == "call"


@pytest.mark.parametrize("until", ["tomorrow", "2026-05-01", "9999-12-31"])
def test_a_day_that_is_none_over_or_beyond_belief_is_refused(site: Site, until: str) -> None:
    assert (post(site, "hold", until=until), site.shop.rows(Hold)) == (422, [])


@pytest.mark.parametrize("customer", ["9999", "abc", "\u0661"])
def test_a_customer_who_is_not_there_is_told(site: Site, customer: str) -> None:
    answer = site.person(Role.AGENT).post(f"/console/customers/{customer}/hold")
    assert answer.status_code in (404, 422)
