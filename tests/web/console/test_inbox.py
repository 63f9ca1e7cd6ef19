"""The inbox at the console: what is shown, what each role may do, and what an action does."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from notifier.pipeline.receive import receive
from notifier.store.tables import Action, Contact, Hold, Reply, ReplyDesk, TeamAnswer
from notifier.terms.incoming import Incoming, Road
from notifier.terms.operator import Role
from tests.kept_shops import AsLeft
from tests.shop import NOON, Shop, order
from tests.web.console.desk import Site, console, opened
from tests.web.console.rich import deliver_apart

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery."""

HOUR = timedelta(hours=1)
PERHAPS = "I think I would rather cancel, or not?"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }} {% for x in y %}",
    "\u202egnp.exe and on\u2066 \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "a\u200b\u200c\u200d\ufeffb" * 50,
    "x" * 20_000,
    "\x00\x01\x1b[31mred\x07",
    "'); DROP TABLE reply; --",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16") * 200,
    "e" + "\u0301" * 500,
    "a " * 50_000,
)


def placed(name: str, **more: str) -> dict[str, object]:
    """A new backorder that will ship five days later than promised: a notice goes, whose silence is consent."""
    dates = {"ordered_at": "2026-05-31T10:00:00Z", "promised_ship_by": "2026-06-20", "eta_from": "2026-06-25"}
    price = {"unit_price": "49.00", "currency": "USD", "category": "lamps"}
    return order(name) | dates | price | {"eta_to": "2026-06-25"} | more


def furnished(folder: Path, url: str) -> Shop:
    """Ann and Ben were told of their backorders; what may stand in is in stock."""
    shop = opened(folder, url)
    shop.take_in(
        "products",
        [
            {
                "sku": "LAMP-B",
                "name": "Reading lamp, black",
                "category": "lamps",
                "stock": "9",
                "price": "45.00",
                "currency": "USD",
            },
            {
                "sku": "LAMP",
                "name": "Reading lamp",
                "category": "lamps",
                "stock": "0",
                "price": "49.00",
                "currency": "USD",
            },
        ],
    )
    shop.take_in("backorders", [placed("ann"), placed("ben")])
    shop.plan()
    deliver_apart(shop)
    return shop


def hear(shop: Shop, words: str = PERHAPS, key: str = "1", message: int | None = 1) -> int:
    with shop.house() as house:
        sender = "zoe@shop.example.com" if message is None else ""
        one = Incoming(Road.EMAIL, key, NOON + HOUR, words, sender=sender, message_id=message)
        return receive(house, one, NOON + HOUR).reply


def heard(folder: Path, url: str) -> Shop:
    """Ann may want to cancel, Ben asks what now."""
    shop = furnished(folder, url)
    hear(shop)
    hear(shop, "what now?", "2", 2)
    return shop


@pytest.fixture
def site(as_left: AsLeft) -> Iterator[Site]:
    with console(as_left(heard), NOON + 2 * HOUR) as found:
        yield found


def test_what_waits_is_listed_with_who_wrote_and_what_it_may_mean(site: Site) -> None:
    page = site.person(Role.VIEWER).get("/console/inbox").text
    assert PERHAPS in page and "O-ann" in page and "perhaps: cancel order" in page


def test_a_viewer_sees_no_button_that_acts(site: Site) -> None:
    page = site.person(Role.VIEWER).get("/console/inbox/1").text
    assert PERHAPS in page and 'action="/console/inbox/1/' not in page


def test_what_it_may_mean_is_the_first_button(site: Site) -> None:
    page = site.person(Role.AGENT).get("/console/inbox/1").text
    first = re.search(r'class="btn btn-primary" data-key="(\w)"', page)
    assert first is not None and first[1] == "c"


def test_where_nothing_is_suggested_no_act_stands_out(site: Site) -> None:
    page = site.person(Role.AGENT).get("/console/inbox/2").text
    assert 'class="btn btn-primary" data-key' not in page


def test_no_order_is_chosen_that_nobody_named(site: Site) -> None:
    one = hear(site.shop, "please cancel", "3", None)
    site.shop.take_in("backorders", [placed("ann", order_id="O-ann-2")], NOON + 2 * HOUR)
    agent = site.person(Role.AGENT)
    agent.post(f"/console/inbox/{one}/assign", customer="ann")
    chosen = re.search(
        r'<select[^>]*id="about"[^>]*>\s*<option value="([^"]*)">', agent.get(f"/console/inbox/{one}").text
    )
    assert chosen is not None and chosen[1] == ""


def test_a_cancellation_asks_the_shop_and_the_next_reply_opens(site: Site) -> None:
    agent = site.person(Role.AGENT)
    page = agent.then("/console/inbox/1/act", what="cancel")
    assert [(row.kind, row.requested_by) for row in site.shop.rows(Action)] == [("cancel", "agent")]
    assert "Reply 2" in page.text and 'action="/console/inbox/1/undo/1"' in page.text


def test_undo_is_offered_and_takes_it_back(site: Site) -> None:
    agent = site.person(Role.AGENT)
    agent.post("/console/inbox/1/act", what="cancel")
    page = agent.then("/console/inbox/1/undo/1")
    assert "The order goes on" in page.text
    assert [row.state for row in site.shop.rows(Action)] == ["withdrawn"]


def test_undo_takes_back_what_was_seen_and_nothing_that_came_after_it(site: Site) -> None:
    lea, max_ = site.person(Role.AGENT), site.person(Role.LEAD, "max")
    page = lea.then("/console/inbox/1/done").text
    undo = re.search(r'action="(/console/inbox/1/undo/\d+)"', page)
    assert undo is not None
    max_.post(undo[1])
    max_.post("/console/inbox/1/act", what="cancel")
    answer = lea.post(undo[1])
    assert (answer.status_code, "max has taken that back already" in answer.text) == (422, True)
    assert [row.state for row in site.shop.rows(Action)] == ["requested"]


def test_no_undo_is_offered_where_it_would_be_refused(site: Site) -> None:
    agent = site.person(Role.AGENT)
    told = agent.then("/console/inbox/1/act", what="accept").text
    assert "/undo" not in told + agent.get("/console/inbox/1").text


def test_who_takes_a_reply_that_another_has_taken_is_told(site: Site) -> None:
    one, other = site.person(Role.AGENT), site.person(Role.LEAD, "max")
    seen = re.search(r'name="seen" value="(\d+)"', other.get("/console/inbox/1").text)
    assert seen is not None
    one.post("/console/inbox/1/take", seen="0")
    answer = other.post("/console/inbox/1/take", seen=seen[1])
    assert (answer.status_code, "agent took it" in answer.text) == (422, True)
    assert site.shop.rows(ReplyDesk)[0].taken_by == "agent"


def test_what_cannot_be_undone_says_why(site: Site) -> None:
    agent = site.person(Role.AGENT)
    agent.post("/console/inbox/1/act", what="accept")
    answer = agent.post("/console/inbox/1/undo/1")
    assert answer.status_code == 422 and "word before the law" in answer.text


def test_a_swap_is_offered_with_its_product_and_asked_of_the_shop(site: Site) -> None:
    agent = site.person(Role.AGENT)
    page = agent.get("/console/inbox/1").text
    found = re.search(r'name="sku" value="LAMP-B"><input type="hidden" name="about" value=\'([^\']+)\'', page)
    assert found is not None
    agent.post("/console/inbox/1/act", what="swap", sku="LAMP-B", about=found[1])
    assert [(row.kind, row.detail) for row in site.shop.rows(Action)] == [("swap", "LAMP-B")]


def test_done_closes_a_reply(site: Site) -> None:
    site.person(Role.AGENT).post("/console/inbox/1/done")
    assert site.shop.rows(Reply)[0].closed_as == "done"


def test_a_reply_that_rests_is_in_a_pile_of_its_own(site: Site) -> None:
    agent = site.person(Role.AGENT)
    agent.post("/console/inbox/1/snooze", until="2026-06-03T09:00")
    assert (PERHAPS in agent.get("/console/inbox").text, PERHAPS in agent.get("/console/inbox?in=snoozed").text) == (
        False,
        True,
    )


def test_what_has_rested_enough_comes_back(site: Site) -> None:
    agent = site.person(Role.AGENT)
    agent.post("/console/inbox/1/snooze", until="2026-06-01T13:20")
    site.later(timedelta(minutes=25))
    assert PERHAPS in agent.get("/console/inbox").text


def test_a_moment_without_a_zone_is_the_shops(site: Site) -> None:
    site.person(Role.AGENT).post("/console/inbox/1/snooze", until="2026-06-03T09:00")
    found = site.shop.rows(ReplyDesk)[0].snoozed_until
    assert found is not None and found.isoformat() == "2026-06-03T13:00:00+00:00"


def test_who_takes_a_reply_has_it_among_theirs(site: Site) -> None:
    agent = site.person(Role.AGENT)
    agent.post("/console/inbox/1/take")
    assert PERHAPS in agent.get("/console/inbox?in=mine").text
    assert PERHAPS not in agent.get("/console/inbox?in=nobody").text


def test_a_reply_can_be_given_to_another(site: Site) -> None:
    site.person(Role.LEAD)
    site.person(Role.AGENT).post("/console/inbox/1/take", whom="lead")
    assert site.shop.rows(ReplyDesk)[0].taken_by == "lead"


def test_a_ready_answer_is_filled_in_without_script(site: Site) -> None:
    page = site.person(Role.AGENT).post("/console/inbox/1/draft", draft="call_you").text
    assert "about order O-ann" in page


def test_an_answer_is_kept_and_the_reply_is_done(site: Site) -> None:
    page = site.person(Role.AGENT).then("/console/inbox/1/answer", words="We will call you.", key="k")
    assert [(row.words, row.by) for row in site.shop.rows(TeamAnswer)] == [("We will call you.", "agent")]
    assert "goes by email now" in page.text


def test_the_same_form_sent_twice_answers_once(site: Site) -> None:
    agent = site.person(Role.AGENT)
    for _ in range(2):
        agent.post("/console/inbox/1/answer", words="We will call you.", key="k", then="wait")
    assert len(site.shop.rows(TeamAnswer)) == 1


def test_a_call_back_is_written_down_with_its_moment(site: Site) -> None:
    page = site.person(Role.AGENT).then("/console/inbox/1/call", at="2026-06-01T14:30", note="ask for the colour")
    assert "call back" in page.text and "ask for the colour" in page.text


def test_a_call_that_was_made_is_logged(site: Site) -> None:
    site.person(Role.AGENT).post("/console/inbox/1/called", note="she waits", complaint="1")
    assert ([row.channel for row in site.shop.rows(Contact)][-1], site.shop.rows(Hold)[0].reason) == (
        "call",
        "complaint",
    )


def test_somebody_unknown_can_be_named(site: Site) -> None:
    one = hear(site.shop, "please cancel", "3", None)
    agent = site.person(Role.AGENT)
    assert "Nobody knows whose this is" in agent.get(f"/console/inbox/{one}").text
    agent.post(f"/console/inbox/{one}/assign", order="O-ben")
    assert [row.customer_id for row in site.shop.rows(Reply)][-1] == 2


def test_what_came_too_late_says_so_and_still_waits(site: Site) -> None:
    shipped = placed("ann", status="shipped", shipped_at="2026-06-01T15:30:00Z")
    site.shop.take_in("backorders", [shipped], NOON + 2 * HOUR)
    answer = site.person(Role.AGENT).post("/console/inbox/1/act", what="cancel")
    assert answer.status_code == 422 and "still waits" in answer.text


@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_that_a_customer_writes_breaks_a_page(site: Site, words: str) -> None:
    one = hear(site.shop, f"{words} please cancel?", "4")
    agent = site.person(Role.AGENT)
    for path in ("/console/inbox", f"/console/inbox/{one}", "/console/inbox/1"):
        page = agent.get(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text and "<img" not in page.text and "\x00" not in page.text
        assert page.text.count("</main>") == 1


@pytest.mark.parametrize("path", ["0", "99999", "abc", "-1", "1e3", "9" * 40, "%00", "\u0661"])
def test_a_reply_that_is_not_there_is_told(site: Site, path: str) -> None:
    assert site.person().get(f"/console/inbox/{path}").status_code in (400, 404, 422)


@pytest.mark.parametrize(
    "fields",
    [
        {"what": "explode"},
        {"what": ""},
        {"what": "swap"},
        {"what": "cancel", "about": "{}"},
        {"what": "cancel", "about": "[1]"},
        {"what": "cancel", "about": '["O-ben", ""]'},
        {"what": "cancel", "about": '["O-\\u0000", ""]'},
        {"what": "cancel", "about": "not json"},
    ],
)
def test_a_form_that_makes_no_sense_does_nothing_and_says_so(site: Site, fields: dict[str, str]) -> None:
    answer = site.person(Role.AGENT).post("/console/inbox/1/act", **fields)
    assert (answer.status_code, site.shop.rows(Action)) == (422, [])


@pytest.mark.parametrize("path", ["snooze", "call"])
@pytest.mark.parametrize(
    "moment",
    ["", "tomorrow", "0001-01-01T00:00", "9999-12-31T23:59", "9999-12-31T23:59Z", "2026-06-01T09:00"],
)
def test_a_moment_that_makes_no_sense_is_refused(site: Site, path: str, moment: str) -> None:
    answer = site.person(Role.AGENT).post(f"/console/inbox/1/{path}", until=moment, at=moment)
    assert (answer.status_code, site.shop.rows(ReplyDesk)) == (422, [])


def test_an_old_reply_is_shown_beside_what_was_said_since(site: Site) -> None:
    for number in range(40):
        hear(site.shop, f"and again {number}", f"more{number}")
    page = site.person(Role.AGENT).get("/console/inbox/1").text
    assert PERHAPS in page and "and again 39" in page and "The newest 30 messages" in page
