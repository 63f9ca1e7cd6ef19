"""What single replies mean, and what a reading says beside the intent."""

import pytest

from notifier.replies.intents import NOTHING, classify
from notifier.terms.reply import Classification, Confidence, Intent, Offered, offered
from notifier.terms.words import Channel, MessageClass
from tests.replies.book import BOOK

FOUR = offered("1234")


def read(text: str, choices: Offered = FOUR, channel: Channel = Channel.SMS, locale: str = "") -> Classification:
    return classify(text, BOOK, choices, channel, locale)


def intents(found: Classification) -> list[Intent]:
    return [one.intent for one in found.wishes]


def test_a_bare_cancel_by_text_is_both_wishes_and_a_person_sees_it() -> None:
    found = read("CANCEL")
    assert (intents(found), found.needs_person) == ([Intent.OPT_OUT, Intent.CANCEL_ORDER], True)


def test_a_bare_cancel_by_text_cancels_nothing() -> None:
    order = read("CANCEL").wish(Intent.CANCEL_ORDER)
    assert order is not None and not order.may_act


def test_a_bare_cancel_by_email_is_about_the_order_alone() -> None:
    assert intents(read("Cancel", channel=Channel.EMAIL)) == [Intent.CANCEL_ORDER]


def test_both_wishes_of_a_mixed_message_are_kept() -> None:
    found = read("STOP. and cancel my order")
    assert [(one.intent, one.may_act) for one in found.wishes] == [(Intent.OPT_OUT, True), (Intent.CANCEL_ORDER, True)]


def test_a_cancellation_names_the_order_that_stands_in_it() -> None:
    found = read("CANCEL ORDER 123")
    assert (found.intent, found.confidence, found.wishes[0].order) == (Intent.CANCEL_ORDER, Confidence.CERTAIN, "123")


@pytest.mark.parametrize(
    "text", ["how can I cancel?", "Wie kann ich stornieren?", "comment annuler ?", "¿cómo cancelo?"]
)
def test_the_page_answers_who_asks_how_to_cancel(text: str) -> None:
    found = read(text)
    assert (intents(found), found.link, found.suggestion) == ([Intent.UNCLEAR], True, Intent.CANCEL_ORDER)


def test_a_digit_is_bound_to_what_it_chose() -> None:
    assert read("2").bound_to == "2"


def test_a_letter_is_bound_to_its_product() -> None:
    assert read("option b", offered("1234ABC")).bound_to == "B"


def test_swap_opens_the_page() -> None:
    assert read("SWAP").link


def test_two_choices_are_none() -> None:
    found = read("1 and 2")
    assert (intents(found), found.link) == ([Intent.UNCLEAR], True)


def test_a_digit_with_nothing_open_is_for_a_person() -> None:
    assert read("2", NOTHING).needs_person


def test_start_is_about_order_texts_alone() -> None:
    assert read("START").wishes[0].about is MessageClass.SERVICE


def test_join_is_about_marketing() -> None:
    assert read("join").wishes[0].about is MessageClass.MARKETING


def test_an_opt_out_of_offers_is_about_offers() -> None:
    assert read("please no more newsletters", channel=Channel.EMAIL).wishes[0].about is MessageClass.MARKETING


def test_an_opt_out_of_everything_outweighs_one_of_offers() -> None:
    found = read("No more newsletters. Take me off your list.", channel=Channel.EMAIL)
    assert found.wishes[0].about is None


def test_a_word_of_another_language_than_the_customers_is_less_sure() -> None:
    assert (read("sair", locale="pt").confidence, read("sair", locale="de").confidence) == (
        Confidence.CERTAIN,
        Confidence.LIKELY,
    )


def test_a_denied_cancellation_is_none() -> None:
    assert Intent.CANCEL_ORDER not in intents(read("bitte nicht stornieren"))


def test_a_condition_makes_a_cancellation_a_matter_for_a_person() -> None:
    found = read("cancel my order if it does not ship by Friday")
    assert (found.intent, found.wishes[0].may_act, found.needs_person) == (Intent.CANCEL_ORDER, False, True)


def test_an_automatic_reply_is_nothing_but_that() -> None:
    found = read("Automatic reply: I am out of the office. I can wait.", channel=Channel.EMAIL)
    assert (intents(found), found.needs_person) == ([Intent.AUTO_REPLY], False)


def test_words_in_quotation_marks_are_somebody_elses() -> None:
    assert Intent.OPT_OUT not in intents(read("Liked “Your lamp is late. Reply STOP to stop texts”"))


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "\u200b"])
def test_an_empty_reply_asks_a_person_to_look_for_an_attachment(text: str) -> None:
    found = read(text)
    assert (found.needs_person, "attachment" in found.reason or "no words" in found.reason) == (True, True)


def test_the_words_that_told_it_are_named() -> None:
    assert read("Hello, please stop texting me thanks").matched == ("stop texting me",)


def test_a_very_long_reply_is_for_a_person_too() -> None:
    assert read("cancel my order. " + "I am so sorry. " * 1000).needs_person


def test_an_opt_out_at_the_end_of_a_very_long_reply_is_found() -> None:
    assert read("I am so sorry. " * 1000 + "Stop texting me.").intent is Intent.OPT_OUT


def test_a_second_number_beside_a_cancellation_is_for_a_person() -> None:
    assert read("please cancel my order 4411 and 4412").needs_person


def test_an_article_is_no_letter() -> None:
    assert read("I'd like a refund", offered("1234ABC")).bound_to == "2"
