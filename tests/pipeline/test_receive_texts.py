"""A text comes in: whose it is, what it does, and how it is answered (RULES.md S2 to S8)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from notifier.pipeline.receive import Received, receive
from notifier.store.lookup import table_of
from notifier.store.tables import Action, Consent, Decision, Message, OrderLine, Reply
from notifier.terms.incoming import Choice, Incoming, Road
from notifier.terms.reply import Intent
from tests.kept_shops import AsLeft
from tests.shop import NOON, Shop, open_shop, order

ANN, BEA = "+4915112345678", "+4915176543210"
BY_TEXT = {
    "preferred_channel": "sms",
    "email": "ann@shop.example.com",
    "phone": ANN,
    "country": "DE",
    "timezone": "Europe/Berlin",
    "locale": "en",
    "promised_ship_by": "",
    "ordered_at": "2026-05-31T10:00:00Z",
}
SETTINGS = """
[sms]
enabled = true
account_sid = "AC00000000000000000000000000000000"
allowed_countries = ["DE"]
messaging_service_sid = "MG00000000000000000000000000000000"
"""
MINUTE = timedelta(minutes=1)


def told_by_text(folder: Path, database_url: str) -> Shop:
    """Ann, in California, by text."""
    shop = open_shop(folder, database_url, SETTINGS, NOTIFIER_SMS__AUTH_TOKEN="0" * 32)
    shop.take_in("backorders", [order("ann", **BY_TEXT)])
    shop.plan()
    shop.deliver()
    return shop


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    """Ann was told of her backorder by text."""
    return as_left(told_by_text)


def text(shop: Shop, words: str, sender: str = ANN, now: datetime = NOON + MINUTE, **more: Any) -> Received:
    key = more.pop("key", f"SM{abs(hash((words, sender, now))):032x}")
    with shop.house() as house:
        return receive(house, Incoming(Road.SMS, key, now, words, sender, **more), now)


def told(shop: Shop, now: datetime = NOON + MINUTE) -> str:
    """The last message that went."""
    shop.deliver(now)
    return shop.sent()[-1]


def test_a_stop_ends_all_texts_to_the_number(shop: Shop) -> None:
    text(shop, "STOP")
    words = [(row.channel, row.message_class, row.granted) for row in shop.rows(Consent)]
    assert words == [("sms", "service", False), ("sms", "marketing", False)]


def test_a_stop_is_confirmed_by_one_text(shop: Shop) -> None:
    text(shop, "STOP")
    assert "You will get no more texts from us." in told(shop)


def test_a_second_stop_is_not_confirmed_again(shop: Shop) -> None:
    text(shop, "STOP")
    again = text(shop, "Stop!!", now=NOON + 3 * MINUTE)
    assert [one.reason for one in again.acknowledged] == ["confirmed_before"]


def test_what_the_provider_has_confirmed_is_not_confirmed_again(shop: Shop) -> None:
    found = text(shop, "STOP", answered=True, choice=Choice(Intent.OPT_OUT))
    assert [one.reason for one in found.acknowledged] == ["provider_answered"]


def test_a_confirmation_that_waited_over_five_minutes_is_withdrawn(shop: Shop) -> None:
    text(shop, "STOP")
    shop.deliver(NOON + 7 * MINUTE)
    assert [row.reason for row in shop.rows(Message)][-1] == "too_late_to_confirm"


def test_a_question_for_the_date_is_answered_with_it(shop: Shop) -> None:
    text(shop, "when will it arrive?")
    assert "Reading lamp: No shipping date yet." in told(shop)


def test_the_same_text_is_acted_on_once(shop: Shop) -> None:
    for _ in range(3):
        text(shop, "cancel my order please", key="SM1")
    assert (len(shop.rows(Reply)), len(shop.rows(Action))) == (1, 1)


def test_a_cancellation_asks_the_shop_to_cancel(shop: Shop) -> None:
    text(shop, "please cancel my order")
    found = [(row.kind, row.state, row.requested_at) for row in shop.rows(Action)]
    assert found == [("cancel", "requested", NOON + MINUTE)]


def test_a_cancellation_is_answered_without_calling_it_done(shop: Shop) -> None:
    text(shop, "please cancel my order")
    assert "We have your cancellation of 5:01" in told(shop)


def test_a_bare_cancel_opts_out_and_cancels_nothing(shop: Shop) -> None:
    found = text(shop, "CANCEL")
    assert (shop.rows(Action), found.needs_person, len(shop.rows(Consent))) == ([], True, 2)


def test_a_bare_cancel_asks_about_the_order_by_email(shop: Shop) -> None:
    found = text(shop, "CANCEL")
    assert [(one.channel, one.verdict) for one in found.acknowledged] == [("sms", "send"), ("email", "send")]


def test_the_email_after_a_bare_cancel_asks_what_was_meant(shop: Shop) -> None:
    text(shop, "CANCEL")
    shop.deliver(NOON + MINUTE)
    assert any("Did you mean to cancel Reading lamp?" in one.replace("=\n", "") for one in shop.sent())


def test_a_text_of_a_number_that_nobody_has_goes_to_a_person(shop: Shop) -> None:
    found = text(shop, "cancel my order please", sender=BEA)
    assert (found.customer, found.needs_person, shop.rows(Action)) == (None, True, [])


def test_a_stop_of_a_number_that_nobody_has_is_kept(shop: Shop) -> None:
    text(shop, "STOP", sender=BEA)
    shop.take_in("backorders", [order("bea", **BY_TEXT | {"phone": BEA, "email": ""})])
    shop.plan()
    assert [row.customer_id for row in shop.rows(Message)] == [1]


def test_thanks_are_not_answered(shop: Shop) -> None:
    assert text(shop, "thanks!").acknowledged == ()


def test_two_bots_stop_after_one_message(shop: Shop) -> None:
    text(shop, "when will it arrive?")
    ours = told(shop).partition("\n\n")[2]
    assert text(shop, ours, now=NOON + 2 * MINUTE).acknowledged == ()


def test_an_answer_at_night_goes_within_a_quarter_of_an_hour_of_the_customers_text(shop: Shop) -> None:
    night = datetime(2026, 6, 2, 0, 30, tzinfo=UTC)
    text(shop, "when will it arrive?", now=night)
    assert "Reading lamp" in told(shop, night + 10 * MINUTE)


def test_the_moment_of_receipt_counts_not_that_of_reading(shop: Shop) -> None:
    with shop.house() as house:
        receive(
            house, Incoming(Road.SMS, "SM1", NOON + MINUTE, "please cancel my order", ANN), NOON + timedelta(days=3)
        )
    assert [row.requested_at for row in shop.rows(Action)] == [NOON + MINUTE]


def test_waiting_again_after_a_cancellation_takes_it_back(shop: Shop) -> None:
    text(shop, "please cancel my order")
    shop.deliver(NOON + 2 * MINUTE)
    text(shop, "I will wait", now=NOON + 5 * MINUTE)
    assert [row.state for row in shop.rows(Action)] == ["withdrawn"]


def test_an_opt_in_word_brings_back_order_texts_alone(shop: Shop) -> None:
    text(shop, "STOP")
    text(shop, "START", now=NOON + 5 * MINUTE)
    granted = [(row.message_class, row.granted) for row in shop.rows(Consent)]
    assert granted == [("service", False), ("marketing", False), ("service", True)]


def test_nothing_more_is_said_of_what_was_cancelled(shop: Shop) -> None:
    text(shop, "please cancel my order")
    shop.take_in(
        "backorders", [order("ann", **BY_TEXT | {"eta_from": "2026-07-20", "eta_to": "2026-07-24"})], NOON + 9 * MINUTE
    )
    shop.plan(NOON + 10 * MINUTE)
    assert [row.purpose for row in shop.rows(Message)] == ["placed", "reply_ack"]


def test_a_reply_that_may_be_an_opt_out_holds_texts_until_a_person_has_read_it(shop: Shop) -> None:
    found = text(shop, "could you maybe stop this somehow tomorrow")
    moved = {"eta_from": "2026-07-20", "eta_to": "2026-07-24"}
    shop.take_in("backorders", [order("ann", **BY_TEXT | moved)], NOON + 9 * MINUTE)
    shop.plan(NOON + 10 * MINUTE)
    reasons = {row.reason for row in shop.rows(Decision) if row.channel == "sms" and row.purpose == "eta_change"}
    assert (found.intent, reasons) == ("unclear", {"may_have_objected"})


def test_a_help_that_the_provider_has_answered_is_not_answered_again(shop: Shop) -> None:
    found = text(shop, "HELP", answered=True, choice=Choice(Intent.HELP))
    assert [one.reason for one in found.acknowledged] == ["provider_answered"]


def test_a_help_is_answered_with_whom_to_reach(shop: Shop) -> None:
    text(shop, "HELP")
    assert "To reach a person, write to orders@shop.example. Reply STOP to stop texts" in told(shop)


def test_a_cancel_that_the_provider_took_for_a_stop_is_asked_about_by_email(shop: Shop) -> None:
    found = text(shop, "CANCEL", answered=True, choice=Choice(Intent.OPT_OUT))
    said = [(one.channel, one.verdict) for one in found.acknowledged]
    assert (said, found.needs_person) == ([("sms", "skip"), ("email", "send")], True)


@pytest.fixture
def poisoned(shop: Shop) -> Shop:
    """No import brings such a word in; a mended database, or a newer version beside ours, could."""
    with shop.house() as house, house.store.write() as tx:
        tx.connection.execute(update(table_of(OrderLine)).values(status="levitating"))
    return shop


def test_a_reply_whose_customer_cannot_be_judged_waits_for_a_person(poisoned: Shop) -> None:
    found = text(poisoned, "please cancel my order")
    assert (found.needs_person, [row.words for row in poisoned.rows(Reply)]) == (True, ["please cancel my order"])


def test_a_stop_of_a_customer_who_cannot_be_judged_counts(poisoned: Shop) -> None:
    text(poisoned, "STOP")
    assert ("service", False) in [(row.message_class, row.granted) for row in poisoned.rows(Consent)]


def test_a_character_that_no_database_takes_is_left_out(shop: Shop) -> None:
    text(shop, "thanks\x00!")
    assert [row.words for row in shop.rows(Reply)] == ["thanks!"]


def test_an_answer_that_missed_the_customers_own_quarter_of_an_hour_waits_for_the_morning(shop: Shop) -> None:
    night = datetime(2026, 6, 2, 0, 30, tzinfo=UTC)
    text(shop, "please cancel my order", now=night)
    shop.deliver(night + 20 * MINUTE)
    waiting = shop.rows(Message)[-1]
    assert (waiting.state, waiting.not_before) == ("queued", datetime(2026, 6, 2, 7, 0, tzinfo=UTC))


def test_a_cancellation_that_was_read_late_is_not_undone_by_an_older_agreement_to_wait(shop: Shop) -> None:
    text(shop, "please cancel my order", now=NOON + 30 * MINUTE)
    older = Incoming(Road.SMS, "SM-older", NOON + 10 * MINUTE, "I'll gladly wait for it", ANN)
    with shop.house() as house:
        found = receive(house, older, NOON + 60 * MINUTE)
    assert ([row.state for row in shop.rows(Action)], found.effects) == (["requested"], ("refused overtaken",))


def test_what_may_be_a_cancellation_freezes_the_order_of_a_customer_who_cannot_be_judged(poisoned: Shop) -> None:
    assert text(poisoned, "please cancel my order").effects == ("frozen",)


def test_it_freezes_all_that_is_open_where_no_message_says_what_it_is_about(poisoned: Shop) -> None:
    later = NOON + timedelta(days=60)
    assert text(poisoned, "please cancel my order", now=later).effects == ("frozen",)


def test_who_calls_us_spam_by_text_gets_no_more_texts_and_is_heard_out(shop: Shop) -> None:
    found = text(shop, "This is spam. I think I want to cancel")
    out = {(row.channel, row.message_class) for row in shop.rows(Consent) if not row.granted}
    assert (out, found.needs_person) == ({("sms", "service"), ("sms", "marketing")}, True)
