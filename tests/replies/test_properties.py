"""What holds for every text that anybody can send."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.replies.intents import classify
from notifier.replies.phrase_files import packaged_phrasebook
from notifier.terms.reply import ACTION_DIGITS, DESTRUCTIVE, Intent, Offered, offered
from notifier.terms.words import Channel
from tests.processor import costs_less_than
from tests.replies.book import BOOK

AGAIN = packaged_phrasebook()
KEYWORDS = [
    *"STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT REMOVE ARRET ALTO".split(),
    *("OPT OUT", "STOP ALL"),
]
TEXTS = st.one_of(st.text(max_size=300), st.lists(st.sampled_from(
    "stop not please cancel my order don't text me 2 A ? . if wait \n bitte nicht mehr refund unsubscribe".split(" ")
), max_size=30).map(" ".join))  # fmt: skip
CHOICES = st.sets(st.sampled_from("1234ABC")).map(offered)
PUNCTUATION = st.text(st.sampled_from(" .!?*_-~\"'()[]{}<>«»„“”…🛑🙏😡👍\u200b\ufe0f\t\n"), max_size=6)
SECONDS = 2.0
"""Two hundred times what it takes; what explodes takes minutes."""


def wide(text: str) -> str:
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


def look_alike(text: str) -> str:
    return text.upper().translate(str.maketrans("AEOPCTXHKMB", "АЕОРСТХНКМВ"))


def marked(text: str) -> str:
    return unicodedata.normalize("NFC", "".join(one + ("\u0301" if one.isalpha() else "") for one in text))


def spelled_out(text: str) -> str:
    return " ".join(text.replace(" ", ""))


DRESSES = st.sampled_from([str, str.lower, str.title, str.swapcase, wide, look_alike, marked, spelled_out])


@given(TEXTS, CHOICES, st.sampled_from(Channel), st.sampled_from(["", "de", "fr-CA", "xx", "-", "_"]))
def test_no_text_raises(text: str, choices: Offered, channel: Channel, locale: str) -> None:
    assert classify(text, BOOK, choices, channel, locale).wishes


@given(TEXTS, CHOICES)
def test_the_same_text_means_the_same(text: str, choices: Offered) -> None:
    assert classify(text, BOOK, choices) == classify(text, AGAIN, choices)


@given(st.sampled_from(KEYWORDS), DRESSES, PUNCTUATION, PUNCTUATION)
def test_a_keyword_alone_is_an_opt_out_however_it_is_dressed(word: str, dress, before: str, after: str) -> None:  # type: ignore[no-untyped-def]
    found = classify(before + dress(word) + after, BOOK).wish(Intent.OPT_OUT)
    assert found is not None and found.may_act


@given(st.sampled_from("123456789"), CHOICES, PUNCTUATION, PUNCTUATION)
def test_a_digit_that_was_not_offered_is_never_an_action(digit: str, choices: Offered, before: str, after: str) -> None:
    found = classify(before + digit + after, BOOK, choices)
    assert digit in choices.actions or not any(one.may_act or one.bound_to for one in found.wishes)


@given(st.sampled_from("ABCDEFGXYZ"), CHOICES, PUNCTUATION)
def test_a_letter_that_was_not_offered_is_never_taken(letter: str, choices: Offered, after: str) -> None:
    found = classify(letter + after, BOOK, choices).wish(Intent.TAKE_ALTERNATIVE)
    assert letter in choices.letters or found is None


@given(st.sampled_from([*ACTION_DIGITS, "A", "wait", "refund", "swap"]))
def test_no_choice_binds_a_message_about_several_lines(word: str) -> None:
    found = classify(word, BOOK, offered("1234A", one_line=False))
    assert (found.intent, found.link) == (Intent.UNCLEAR, True)


@given(st.sampled_from(["cancel my order", "cancel order 12", "2", "refund", "I withdraw from the contract"]))
def test_a_question_destroys_nothing(words: str) -> None:
    found = classify(f"{words}?", BOOK, offered("1234"))
    assert not any(one.may_act and one.intent in DESTRUCTIVE for one in found.wishes)


@given(TEXTS, CHOICES)
def test_what_is_unclear_is_for_a_person_or_for_the_page(text: str, choices: Offered) -> None:
    found = classify(text, BOOK, choices)
    assert found.intent is not Intent.UNCLEAR or found.needs_person or found.link


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "a",
            "-",
            " ",
            '"',
            "“",
            "«a",
            "a'",
            "l'",
            "?!",
            "\n",
            "ﷺ",
            "🛑",
            "é",
            "stop ",
            "stop-",
            "stop,",
            "and ",
            "if ",
        ),
        *("1 ", "don't ", "please stop sending me these ", "i want to cancel ", "not want to "),
    ],
)
def test_fifty_kilobytes_of_anything_are_read_at_once(piece: str) -> None:
    text = piece * (50_000 // len(piece))
    with costs_less_than(SECONDS):
        classify(text, BOOK)
