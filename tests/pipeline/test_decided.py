"""What people say to unknown messages, what they are shown, and how the story is told afterwards."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from notifier.errors import UsageError
from notifier.pipeline.decided import say_resend, say_sent, waiting
from notifier.pipeline.explain import explain_message
from notifier.pipeline.house import House
from notifier.pipeline.receipts import take_receipt
from notifier.store.tables import Contact, Finding, Notice
from notifier.terms.evidence import Receipt, TextSeen, Word
from notifier.terms.words import Channel, Outcome
from tests.doubtful import (
    DOWN,
    MINUTE,
    PATIENCE,
    Lost,
    Mailbox,
    Texts,
    evidence,
    hand_off,
    lose,
    open_house,
    row,
    settle,
    state,
    with_notice,
)
from tests.rows import NOW, PROGRESS
from tests.shop import Shop

SOON, OVER = NOW + MINUTE, NOW + PATIENCE


@pytest.fixture
def opened(tmp_path: Path, sqlite_url: str) -> Iterator[tuple[Shop, House]]:
    with open_house(tmp_path, sqlite_url) as both:
        yield both


def story(house: House, lost: Lost) -> str:
    (found,) = explain_message(house.store, lost.message, ZoneInfo("UTC"))
    return found.as_text()


def test_a_person_who_knows_that_it_went_settles_it(shop: Shop, house: House) -> None:
    lost = lose(house, channel=Channel.SMS)
    say_sent(house, [lost.message], "Kim", SOON)
    assert (state(house, lost)[0], [one.at for one in shop.rows(Contact)]) == ("accepted", [NOW])


def test_a_notice_counts_by_a_persons_word_from_its_hand_off(shop: Shop, house: House) -> None:
    lost = lose(house)
    with_notice(house, lost)
    say_sent(house, [lost.message], "Kim", SOON)
    assert [one.sent_at for one in shop.rows(Notice)] == [NOW]


def test_who_decided_is_kept(shop: Shop, house: House) -> None:
    one, two = lose(house), lose(house, "bob")
    say_sent(house, [one.message], "Kim", SOON)
    say_resend(house, [two.message], "Ann", SOON)
    assert [(one.source, one.found, one.by) for one in shop.rows(Finding)] == [
        ("person", "there", "Kim"),
        ("person", "again", "Ann"),
    ]


def test_a_text_goes_again_by_a_persons_word_as_a_possible_duplicate(house: House) -> None:
    lost = lose(house, channel=Channel.SMS)
    say_resend(house, [lost.message], "Kim", SOON)
    assert (state(house, lost)[0], row(house, lost.message).maybe_double) == ("queued", True)


@pytest.mark.parametrize("say", [say_sent, say_resend])
def test_what_is_not_unknown_is_refused_with_what_it_is(house: House, say: object) -> None:
    one, two = lose(house), lose(house, "bob")
    say_sent(house, [one.message], "Kim", SOON)
    with pytest.raises(UsageError, match=f"message {one.message} is accepted, there is no message 999"):
        say(house, [one.message, two.message, 999], "Kim", SOON)  # type: ignore[operator]
    assert state(house, two)[0] == "unknown"


def test_nobody_decides_without_a_name(house: House) -> None:
    lost = lose(house)
    with pytest.raises(UsageError, match="say who says so"):
        say_sent(house, [lost.message], " ", SOON)


def test_a_message_of_another_mode_does_not_go_to_a_customer(house: House) -> None:
    lost = lose(house)
    with house.store.write() as tx:
        tx.connection.exec_driver_sql("UPDATE message SET mode = 'redirect'")
    with pytest.raises(UsageError, match="mode redirect"):
        say_resend(house, [lost.message], "Kim", SOON)
    assert state(house, lost)[0] == "unknown"


def test_the_list_says_when_a_required_email_goes_by_itself_and_a_text_never(house: House) -> None:
    lose(house)
    lose(house, "bob", channel=Channel.SMS)
    assert [(one.again_at, one.told.channel) for one in waiting(house, PATIENCE)] == [(OVER, "email"), (None, "sms")]


def test_the_list_says_what_was_found_out_and_what_to_type(house: House) -> None:
    lost = lose(house)
    settle(house, evidence(Mailbox(fault=DOWN)))
    settle(house, evidence(), NOW + 2 * MINUTE)
    (one,) = waiting(house, PATIENCE)
    assert (one.found, one.type) == (
        [
            "2026-06-01 15:01 the journal mailbox could not be looked into",
            "2026-06-01 15:02 no copy of it lies in the journal mailbox",
        ],
        [f"notifier unknown sent {lost.message} --by NAME", f"notifier unknown resend {lost.message} --by NAME"],
    )


def test_the_list_holds_no_address(house: House) -> None:
    with house.store.write() as tx:
        tx.connection.exec_driver_sql("UPDATE customer SET key = 'x'")
    lose(house, "ann")
    with house.store.write() as tx:
        tx.connection.exec_driver_sql("UPDATE customer SET key = 'ann@shop.example'")
    assert waiting(house, PATIENCE)[0].as_json()["customer"] == "a***@shop.example"


def test_the_story_of_an_unknown_message_says_what_was_looked_at(house: House) -> None:
    lost = lose(house)
    settle(house, evidence())
    settle(house, evidence(), NOW + 2 * MINUTE)
    assert (
        "Handed to the mail server at 15:00, but no answer came: nobody knows whether it arrived. What was found out:"
        " no copy of it lies in the journal mailbox (2 times, last at 15:02)."
    ) in story(house, lost)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("journal", "Settled at 15:01: its copy lies in the journal mailbox."),
        ("receipt", "Settled at 15:01: a receipt of the provider says that it went."),
        ("Kim", "Settled at 15:01: Kim says that it went."),
    ],
)
def test_the_story_says_what_settled_it(house: House, how: str, words: str) -> None:
    lost = lose(house)
    if how == "journal":
        settle(house, evidence(Mailbox({row(house, lost.message).uid})))
    elif how == "receipt":
        take_receipt(house, Receipt(Word.SENT, lost.attempt), SOON)
    else:
        say_sent(house, [lost.message], how, SOON)
    told = story(house, lost)
    assert f"Handed to the mail server at 15:00, but no answer came. {words} It told" in told, told


def test_the_story_of_a_text_that_never_arrived_says_who_said_so_and_why(house: House) -> None:
    lost = lose(house, channel=Channel.SMS)
    settle(house, evidence(texts=Texts({"ann@shop.example": [TextSeen("SM1", Outcome.REFUSED, "filtered")]})))
    words = "Twilio's list of texts says that it never arrived (the carrier filtered the text out)."
    assert words in story(house, lost)


def test_the_story_of_a_possible_duplicate_says_so(house: House) -> None:
    lost = lose(house)
    settle(house, evidence(), OVER)
    queued = story(house, lost)
    hand_off(house, lost.message, Outcome.ACCEPTED, OVER)
    assert (
        "It waits in the outbox to go once more, because nobody knows whether it has arrived already." in queued,
        "Of an earlier try nobody knew whether it went: no proof came in time, and so it goes once more. It may have"
        " arrived twice." in story(house, lost),
    ) == (True, True)


def test_the_story_of_a_possible_duplicate_that_was_withdrawn_does_not_say_that_nothing_went(house: House) -> None:
    lost = lose(house, purpose=PROGRESS)
    say_resend(house, [lost.message], "Kim", SOON)
    with house.store.write() as tx:
        tx.connection.exec_driver_sql(
            "UPDATE message SET state = 'withdrawn', reason = 'shipped', settled_at = queued_at"
        )
    told = story(house, lost)
    assert (
        "and not sent once more, because the goods have left meanwhile. Of an earlier try nobody knew whether it went:"
        " Kim had it sent once more. It may have arrived already." in told
    ), told


def test_the_story_as_json_names_what_was_found_and_whether_it_may_be_double(house: House) -> None:
    lost = lose(house)
    settle(house, evidence(), OVER)
    (told,) = explain_message(house.store, lost.message, ZoneInfo("UTC"))
    (message,) = told.as_json()["messages"]
    sources = [one["source"] for one in message["found"]]
    assert (message["maybe_double"], sources) == (True, ["journal", "clock"])
