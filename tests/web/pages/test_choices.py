"""What is chosen on a page: asked once more, done once, shown back, and judged like any other reply."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from notifier.store.tables import Action, Answer, Message, Reply
from tests.shop import NOON
from tests.web.pages.site import HOUR, Site, forms, late, pairs, tell

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery."""

DAY = timedelta(days=1)
LAMPS = [
    {"sku": "LAMP", "name": "Reading lamp", "category": "lamps", "stock": "0", "price": "49.00"},
    {"sku": "BLACK", "name": "Reading lamp, black", "category": "lamps", "stock": "9", "price": "45.00"},
    {"sku": "OAK", "name": "Reading lamp, oak", "category": "lamps", "stock": "4", "price": "59.00"},
]


def asked(site: Site) -> list[tuple[str, str, str]]:
    return [(row.kind, row.state, row.detail) for row in site.shop.rows(Action)]


def said(site: Site) -> list[str]:
    return [row.said for row in site.shop.rows(Answer)]


def in_europe(site: Site, **more: str) -> None:
    tell(site, late(country="DE", **more))


def with_lamps(site: Site) -> None:
    site.shop.take_in("products", [one | {"currency": "USD", "url": "https://oak.example/p"} for one in LAMPS])
    tell(site, late())


def buttons(site: Site) -> list[str]:
    return [one.button.split(":")[0] for one in forms(site.get(site.link()).text)]


def test_a_cancellation_asks_the_shop_to_cancel(both: Site) -> None:
    both.choose(both.link(), "Cancel")
    assert (asked(both), said(both)) == ([("cancel", "requested", "")], ["cancel"])


def test_a_choice_is_asked_once_more_before_it_is_done(ann: Site) -> None:
    ann.summary(ann.link(), "Cancel")
    assert ann.shop.rows(Reply) == []


def test_what_is_asked_once_more_names_the_product(ann: Site) -> None:
    form = next(one for one in forms(ann.get(ann.link()).text) if one.button.startswith("Cancel"))
    page = ann.send(ann.link(), pairs(form)).text
    assert "Do you want to cancel?" in page
    assert "Reading lamp" in page


def test_a_double_click_is_one_effect(both: Site) -> None:
    form = pairs(both.summary(both.link(), "Cancel"))
    path = both.link()
    with ThreadPoolExecutor(4) as clicks:
        answers = list(clicks.map(lambda _: both.send(path, form).status_code, range(4)))
    assert (answers, len(both.shop.rows(Reply)), len(both.shop.rows(Action))) == ([200] * 4, 1, 1)


def test_a_nonce_is_for_its_choice_alone(ann: Site) -> None:
    form = pairs(ann.summary(ann.link(), "I will wait"))
    ann.send(ann.link(), form | {"act": "cancel"})
    assert ann.shop.rows(Reply) == []


def test_a_nonce_is_for_its_link_alone(empty: Site) -> None:
    tell(empty, late(), late("bea"))
    paths = [empty.link(message=number) for number in (0, 1)]
    form = pairs(empty.summary(paths[0], "Cancel"))
    empty.send(paths[1], form)
    assert empty.shop.rows(Reply) == []


def test_a_made_up_nonce_does_nothing_and_asks_again(ann: Site) -> None:
    form = pairs(ann.summary(ann.link(), "Cancel"))
    page = ann.send(ann.link(), form | {"nonce": f"{int(ann.now.timestamp())}-AAAAAAAAAAA-{'A' * 22}"})
    assert ann.shop.rows(Reply) == []
    assert "Please confirm once more" in page.text


def test_a_summary_that_was_open_for_two_days_is_asked_again(ann: Site) -> None:
    form = pairs(ann.summary(ann.link(), "Cancel"))
    ann.later(2 * DAY)
    assert "Please confirm once more" in ann.send(ann.link(), form).text


def test_a_cancellation_counts_from_its_receipt(ann: Site) -> None:
    form = pairs(ann.summary(ann.link(), "Cancel"))
    at = ann.later(HOUR)
    ann.send(ann.link(), form)
    assert [row.requested_at for row in ann.shop.rows(Action)] == [at]


def test_an_accepted_delay_is_kept_as_consent(both: Site) -> None:
    both.choose(both.link(), "I will wait")
    assert said(both) == ["accept"]


def test_who_agrees_to_wait_reads_until_when(ann: Site) -> None:
    form = next(one for one in forms(ann.get(ann.link()).text) if one.button.startswith("I will wait"))
    assert "Ships on 20 June 2026" in ann.send(ann.link(), pairs(form)).text


def test_an_accepted_delay_is_shown_back(ann: Site) -> None:
    ann.later(HOUR)
    page = ann.choose(ann.link(), "I will wait").text
    assert "You agreed to wait for Reading lamp (12:00 PM EDT)." in page
    assert "You have agreed to wait until 20 June 2026." in page


def test_what_is_accepted_is_not_asked_again(ann: Site) -> None:
    ann.later(HOUR)
    ann.choose(ann.link(), "I will wait")
    assert "I will wait" not in buttons(ann)


def test_a_cancellation_can_be_taken_back(both: Site) -> None:
    both.choose(both.link(), "Cancel")
    both.later(HOUR)
    both.choose(both.link(), "Keep it after all")
    assert (asked(both), said(both)) == ([("cancel", "withdrawn", "")], ["cancel", "keep"])


def test_what_was_taken_back_is_shown_so(ann: Site) -> None:
    ann.choose(ann.link(), "Cancel")
    ann.later(HOUR)
    page = ann.choose(ann.link(), "Keep it after all").text
    assert "You asked us to cancel Reading lamp (11:00 AM EDT), and took that back." in page
    assert "You keep Reading lamp after all" in page


def test_what_has_left_is_not_offered_to_be_cancelled(ann: Site) -> None:
    ann.shop.take_in("backorders", [late(status="shipped", shipped_at="2026-06-01T14:00:00Z")], NOON)
    assert buttons(ann) == ["Ask a question", "Change what you get"]


def test_a_product_in_stock_can_be_taken_instead(empty: Site) -> None:
    with_lamps(empty)
    page = empty.choose(empty.link(), "Take this instead").text
    assert asked(empty) == [("swap", "requested", "BLACK")]
    assert "for Reading lamp, black instead of Reading lamp, and are changing the order." in page


def test_an_exchange_can_be_taken_back(empty: Site) -> None:
    with_lamps(empty)
    empty.choose(empty.link(), "Take this instead")
    empty.later(HOUR)
    empty.choose(empty.link(), "Keep it after all")
    assert asked(empty) == [("swap", "withdrawn", "BLACK")]


def test_a_dearer_product_is_a_link_to_the_shop(empty: Site) -> None:
    with_lamps(empty)
    page = empty.get(empty.link()).text
    assert page.count("Take this instead") == 1
    assert 'href="https://oak.example/p"' in page


def test_a_dearer_product_cannot_be_taken_by_a_form_of_ones_own(empty: Site) -> None:
    with_lamps(empty)
    form = next(one for one in forms(empty.get(empty.link()).text) if one.button.startswith("Take"))
    page = empty.send(empty.link(), pairs(form) | {"sku": "OAK"}).text
    assert "Confirm exchange" not in page


def test_a_withdrawal_where_the_law_has_one(both: Site) -> None:
    in_europe(both, order_id="O-2", customer_id="eve", email="eve@shop.example.com")
    both.choose(both.link(), "Withdraw from contract here")
    assert asked(both) == [("withdraw", "requested", "")]


def test_a_withdrawal_is_confirmed_by_a_button_that_says_so(empty: Site) -> None:
    in_europe(empty)
    assert empty.summary(empty.link(), "Withdraw from contract here").button == "Confirm withdrawal"


def test_what_is_withdrawn_from_names_who_and_which_order(empty: Site) -> None:
    in_europe(empty)
    form = next(one for one in forms(empty.get(empty.link()).text) if one.button.startswith("Withdraw"))
    page = empty.send(empty.link(), pairs(form)).text
    assert "Name: <strong>Ann</strong>" in page
    assert "Order O-ann" in page


def test_a_withdrawal_is_acknowledged_by_email(empty: Site) -> None:
    in_europe(empty)
    empty.choose(empty.link(), "Withdraw from contract here")
    empty.shop.deliver(empty.now)
    assert "We have your withdrawal of" in empty.shop.sent()[-1].replace("=\n", "")


def test_a_withdrawal_is_still_possible_after_delivery(empty: Site) -> None:
    in_europe(empty)
    empty.shop.take_in("backorders", [late(country="DE", status="shipped", shipped_at="2026-06-03T10:00:00Z")], NOON)
    empty.clock[0] = datetime(2026, 6, 20, 15, tzinfo=UTC)
    empty.choose(empty.link(), "Withdraw from contract here")
    assert asked(empty) == [("withdraw", "requested", "")]


def test_a_withdrawal_is_not_offered_where_no_law_has_one(ann: Site) -> None:
    assert "Withdraw from contract here" not in buttons(ann)


def test_a_question_goes_to_a_person(both: Site) -> None:
    both.choose(both.link(), "Ask a question", question="Is the brass real?\nThanks")
    rows = both.shop.rows(Reply)
    assert [(row.words, row.needs_person, row.customer_id) for row in rows] == [("Is the brass real?\nThanks", True, 1)]


def test_a_question_that_was_changed_and_sent_again_is_another_one(both: Site) -> None:
    path = both.link()
    form = pairs(both.summary(path, "Ask a question"))
    for words in ("Is the brass real?", "Is the brass real?", "And the oak?"):
        both.send(path, form | {"question": words})
    assert [row.words for row in both.shop.rows(Reply)] == ["Is the brass real?", "And the oak?"]


def test_a_question_that_a_date_would_answer_goes_to_a_person_too(ann: Site) -> None:
    ann.choose(ann.link(), "Ask a question", question="when will it arrive?")
    assert [row.needs_person for row in ann.shop.rows(Reply)] == [True]


def test_a_question_is_shown_to_have_come(ann: Site) -> None:
    page = ann.choose(ann.link(), "Ask a question", question="Is the brass real?").text
    assert "We have your message of 11:00 AM EDT. A person on our team will read it and answer you." in page


def test_a_question_is_not_shown_to_whoever_has_the_link(ann: Site) -> None:
    assert "brass" not in ann.choose(ann.link(), "Ask a question", question="Is the brass real?").text


def test_a_question_is_acknowledged_by_email(ann: Site) -> None:
    ann.choose(ann.link(), "Ask a question", question="Is the brass real?")
    assert [row.purpose for row in ann.shop.rows(Message)][-1] == "reply_ack"


def test_a_question_without_words_is_asked_for(ann: Site) -> None:
    page = ann.choose(ann.link(), "Ask a question", question=" \n ").text
    assert "Please write your question first." in page


def test_from_where_it_was_chosen_is_kept(ann: Site) -> None:
    form = pairs(ann.summary(ann.link(), "Cancel"))
    ann.send(ann.link(), form, **{"User-Agent": "Phone 7"})
    assert [row.sender for row in ann.shop.rows(Reply)] == ["from 127.0.0.1 by Phone 7"]


def test_several_items_are_cancelled_at_once(empty: Site) -> None:
    tell(empty, late(line_id="1"), late(line_id="2", sku="SHADE", product="Linen shade"))
    empty.choose(empty.link(), "Cancel and get my money back (2 items)")
    assert (len(empty.shop.rows(Reply)), len(empty.shop.rows(Action))) == (1, 2)


def test_a_line_of_another_order_cannot_be_named_by_a_form_of_ones_own(empty: Site) -> None:
    tell(empty, late(), late("bea"))
    form = next(one for one in forms(empty.get(empty.link(message=0)).text) if one.button.startswith("Cancel"))
    page = empty.send(empty.link(message=0), pairs(form) | {"lines": "2"})
    assert "Confirm cancellation" not in unescape(page.text)


def test_nobody_agrees_to_a_date_that_was_told_after_the_summary(both: Site) -> None:
    form = pairs(both.summary(both.link(message=0), "I will wait"))
    both.clock[0] += 12 * HOUR
    tell(both, late(eta_from="2026-08-30", eta_to="2026-08-30"))
    page = both.send(both.link(message=0), form).text
    assert (said(both), "30 August 2026" in page, "Please confirm once more" in page) == ([], True, True)


def test_a_line_that_has_moved_to_another_address_is_not_cancelled_from_an_old_summary(empty: Site) -> None:
    tell(empty, late(), late(order_id="O-2", sku="SHADE", product="Linen shade"))
    form = pairs(empty.summary(empty.link(), "Cancel"))
    empty.shop.take_in("backorders", [late(email="moved@shop.example.com")], empty.now)
    empty.send(empty.link(), form)
    assert empty.shop.rows(Reply) == []


def test_an_order_of_many_lines_is_cancelled_at_once(empty: Site) -> None:
    tell(empty, *(late(line_id=str(number), sku=f"S{number}") for number in range(60)))
    empty.choose(empty.link(), "Cancel and get my money back (60 items)")
    assert len(empty.shop.rows(Action)) == 60
