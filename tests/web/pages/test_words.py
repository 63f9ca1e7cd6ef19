"""The words of the pages: each language has all of them, and every value that a page can show has its own."""

import re

import pytest

from notifier.terms.effects import ActionKind, ActionState
from notifier.terms.page import Act, Stage
from notifier.terms.words import Channel, MessageClass, Scope
from notifier.web.pages.speech import packaged_words

WORDS = packaged_words()
PLACE = re.compile(r"\{[a-z]+\}")

NEEDED = [
    *(f"stage_{one}" for one in Stage),
    *(f"{act}_{part}" for act in Act for part in ("button", "ask", "means", "do")),
    *(f"heard_{kind}_{state}" for kind in ActionKind if kind is not ActionKind.REFUND for state in ActionState),
    *(f"channel_{one}" for one in Channel),
    *(f"by_{one}" for one in Channel),
    *(f"consent_{one}" for one in Channel),
    *(f"about_{one}" for one in (MessageClass.SERVICE, MessageClass.MARKETING, Scope.PROGRESS)),
    *(f"stop{ped}_{one}" for ped in ("", "ped") for one in (MessageClass.MARKETING, Scope.PROGRESS)),
]


def test_there_is_english_and_german() -> None:
    assert {"en", "de"} <= set(WORDS)


@pytest.mark.parametrize("language", WORDS)
def test_a_language_has_every_word_that_is_needed(language: str) -> None:
    assert [one for one in NEEDED if one not in WORDS[language]] == []


@pytest.mark.parametrize("language", WORDS)
def test_a_language_has_the_words_of_english_and_no_others(language: str) -> None:
    assert set(WORDS[language]) == set(WORDS["en"])


@pytest.mark.parametrize("language", WORDS)
def test_a_language_has_the_places_of_english(language: str) -> None:
    other = {
        key: sorted(PLACE.findall(text))
        for key, text in WORDS[language].items()
        if sorted(PLACE.findall(text)) != sorted(PLACE.findall(WORDS["en"][key]))
    }
    assert other == {}


@pytest.mark.parametrize("language", WORDS)
def test_nothing_that_is_asked_for_is_called_cancelled(language: str) -> None:
    asked = [text for key, text in WORDS[language].items() if key.endswith("_requested")]
    assert [text for text in asked if re.search(r"is cancelled|ist storniert", text)] == []
