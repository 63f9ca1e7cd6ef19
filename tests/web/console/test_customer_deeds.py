"""What an agent does about one customer at the console: a call logged, a hold, its release."""

from collections.abc import Iterator

import pytest

from notifier.store.tables import Contact, Hold
from notifier.terms.operator import Role
from tests.kept_shops import AsLeft
from tests.shop import NOON
from tests.web.console.desk import Site, console
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
