"""The pages on which one sees what the bot does: what they show, to whom, and what they let be done."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, update

from notifier.pipeline.receive import receive
from notifier.store.lookup import table_of
from notifier.store.tables import AuditEntry, Customer, LegalStanding, Message, Order, SavedView
from notifier.terms.incoming import Incoming, Road
from notifier.terms.operator import Role
from notifier.terms.words import MessageState
from tests.shop import NOON, order
from tests.web.console.desk import Site, console, opened
from tests.web.console.forms import forms

pytestmark = pytest.mark.slow

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}'
HELD = "/console/messages?state=held"
FRESH = {"ordered_at": "2026-05-31T10:00:00Z", "promised_ship_by": "2026-07-10", "eta_to": "2026-07-01"}


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[Site]:
    """Ann and a customer full of markup were told of their backorders."""
    shop = opened(tmp_path, database_url)
    shop.take_in(
        "backorders",
        [
            order("ann", customer_name="Ann Müller", **FRESH),
            order("bad", customer_name=HOSTILE, product=HOSTILE, sku=HOSTILE[:40], order_id="#<i>9</i>", **FRESH),
        ],
    )
    shop.plan()
    shop.deliver()
    with console(shop, NOON + timedelta(hours=1)) as found:
        yield found


def pages(site: Site) -> list[str]:
    people = [f"/console/customers/{row.id}" for row in site.shop.rows(Customer)]
    orders = [f"/console/orders/{row.id}" for row in site.shop.rows(Order)]
    messages = [f"/console/messages/{row.id}" for row in site.shop.rows(Message)]
    lists = [f"/console/messages?state={one.value}" for one in MessageState]
    own = ["/console", "/console/backorders", "/console/contacts", "/console/search?q=ann", "/console/search"]
    return [*own, *lists, *people, *orders, *messages]


def held(site: Site, **values: object) -> int:
    """Ann's message was held for its template."""
    with site.shop.store.write() as tx:
        row = site.shop.rows(Message)[0]
        what = {"state": "held", "reason": "render_failed: placed/email.md line 3: no variable 'x'"}
        tx.connection.execute(update(table_of(Message)).where(table_of(Message).c.id == row.id).values(**what | values))
    return int(row.id)


def all_held(site: Site) -> None:
    """Ann's message and the other one were held for their template."""
    with site.shop.store.write() as tx:
        tx.connection.execute(update(table_of(Message)).values(state="held", reason="render_failed: x"))


def test_no_page_lets_markup_of_a_customer_or_a_product_through(site: Site) -> None:
    with site.shop.house() as house:
        mail = Incoming(Road.EMAIL, "k", NOON, HOSTILE, sender="x@shop.example.com", subject=HOSTILE)
        receive(house, Incoming(**{n: getattr(mail, n) for n in mail.__slots__} | {"customer_id": 2}), NOON)
    viewer = site.person(Role.VIEWER)
    for path in pages(site):
        answer = viewer.get(path)
        assert answer.status_code == 200, path
        assert "<script>alert" not in answer.text and "<img src=x" not in answer.text and "<i>9" not in answer.text, (
            path
        )
        assert not re.search(r"<style|\sstyle=|\son\w+=\"|(src|href)=\"(https?:)?//", answer.text), path


def test_today_tells_what_went_out_and_what_is_owed(site: Site) -> None:
    text = site.person(Role.VIEWER).get("/console").text
    assert "backorder, email" in text and "2 sent" not in text
    assert re.search(r'<strong class="number">2</strong> units in 2 lines of 2 products', text)


def test_today_tells_what_needs_somebody_and_leads_there(site: Site) -> None:
    held(site)
    text = site.person(Role.VIEWER).get("/console").text
    assert "is held" in text or "are held" in text
    assert "/console/messages?state=held" in text and "no variable &#39;x&#39;" in text


def test_the_gravest_needs_have_their_own_number_and_lead_to_just_those_lines(site: Site) -> None:
    late = {"rule": "F1", "deadline_at": NOON - timedelta(hours=13), "since": NOON - timedelta(days=2)}
    rows = [{"line_id": 1, "state": "renewal_due"} | late, {"line_id": 2, "state": "cancel_due", "alarm": "x"} | late]
    with site.shop.store.write() as tx:
        tx.connection.execute(delete(table_of(LegalStanding)))
        tx.connection.execute(insert(table_of(LegalStanding)), [LegalStanding(**row).model_dump() for row in rows])
    viewer = site.person(Role.VIEWER)
    today = viewer.get("/console").text
    assert ("1 order line should have been told" in today, "see to 1 order line" in today) == (True, True)
    found = [viewer.get(f"/console/backorders?needs={one}").text for one in ("overdue", "alarm")]
    assert [f"needs={one}" in today for one in ("overdue", "alarm")] == [True, True]
    assert [("O-ann" in one, "#&lt;i&gt;" in one) for one in found] == [(True, False), (False, True)]


def test_today_leads_to_the_first_day_on_which_a_line_is_still_to_be_told(site: Site) -> None:
    states = {1: "awaiting_objection", 2: "notice_due"}
    rows = [
        {"line_id": one, "state": two, "deadline_at": NOON + timedelta(days=2 * one)} for one, two in states.items()
    ]
    with site.shop.store.write() as tx:
        tx.connection.execute(delete(table_of(LegalStanding)))
        tx.connection.execute(
            insert(table_of(LegalStanding)), [LegalStanding(rule="F1", **row).model_dump() for row in rows]
        )
    today = site.person(Role.VIEWER).get("/console").text
    assert 'href="/console/backorders?due=2026-06-05" aria-label="See: order line is still to be told' in today


def test_only_where_a_line_of_the_list_can_stand_is_offered(site: Site) -> None:
    page = site.person(Role.VIEWER).get("/console/backorders?legal=refunded").text
    assert [f'<option value="{one}"' in page for one in ("refund_due", "refunded", "shipped")] == [True, False, False]


FAR = ("days=999999", "days=999999999", "due=9999-12-31", "due=0001-01-01", "due=9999-12-30")


@pytest.mark.parametrize("query", FAR)
def test_a_day_that_is_too_far_counts_as_not_given(site: Site, query: str) -> None:
    answer = site.person(Role.VIEWER).get(f"/console/backorders?{query}")
    assert (answer.status_code, "Ann Müller" in answer.text) == (200, True)


@pytest.mark.parametrize("query", ["to=9999-12-31", "from=0001-01-01&to=0001-01-02", "to=9999-12-30"])
def test_days_at_the_end_of_time_are_no_fault_of_ours(site: Site, query: str) -> None:
    answer = site.person(Role.VIEWER).get(f"/console/contacts?{query}")
    assert answer.status_code in (200, 422)


def test_search_finds_a_customer_by_name_and_leads_to_the_page(site: Site) -> None:
    text = site.person(Role.VIEWER).get("/console/search?q=mueller").text
    assert "Ann Müller" in text and '/console/customers/1"' in text


def test_an_email_is_shown_in_a_frame_that_can_load_and_run_nothing(site: Site) -> None:
    answer = site.person(Role.VIEWER).get("/console/messages/1/email")
    policy = answer.headers["content-security-policy"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"
    assert "Reading lamp" in answer.text


def test_a_long_story_is_paged_to_its_end(site: Site) -> None:
    site.shop.take_in("backorders", [order("ann", order_id=f"O-{number}") for number in range(70)])
    told, path = [], "/console/customers/1"
    while path:
        text = site.person(Role.VIEWER).get(path).text
        told += re.findall(r"order (O-\d+) was placed", text)
        older = re.search(r'href="([^"]+seen=\d+)"', text)
        path = unescape(older[1]) if older else ""
    assert sorted(told) == sorted(f"O-{number}" for number in range(70))


NOTHING = ("messages/99/email", "messages/99", "customers/x", "customers/99", "orders/99", "orders/9999999999")


@pytest.mark.parametrize("path", NOTHING)
def test_what_is_not_there_is_said_to_be_not_there(site: Site, path: str) -> None:
    assert site.person(Role.VIEWER).get(f"/console/{path}").status_code == 404


def test_a_held_message_leads_to_its_template_on_its_order(site: Site) -> None:
    held(site)
    text = site.person(Role.AGENT).get("/console/messages?state=held").text
    assert "/console/templates/placed/email?locale=en-US&amp;brand=main&amp;order=main%3AO-ann" in text


def test_an_agent_releases_a_held_message_and_the_audit_log_knows_which(site: Site) -> None:
    one = held(site)
    page = (
        site.person(Role.AGENT).then("/console/messages/do/release", id=one, back="/console/messages?state=held").text
    )
    row = site.shop.rows(AuditEntry)[-1]
    assert ("It is released" in page, site.shop.rows(Message)[0].state) == (True, "queued")
    assert (row.note, row.detail) == ("message.release", f"id={one}")


def test_of_two_messages_in_one_form_the_one_that_the_audit_log_names_is_released(site: Site) -> None:
    all_held(site)
    site.person(Role.AGENT).post("/console/messages/do/release", id=["1", "2"])
    states = {f"id={row.id}": row.state for row in site.shop.rows(Message)}
    noted = site.shop.rows(AuditEntry)[-1].detail
    assert [one for one, state in states.items() if state == "queued"] == [noted]


def test_an_agent_cancels_a_held_message(site: Site) -> None:
    one = held(site)
    site.person(Role.AGENT, "kim").then("/console/messages/do/cancel", id=one, back=HELD)
    row = site.shop.rows(Message)[0]
    assert (row.state, row.reason) == ("withdrawn", "cancelled_by: kim")


def test_what_cannot_be_done_is_said_on_the_page(site: Site) -> None:
    answer = site.person(Role.AGENT).post("/console/messages/do/release", id=1)
    assert (answer.status_code, "message 1 is accepted, not held" in answer.text) == (422, True)


def test_a_filter_that_no_message_fits_does_not_say_that_none_is_held(site: Site) -> None:
    held(site)
    page = site.person(Role.VIEWER).get(f"{HELD}&channel=sms").text
    assert ("No message fits" in page, "No message is held" in page) == (True, False)


def test_a_viewer_is_offered_nothing_to_do(site: Site) -> None:
    held(site)
    assert "/console/messages/do/" not in site.person(Role.VIEWER).get("/console/messages?state=held").text


def test_one_goes_back_to_no_other_host_after_a_deed(site: Site) -> None:
    answer = site.person(Role.AGENT).post("/console/messages/do/release", id=held(site), back="//evil.example")
    assert answer.headers["location"] == "/console"


def test_filters_stand_in_the_address_and_in_the_words_above_the_list(site: Site) -> None:
    viewer = site.person(Role.VIEWER)
    found = viewer.get("/console/backorders?sku=LAMP&country=us&show=nonsense&days=x&legal=y&due=z").text
    assert "Filters: SKU LAMP; country us" in found and "Ann Müller" in found and "#&lt;i&gt;" not in found


def test_a_view_is_saved_for_oneself_or_for_all_and_only_its_owner_deletes_it(site: Site) -> None:
    kim, lee = site.person(Role.VIEWER, "kim"), site.person(Role.VIEWER, "lee")
    kim.post("/console/backorders/views", sku="LAMP", name="My lamps")
    kim.post("/console/backorders/views", show="late", name="Late ones", shared="1")
    seen = lee.get("/console/backorders").text
    assert ("My lamps" in seen, "Late ones (kim)" in seen) == (False, True)
    shared = next(row.id for row in site.shop.rows(SavedView) if row.shared)
    assert lee.post(f"/console/backorders/views/{shared}/delete").status_code == 422
    kim.post(f"/console/backorders/views/{shared}/delete")
    assert [row.name for row in site.shop.rows(SavedView)] == ["My lamps"]


def test_a_lead_deletes_what_somebody_else_shares_and_nothing_of_their_own(site: Site) -> None:
    kim, lead = site.person(Role.VIEWER, "kim"), site.person()
    kim.post("/console/backorders/views", sku="LAMP", name="My lamps")
    kim.post("/console/backorders/views", show="late", name="Late ones", shared="1")
    offered = [
        one.action for one in forms(lead.get("/console/backorders?show=late").text, "") if "delete" in one.action
    ]
    answers = [lead.post(path).status_code for path in (*offered, "/console/backorders/views/1/delete")]
    assert (answers, [row.name for row in site.shop.rows(SavedView)]) == ([303, 422], ["My lamps"])


def test_who_has_as_many_views_as_may_be_still_saves_one_of_them_anew(site: Site) -> None:
    views = [{"owner": "viewer", "area": "backorders", "name": str(one), "query": "", "at": NOON} for one in range(50)]
    with site.shop.store.write() as tx:
        tx.connection.execute(
            insert(table_of(SavedView)), [SavedView(**one).model_dump(exclude={"id"}) for one in views]
        )
    asked = [site.person(Role.VIEWER).post("/console/backorders/views", sku="LAMP", name=name) for name in ("7", "new")]
    assert [one.status_code for one in asked] == [303, 422]


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "a\u0007b"])
def test_a_view_without_a_proper_name_is_refused(site: Site, name: str) -> None:
    answer = site.person(Role.VIEWER).post("/console/backorders/views", sku="LAMP", name=name)
    assert (answer.status_code, site.shop.rows(SavedView)) == (422, [])


def test_the_numbers_of_the_plot_are_those_of_the_table(site: Site) -> None:
    viewer = site.person(Role.VIEWER)
    found = json.loads(viewer.get("/console/contacts/days?from=2026-05-31&to=2026-06-01").text)
    assert found == {"days": ["2026-05-31", "2026-06-01"], "lines": [{"name": "backorder, email", "counts": [0, 2]}]}
    assert "backorder, email" in viewer.get("/console/contacts?from=2026-05-31&to=2026-06-01").text


def test_a_span_that_is_none_is_refused_on_the_page(site: Site) -> None:
    assert site.person(Role.VIEWER).get("/console/contacts?from=2026-06-02&to=2026-06-01").status_code == 422
