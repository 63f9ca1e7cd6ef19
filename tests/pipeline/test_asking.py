"""Consent to marketing is asked for only after the customer's own act, and its evidence is kept (RULES.md S1)."""

from datetime import timedelta
from pathlib import Path

import pytest

from notifier.pipeline.confirming import agree, shown_request
from notifier.pipeline.house import House
from notifier.pipeline.receive import receive
from notifier.pipeline.signup import NotReachable
from notifier.render.links import CONSENT, short_token
from notifier.store.tables import Address, Consent, ConsentRequest, Customer, Suppression, WaitlistEntry
from notifier.terms.incoming import Choice, Incoming, Road
from notifier.terms.reply import Intent
from tests.kept_shops import AsLeft
from tests.shop import Shop, order
from tests.waiting import (
    ANN,
    DAY,
    HOUR,
    NUMBER,
    START,
    agrees,
    joins,
    messages,
    open_lamp_shop,
    states,
    wants,
)

pytestmark = pytest.mark.slow
MINUTE = timedelta(minutes=1)


def shop_made(folder: Path, url: str) -> Shop:
    return open_lamp_shop(folder, url)


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    return as_left(shop_made)


def token(house: House, request: int = 1) -> str:
    return short_token(house.web.keys, CONSENT, str(request))


def test_a_sign_up_asks_whoever_has_the_address(shop: Shop) -> None:
    wants(shop, ANN)
    shop.deliver(START)
    assert "Subject: Please confirm: tell me when Reading lamp is back" in shop.sent()[0]


def test_the_request_says_by_whom_how_often_and_how_to_end_it(shop: Shop) -> None:
    wants(shop, ANN)
    shop.deliver(START)
    words = " ".join(shop.sent()[0].replace("> ", "").split())
    assert "I agree that Your Shop sends marketing emails to this address" in words
    assert "3 messages in 7 days at most. I can withdraw my consent at any time" in words


def test_a_sign_up_alone_is_no_consent(shop: Shop) -> None:
    wants(shop, ANN)
    assert (states(shop), shop.rows(Consent)) == (["pending"], [])


def test_the_page_grants_marketing_for_that_address_with_the_wording_that_was_shown(shop: Shop) -> None:
    wants(shop, ANN)
    agrees(shop, 1, START + HOUR)
    word, request = shop.rows(Consent)[0], shop.rows(ConsentRequest)[0]
    assert (word.channel, word.message_class, word.granted, word.wording) == (
        "email",
        "marketing",
        True,
        request.wording,
    )


def test_the_evidence_names_the_page_the_message_and_both_visitors(shop: Shop) -> None:
    wants(shop, ANN)
    agrees(shop, 1, START + HOUR)
    expected = "page:consent:1; from 192.0.2.8; asked by message 1; from 192.0.2.7 by Browser/1"
    assert shop.rows(Consent)[0].evidence == expected


def test_a_confirmed_entry_waits(shop: Shop) -> None:
    wants(shop, ANN)
    agrees(shop, 1, START + HOUR)
    assert states(shop) == ["waiting"]


def test_a_text_that_asks_has_the_whole_disclosure_in_two_segments(shop: Shop) -> None:
    wants(shop, phone=NUMBER)
    shop.deliver(START)
    text = shop.sent()[0]
    for part in ("Reply JOIN to agree", "Msg&data rates may apply", "Not a condition of purchase", "Reply STOP to end"):
        assert part in text
    assert len(text.partition("\n\n")[2].strip()) <= 306


def test_join_grants_marketing_texts_with_the_words_of_the_text_itself(shop: Shop) -> None:
    wants(shop, phone=NUMBER)
    shop.deliver(START)
    joins(shop, START + HOUR)
    word = shop.rows(Consent)[0]
    assert (word.channel, word.message_class) == ("sms", "marketing")
    assert word.wording.startswith("Your Shop: Reply JOIN to agree to recurring automated marketing texts")


def test_join_is_answered_with_what_was_agreed_to(shop: Shop) -> None:
    wants(shop, phone=NUMBER)
    shop.deliver(START)
    joins(shop, START + HOUR)
    shop.deliver(START + HOUR)
    assert "you agree to marketing messages from us" in shop.sent()[-1]


def test_join_counts_although_another_text_came_between(shop: Shop) -> None:
    wants(shop, phone=NUMBER)
    shop.deliver(START)
    joins(shop, START + MINUTE, "HELP")
    shop.deliver(START + MINUTE)
    joins(shop, START + 2 * MINUTE)
    assert [row.granted for row in shop.rows(Consent)] == [True]


def test_start_after_the_request_is_no_consent_to_marketing(shop: Shop) -> None:
    wants(shop, phone=NUMBER)
    shop.deliver(START)
    joins(shop, START + HOUR, "START")
    assert [row.message_class for row in shop.rows(Consent)] == ["service"]


def test_join_after_seven_days_asks_anew(shop: Shop) -> None:
    wants(shop, phone=NUMBER)
    shop.deliver(START)
    found = joins(shop, START + 7 * DAY)
    assert (found.effects, len(messages(shop, "consent_request"))) == (("asked_consent sms marketing",), 2)


def test_a_join_that_nobody_asked_for_is_asked_back_with_the_disclosure(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann", phone=NUMBER, email="")])
    joins(shop, START)
    shop.deliver(START)
    assert (shop.rows(Consent), "Reply JOIN to agree" in shop.sent()[-1]) == ([], True)


def test_a_reply_by_email_agrees_too(shop: Shop) -> None:
    wants(shop, ANN)
    shop.deliver(START)
    mail = Incoming(Road.EMAIL, "1/1", START + HOUR, "JOIN", ANN, message_id=1)
    with shop.house() as house:
        receive(house, mail, START + HOUR)
    assert (states(shop), [row.message_class for row in shop.rows(Consent)]) == (["waiting"], ["marketing"])


def test_a_reply_agrees_to_the_very_request_that_it_answers(shop: Shop) -> None:
    wants(shop, ANN)
    shop.deliver(START)
    wants(shop, ANN, START + DAY + MINUTE)
    shop.deliver(START + DAY + MINUTE)
    mail = Incoming(Road.EMAIL, "1/1", START + DAY + HOUR, "JOIN", ANN, message_id=1)
    with shop.house() as house:
        receive(house, mail, START + DAY + HOUR)
    confirmed = [row.id for row in shop.rows(ConsentRequest) if row.confirmed_at is not None]
    assert (confirmed, "asked by message 1" in shop.rows(Consent)[0].evidence) == ([1], True)


def test_a_reply_whose_sender_is_not_proven_agrees_to_nothing(shop: Shop) -> None:
    wants(shop, ANN)
    shop.deliver(START)
    with shop.house() as house:
        found = receive(house, Incoming(Road.EMAIL, "1/1", START + HOUR, "JOIN", ANN), START + HOUR)
    assert (states(shop), found.needs_person) == (["pending"], True)


def test_who_signs_up_twice_in_a_day_is_asked_once(shop: Shop) -> None:
    for minute in range(3):
        wants(shop, ANN, START + minute * MINUTE)
    assert len(messages(shop, "consent_request")) == 1


def test_a_second_product_of_the_day_is_confirmed_by_the_same_answer(shop: Shop) -> None:
    shop.take_in("products", [{"sku": "SOFA", "name": "Sofa", "stock": 0}])
    wants(shop, ANN)
    wants(shop, ANN, START + MINUTE, sku="SOFA")
    agrees(shop, 1, START + HOUR)
    assert states(shop) == ["waiting", "waiting"]


def test_who_signs_up_again_the_next_day_is_asked_again(shop: Shop) -> None:
    wants(shop, ANN)
    wants(shop, ANN, START + DAY + MINUTE)
    assert (len(messages(shop, "consent_request")), states(shop)) == (2, ["pending"])


def test_a_request_is_never_repeated_by_itself(shop: Shop) -> None:
    wants(shop, ANN)
    for day in range(10):
        shop.plan(START + day * DAY)
        shop.deliver(START + day * DAY)
    assert len(shop.sent()) == 1


def test_who_has_objected_is_not_asked_because_of_a_form(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann", email=ANN)])
    with shop.house() as house:
        choice = Choice(Intent.OPT_OUT)
        receive(house, Incoming(Road.PAGE, "1", START, customer_id=1, choice=choice), START)
    assert (wants(shop, ANN, START + HOUR).reason, messages(shop, "consent_request")) == ("opted_out", [])


def test_a_suppressed_address_is_neither_kept_nor_written_to(shop: Shop) -> None:
    shop.take_in("suppressions", [{"channel": "email", "address": ANN, "reason": "erased"}])
    assert wants(shop, ANN).reason == "suppressed"
    assert (shop.rows(WaitlistEntry), [row.value for row in shop.rows(Address) if row.value]) == ([], [])


def test_a_product_that_nobody_sells_keeps_nothing(shop: Shop) -> None:
    wants(shop, ANN, sku="GHOST")
    assert (shop.rows(Address), shop.rows(Customer)) == ([], [])


def test_a_text_waits_in_the_outbox_for_its_hour(shop: Shop) -> None:
    night = START.replace(hour=8)
    wants(shop, phone=NUMBER, now=night)
    shop.deliver(night)
    assert messages(shop, "consent_request") == [("queued", "waits_for_its_hour")]


def test_a_text_goes_when_its_hour_has_come(shop: Shop) -> None:
    night = START.replace(hour=8)
    wants(shop, phone=NUMBER, now=night)
    shop.deliver(night)
    shop.deliver(START + HOUR)
    assert messages(shop, "consent_request")[0][0] == "accepted"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"phone": "+18762101234"}, "country"),
        ({"phone": "+447911123456"}, "country"),
        ({"phone": "+12125550123"}, "bad_phone"),
        ({"phone": "tomorrow"}, "bad_phone"),
        ({"email": "ann@"}, "bad_email"),
        ({"email": ANN, "phone": NUMBER}, "one_address"),
        ({}, "one_address"),
    ],
)
def test_what_cannot_be_written_to_is_told_at_once(
    tmp_path: Path, sqlite_url: str, typed: dict[str, str], why: str
) -> None:
    with pytest.raises(NotReachable, match=why):
        wants(open_lamp_shop(tmp_path, sqlite_url), **typed)


def test_a_day_has_only_so_many_requests(tmp_path: Path, database_url: str) -> None:
    shop = open_lamp_shop(tmp_path, database_url, "[signup]\nmost_a_day = 2\n")
    reasons = [wants(shop, f"p{number}@shop.example.com").reason for number in range(3)]
    assert reasons == ["due", "due", "too_many_today"]


def test_a_link_shows_what_is_asked_and_changes_nothing(shop: Shop) -> None:
    wants(shop, ANN)
    with shop.house() as house:
        shown = shown_request(house, 1, token(house), START)
    assert shown is not None
    assert (shown.products, shown.agreed, states(shop)) == (("Reading lamp",), False, ["pending"])


def test_a_link_of_another_request_shows_nothing(shop: Shop) -> None:
    wants(shop, ANN)
    with shop.house() as house:
        assert shown_request(house, 1, token(house, 2), START) is None


def test_a_link_shows_nothing_after_seven_days(shop: Shop) -> None:
    wants(shop, ANN)
    with shop.house() as house:
        assert shown_request(house, 1, token(house), START + 7 * DAY) is None


def test_a_post_without_the_pages_button_changes_nothing(shop: Shop) -> None:
    wants(shop, ANN)
    with shop.house() as house:
        agree(house, 1, (token(house), ""), "", START)
    assert (shop.rows(Consent), states(shop)) == ([], ["pending"])


def test_the_pages_button_agrees(shop: Shop) -> None:
    wants(shop, ANN)
    with shop.house() as house:
        shown = shown_request(house, 1, token(house), START)
        assert shown is not None
        done = agree(house, 1, (token(house), shown.button), "from 192.0.2.8", START + HOUR)
    assert (done is not None and done.agreed, states(shop)) == (True, ["waiting"])


def test_somebody_without_an_order_is_a_customer_of_the_brand_with_a_key_of_its_own(shop: Shop) -> None:
    wants(shop, ANN)
    person = shop.rows(Customer)[0]
    assert (person.brand, person.key[:7], len(person.key)) == ("default", "signup:", 31)


def test_somebody_with_an_order_stays_one_customer(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann", email=ANN)])
    wants(shop, ANN)
    assert [row.key for row in shop.rows(Customer)] == ["ann"]


def test_a_provider_that_says_opted_out_ends_the_request(shop: Shop) -> None:
    wants(shop, phone=NUMBER)
    shop.take_in("suppressions", [{"channel": "sms", "address": NUMBER, "reason": "opted_out"}], START)
    shop.deliver(START + MINUTE)
    assert (messages(shop, "consent_request"), len(shop.rows(Suppression))) == ([("withdrawn", "suppressed")], 1)
