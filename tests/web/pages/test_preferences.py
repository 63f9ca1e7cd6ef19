"""Which messages come: unsubscribing by one click or by a button (RULES E4, E5), and choices by channel and class."""

from datetime import timedelta

import pytest

from notifier import consent
from notifier.pipeline.erase import erase
from notifier.pipeline.people import Asked
from notifier.pipeline.receive import receive
from notifier.store.tables import Consent, Customer, Message, Reply, Suppression
from notifier.terms.incoming import Choice, Incoming, Road
from notifier.terms.reply import Intent
from tests.web import plain_http
from tests.web.pages.site import HOUR, Site, late, pairs, tell

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery."""

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
PHONE = "+12025550143"


def words(site: Site) -> list[tuple[str, str, bool]]:
    return [(row.channel, row.message_class, row.granted) for row in site.shop.rows(Consent)]


def preferences(site: Site, path: str, on: list[str]) -> None:
    form = pairs(site.summary(path, "Change what you get"))
    site.send(path, form | {"on": on})


def waiting(site: Site) -> str:
    """The unsubscribe link of a message that only says that nothing has changed."""
    days = {"ordered_at": "2026-06-01T10:00:00Z", "eta_from": "2026-09-20", "eta_to": "2026-09-20"}
    tell(site, late(country="MX", promised_ship_by="", **days))
    site.later(timedelta(days=58))
    site.shop.plan(site.now)
    site.shop.deliver(site.now)
    return site.link("unsubscribe")


def test_one_click_acts_at_once(both: Site) -> None:
    answer = both.send(both.link("unsubscribe"), ONE_CLICK)
    assert (answer.status_code, answer.history, len(words(both))) == (200, [], 2)


def test_off_on_and_off_again_from_one_form_is_off(ann: Site) -> None:
    path = ann.link()
    form = pairs(ann.summary(path, "Change what you get"))
    for on in (["email.service"], ["email.service", "email.progress"], ["email.service"]):
        ann.later(timedelta(seconds=5))
        ann.send(path, form | {"on": on})
    assert [word for word in words(ann) if word[1] == "progress"][-1] == ("email", "progress", False)


def test_one_click_may_come_in_parts(ann: Site) -> None:
    form = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    plain_http.post(ann.address + ann.link("unsubscribe"), content=form, headers=headers)
    assert len(words(ann)) == 2


def test_one_click_of_a_message_about_dates_ends_offers_and_reminders(ann: Site) -> None:
    ann.send(ann.link("unsubscribe"), ONE_CLICK)
    assert words(ann) == [("email", "marketing", False), ("email", "progress", False)]


def test_one_click_of_a_reminder_ends_reminders(empty: Site) -> None:
    empty.send(waiting(empty), ONE_CLICK)
    assert words(empty) == [("email", "progress", False)]


def test_one_click_sets_no_cookie(ann: Site) -> None:
    assert "set-cookie" not in ann.send(ann.link("unsubscribe"), ONE_CLICK).headers


def test_one_click_with_a_wrong_link_does_nothing(ann: Site) -> None:
    answer = ann.send(ann.link("unsubscribe")[:-1] + "_", ONE_CLICK)
    assert (answer.status_code, words(ann)) == (404, [])


def test_one_click_is_no_word_of_the_page_of_an_order(ann: Site) -> None:
    ann.send(ann.link(), ONE_CLICK)
    assert words(ann) == []


def test_who_presses_the_button_and_confirms_is_unsubscribed(empty: Site) -> None:
    path = waiting(empty)
    page = empty.choose(path, "Stop them").text
    assert words(empty) == [("email", "progress", False)]
    assert "You get no more messages by email that only say that nothing has changed." in page


def test_to_look_at_the_page_unsubscribes_nobody(ann: Site) -> None:
    ann.get(ann.link("unsubscribe"))
    assert words(ann) == []


def test_who_has_come_back_can_unsubscribe_by_the_same_link(empty: Site) -> None:
    path = waiting(empty)
    empty.send(path, ONE_CLICK)
    empty.later(HOUR)
    preferences(empty, path, ["email.service", "email.progress"])
    empty.later(HOUR)
    empty.send(path, ONE_CLICK)
    assert [granted for _, _, granted in words(empty)] == [False, True, False]


def test_an_unsubscribe_link_never_ends(ann: Site) -> None:
    ann.shop.take_in("backorders", [late(status="shipped", shipped_at="2026-06-03T10:00:00Z")], ann.now)
    ann.later(timedelta(days=1500))
    ann.send(ann.link("unsubscribe"), ONE_CLICK)
    assert len(words(ann)) == 2


def test_an_unsubscribe_link_works_for_somebody_erased(ann: Site) -> None:
    path = ann.link("unsubscribe")
    ann.shop.take_in("backorders", [late(status="shipped", shipped_at="2026-06-01T10:00:00Z")], ann.now)
    with ann.shop.house() as house:
        erase(house, Asked("ann"), "Kim", ann.later(HOUR))
    assert ann.shop.rows(Customer)[0].erased_at is not None
    assert (ann.get(ann.link()).status_code, ann.send(path, ONE_CLICK).status_code) == (404, 200)


def test_news_about_dates_ends_by_an_explicit_choice(ann: Site) -> None:
    preferences(ann, ann.link(), ["email.progress"])
    assert words(ann) == [("email", "service", False)]


def test_what_is_chosen_is_shown_back(ann: Site) -> None:
    form = pairs(ann.summary(ann.link(), "Change what you get"))
    page = ann.send(ann.link(), form | {"on": ["email.service"]}).text
    assert "when nothing has changed</dt><dd>no</dd>" in page


def test_required_notices_are_no_choice(ann: Site) -> None:
    form = ann.summary(ann.link(), "Change what you get")
    assert "email.required" not in dict(form.fields).values()


def test_who_changes_their_mind_on_one_form_has_the_last_word(both: Site) -> None:
    path = both.link()
    form = pairs(both.summary(path, "Change what you get"))
    for on in (["email.service"], ["email.service", "email.progress"]):
        both.later(HOUR)
        both.send(path, form | {"on": on})
    assert words(both) == [("email", "progress", False), ("email", "progress", True)]


def test_nothing_changed_is_no_word(ann: Site) -> None:
    form = pairs(ann.summary(ann.link(), "Change what you get"))
    ann.send(ann.link(), form)
    assert ann.shop.rows(Reply) == []


def test_offers_are_not_ticked_for_who_has_not_asked(ann: Site) -> None:
    form = ann.summary(ann.link(), "Change what you get")
    assert pairs(form)["on"] == ["email.service", "email.progress"]


def test_consent_to_offers_keeps_its_wording_and_from_where(both: Site) -> None:
    form = pairs(both.summary(both.link(), "Change what you get"))
    both.send(both.link(), form | {"on": [*form["on"], "email.marketing"]}, **{"User-Agent": "Phone 7"})
    row = both.shop.rows(Consent)[0]
    assert (row.granted, row.source) == (True, "customer page")
    assert row.wording == "Offers and news from Lumen & Oak by email. You can stop them at any time."
    assert row.evidence.endswith("from 127.0.0.1 by Phone 7")


def test_texts_can_be_ended_from_the_page_of_an_email(empty: Site) -> None:
    tell(empty, late(phone=PHONE, region="DC", timezone="America/New_York"))
    preferences(empty, empty.link(message=0), ["email.service", "email.progress", "sms.progress"])
    assert ("sms", "service", False) in words(empty)


def test_consent_to_texts_with_offers_is_not_taken_where_nobody_proves_the_number(empty: Site) -> None:
    tell(empty, late(phone=PHONE, region="DC", timezone="America/New_York"))
    path = empty.link(message=0)
    form = pairs(empty.summary(path, "Change what you get"))
    empty.send(path, form | {"on": [*form["on"], "sms.marketing"]})
    assert words(empty) == []


def test_who_wrote_stop_is_told_how_to_start(empty: Site) -> None:
    tell(empty, late(phone=PHONE, region="DC", timezone="America/New_York"))
    with empty.shop.house() as house:
        receive(house, Incoming(Road.SMS, "SM1", empty.now, "STOP", PHONE), empty.now)
    assert "text START" in empty.get(empty.link(message=0)).text


def test_no_page_opens_a_number_that_the_provider_has_blocked(empty: Site) -> None:
    tell(empty, late(phone=PHONE, region="DC", timezone="America/New_York"))
    choice = Choice(Intent.OPT_IN, about=None, channel="sms")
    with empty.shop.house() as house:
        with house.store.write() as tx:
            texts = [row.id for row in empty.shop.rows(Message) if row.channel == "sms"]
            consent.suppress(tx, dict.fromkeys(texts or [1], consent.OPTED_OUT), empty.now)
        receive(house, Incoming(Road.PAGE, "n1", empty.now, message_id=1, choice=choice), empty.now)
    assert [row.lifted_at for row in empty.shop.rows(Suppression)] == [None]
