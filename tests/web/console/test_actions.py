"""What the shop is asked to do, at the console: seen by all, said to be done or refused by an agent."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from notifier.pipeline.receive import receive
from notifier.store.tables import Action, AuditEntry, Reply
from notifier.terms.incoming import Choice, Incoming, Road
from notifier.terms.operator import Role
from notifier.terms.reply import Intent
from tests.kept_shops import AsLeft
from tests.shop import NOON, Shop
from tests.web.console.desk import Site, console
from tests.web.console.test_inbox import HOUR, furnished

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery."""

ACTIONS = "/console/actions"


def cancelled(folder: Path, url: str) -> Shop:
    """Ann cancelled on her page."""
    shop = furnished(folder, url)
    with shop.house() as house:
        cancel = Choice(Intent.CANCEL_ORDER)
        receive(house, Incoming(Road.PAGE, "n1", NOON + HOUR, message_id=1, choice=cancel), NOON + HOUR)
    return shop


@pytest.fixture
def site(as_left: AsLeft) -> Iterator[Site]:
    with console(as_left(cancelled), NOON + 2 * HOUR) as found:
        yield found


def states(site: Site) -> list[tuple[str, str]]:
    return [(row.kind, row.state) for row in site.shop.rows(Action)]


def test_what_is_asked_for_is_listed_with_the_order_and_the_reply(site: Site) -> None:
    page = site.person(Role.VIEWER).get(ACTIONS).text
    order, reply = site.shop.rows(Action)[0].line_id, site.shop.rows(Reply)[0].id
    assert f'Cancel order <a href="/console/orders/{order}">O-ann</a>' in page and f"/console/inbox/{reply}" in page


def test_today_leads_to_the_actions_that_it_counts(site: Site) -> None:
    page = site.person(Role.VIEWER).get("/console").text
    assert re.search(f'href="{ACTIONS}" aria-label="See: 1 action that customers asked for', page)


@pytest.mark.parametrize("path", ["/console/customers/1", "/console/orders/1"])
def test_the_customers_and_the_orders_page_lead_to_what_is_asked_for_them(site: Site, path: str) -> None:
    viewer = site.person(Role.VIEWER)
    assert f"{ACTIONS}?customer=1" in viewer.get(path).text
    found = [viewer.get(f"{ACTIONS}?customer={one}").text for one in (1, 2)]
    assert ["O-ann" in page for page in found] == [True, False]


def test_an_agent_says_that_it_is_done_and_what_follows_is_asked_for(site: Site) -> None:
    page = site.person(Role.AGENT, "kim").then(f"{ACTIONS}/done", id=1).text
    assert states(site) == [("cancel", "done"), ("refund", "requested")]
    assert "is done: the customer is told" in page and "Refund order" in page


def test_who_said_that_which_action_is_done_is_in_the_audit_log(site: Site) -> None:
    site.person(Role.AGENT, "kim").post(f"{ACTIONS}/done", id=1)
    row = site.shop.rows(AuditEntry)[-1]
    assert (row.operator, row.note, row.detail) == ("kim", "action.done", "id=1")


def test_a_refused_one_waits_in_the_inbox_with_the_reason(site: Site) -> None:
    agent = site.person(Role.AGENT)
    page = agent.then(f"{ACTIONS}/refuse", id=1, reason="It is packed already").text
    assert (states(site), "waits in the inbox" in page) == ([("cancel", "refused")], True)
    assert "O-ann" in agent.get("/console/inbox").text


@pytest.mark.parametrize(
    ("what", "fields"), [("refuse", {"id": 1}), ("refuse", {"id": 1, "reason": " "}), ("done", {}), ("done", {"id": 9})]
)
def test_what_cannot_be_said_changes_nothing(site: Site, what: str, fields: dict[str, object]) -> None:
    answer = site.person(Role.AGENT).post(f"{ACTIONS}/{what}", **fields)
    assert (answer.status_code, states(site)) == (422, [("cancel", "requested")])


def test_a_viewer_looks_and_is_offered_nothing(site: Site) -> None:
    viewer = site.person(Role.VIEWER)
    assert f"{ACTIONS}/done" not in viewer.get(ACTIONS).text
    assert viewer.post(f"{ACTIONS}/done", id=1).status_code == 403
