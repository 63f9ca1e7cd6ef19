"""One reply at the console: what an act is about, what became of an answer, and that nothing that was typed is lost."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from notifier.pipeline.receive import receive
from notifier.store.tables import Action
from notifier.terms.incoming import Incoming, Road
from notifier.terms.operator import Role
from tests.kept_shops import AsLeft
from tests.pipeline.test_receive_texts import ANN, BY_TEXT
from tests.pipeline.test_receive_texts import SETTINGS as TEXTS
from tests.shop import NOON, Shop, open_shop, order
from tests.web.console.desk import SETTINGS, Site, console
from tests.web.console.rich import deliver_apart
from tests.web.console.test_inbox import HOUR, hear, heard, placed

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery."""

LONG = "We are so sorry. " * 700
MINUTE = timedelta(minutes=1)


@pytest.fixture
def site(as_left: AsLeft) -> Iterator[Site]:
    with console(as_left(heard), NOON + 2 * HOUR) as found:
        yield found


def page(site: Site, reply: int = 1) -> str:
    return str(site.person(Role.AGENT).get(f"/console/inbox/{reply}").text)


def add(site: Site, **more: str) -> None:
    """One more line of Ann's."""
    site.shop.take_in("backorders", [placed("ann", sku="SHADE", product="Shade", **more)], NOON + 2 * HOUR)


def test_the_question_names_the_product_and_its_order(site: Site) -> None:
    assert "It is about <bdi>Reading lamp</bdi> of order <bdi>O-ann</bdi>" in page(site)


def test_of_an_order_with_more_lines_the_question_and_the_choice_name_those_that_are_meant(site: Site) -> None:
    add(site, line_id="2")
    shown = page(site)
    assert "Unless you have chosen something else, it is about <bdi>Reading lamp</bdi> of order" in shown
    assert '<option value="">Reading lamp, O-ann (as they wrote)</option>' in shown


def test_of_an_order_with_more_lines_those_that_are_meant_are_marked(site: Site) -> None:
    add(site, line_id="2")
    meant = re.findall(r"<strong><bdi>([^<]+)</bdi></strong>[^<]*<span[^>]*>this reply is about it", page(site))
    assert meant == ["Reading lamp"]


def test_another_order_of_theirs_can_be_chosen(site: Site) -> None:
    add(site, order_id="O-ann-2")
    chosen = re.search(r"<option value='([^']+)'>O-ann-2, Shade", page(site))
    assert chosen is not None
    site.person(Role.AGENT).post("/console/inbox/1/act", what="cancel", about=chosen[1])
    (action,) = site.shop.rows(Action)
    assert action.line_id == 3


def test_where_nothing_else_can_be_meant_there_is_no_choice(site: Site) -> None:
    assert 'id="about"' not in page(site)


def test_who_has_no_order_left_is_offered_nothing_about_orders(site: Site) -> None:
    shipped = placed("ann", status="shipped", shipped_at="2026-06-01T15:30:00Z")
    site.shop.take_in("backorders", [shipped], NOON + 2 * HOUR)
    one = hear(site.shop, "hello?", "3", None)
    site.later(timedelta(days=120))
    site.person(Role.AGENT).post("/console/inbox/1/done")
    site.person(Role.AGENT).post(f"/console/inbox/{one}/assign", customer="ann")
    shown = page(site, one)
    offered = [what for what in ("accept", "cancel", "change", "complaint") if f'name="what" value="{what}"' in shown]
    assert (offered, "They have no order" in shown) == (["complaint"], True)


def test_an_answer_that_was_taken_back_does_not_read_as_said(site: Site) -> None:
    agent = site.person(Role.AGENT)
    undo = re.search(r"/console/inbox/1/undo/\d+", agent.then("/console/inbox/1/answer", words="We will call.").text)
    before = page(site)
    assert undo is not None
    agent.post(undo[0])
    assert ("goes now" in before or "goes <time" in before, "taken back, not sent" in page(site)) == (True, True)


def test_an_answer_that_is_refused_comes_back_with_its_words_and_why(site: Site) -> None:
    answer = site.person(Role.AGENT).post("/console/inbox/1/answer", words=LONG)
    assert (answer.status_code, "at most 10000 go" in answer.text) == (422, True)
    assert f">{LONG}</textarea>" in answer.text


def test_the_note_of_a_call_comes_back_where_its_moment_is_refused(site: Site) -> None:
    answer = site.person(Role.AGENT).post("/console/inbox/1/call", at="2026-05-01T09:00", note="ask for the colour")
    assert (answer.status_code, 'name="note" maxlength="2000" value="ask for the colour"' in answer.text) == (422, True)


def test_an_act_that_is_refused_keeps_what_was_chosen(site: Site) -> None:
    add(site, order_id="O-ann-2", status="shipped", shipped_at="2026-05-31T15:30:00Z")
    answer = site.person(Role.AGENT).post("/console/inbox/1/act", what="cancel", about='["O-ann-2", ""]')
    assert """<option value='["O-ann-2", ""]' selected>""" in answer.text


def test_what_was_typed_is_shown_although_somebody_else_has_closed_the_reply(site: Site) -> None:
    site.person(Role.LEAD, "Max").post("/console/inbox/1/done")
    answer = site.person(Role.AGENT).post("/console/inbox/1/answer", words="We will call you.")
    assert "Max has seen to reply 1 already" in answer.text and "We will call you." in answer.text


def test_a_refused_answer_can_be_sent_again_from_its_page(site: Site) -> None:
    """The page that comes back has seen what was new."""
    site.person(Role.LEAD, "Max").post("/console/inbox/1/take", seen="0")
    agent = site.person(Role.AGENT)
    told = agent.post("/console/inbox/1/answer", words="We will call you.", seen="0").text
    seen = re.search(r'name="seen" value="(\d+)"', told)
    assert "Max took it" in told and seen is not None
    assert agent.post("/console/inbox/1/answer", words="We will call you.", seen=seen[1]).status_code == 303


def test_a_ready_answer_stands_below_what_was_typed(site: Site) -> None:
    told = site.person(Role.AGENT).post("/console/inbox/1/draft", draft="call_you", words="Dear Ann, yes.").text
    words = re.search(r"<textarea[^>]*>(.*?)</textarea>", told, re.DOTALL)
    assert words is not None
    assert words[1].startswith("Dear Ann, yes.\n\n") and "about order O-ann" in words[1]


def test_by_script_only_the_field_of_the_answer_comes(site: Site) -> None:
    fields = {"draft": "call_you", "words": "Yes."}
    script = {"sec-fetch-site": "same-origin", "hx-request": "true"}
    told = site.person(Role.AGENT).send("/console/inbox/1/draft", data=fields, headers=script).text
    assert told.startswith("<textarea") and "Yes.\n\n" in told


def test_a_ready_answer_that_is_not_there_loses_nothing(site: Site) -> None:
    told = site.person(Role.AGENT).post("/console/inbox/1/draft", draft="nonsense", words="Dear Ann, yes.")
    assert (told.status_code, ">Dear Ann, yes.</textarea>" in told.text) == (422, True)


def texted(folder: Path, url: str) -> Shop:
    """Ann was told by text, and asks by text."""
    shop = open_shop(folder, url, SETTINGS + TEXTS, NOTIFIER_SMS__AUTH_TOKEN="0" * 32)
    shop.take_in("backorders", [order("ann", **BY_TEXT)])
    shop.plan()
    deliver_apart(shop)
    with shop.house() as house:
        receive(house, Incoming(Road.SMS, "1", NOON, "hmm", ANN), NOON)
    return shop


@pytest.fixture
def by_text(as_left: AsLeft) -> Iterator[Site]:
    with console(as_left(texted), NOON + 5 * MINUTE) as found:
        yield found


def test_how_much_a_text_holds_stands_below_its_field(by_text: Site) -> None:
    assert "A text holds about 612 plain letters" in page(by_text)


def test_a_text_that_is_too_long_comes_back_with_its_words(by_text: Site) -> None:
    answer = by_text.person(Role.AGENT).post("/console/inbox/1/answer", words="word " * 400)
    assert (answer.status_code, f">{'word ' * 400}</textarea>" in answer.text) == (422, True)


def test_a_text_that_waits_for_its_hour_says_until_when(by_text: Site) -> None:
    by_text.later(timedelta(hours=13))
    by_text.person(Role.AGENT).post("/console/inbox/1/answer", words="We will call you.", then="wait")
    assert re.search(r"goes <time[^>]*>2 Jun 2026", page(by_text))


def test_who_names_nobody_for_a_reply_reads_how_in_words_of_the_page(site: Site) -> None:
    one = hear(site.shop, "hello?", "3", None)
    answer = site.person(Role.AGENT).post(f"/console/inbox/{one}/assign", customer=" ", order="")
    assert (answer.status_code, "name the customer, or an order of theirs" in answer.text) == (422, True)


@pytest.mark.parametrize("script", ["true", "false"])
def test_what_was_typed_comes_back_as_words_and_never_as_markup(site: Site, script: str) -> None:
    fields = {"draft": "call_you", "words": "</textarea><script>alert(1)</script>"}
    headers = {"sec-fetch-site": "same-origin", "hx-request": script}
    told = site.person(Role.AGENT).send("/console/inbox/1/draft", data=fields, headers=headers).text
    assert "&lt;script&gt;alert(1)" in told and "<script>alert" not in told
