"""The words of the pages: each language has all of them, and every value that a page can show has its own."""

import re
from datetime import date

import pytest

from notifier.terms.effects import ActionKind, ActionState
from notifier.terms.page import Act, Stage
from notifier.terms.words import Channel, MessageClass, Scope, Tone
from notifier.web.pages.speech import packaged_words, speech
from tests.render.starter import catalogue, look

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


def test_the_languages_are_those_of_the_messages_each_in_its_tones() -> None:
    assert set(WORDS) == {"en", "de", "de-informal", "fr", "fr-informal", "es", "es-informal"}


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
    assert [text for text in asked if re.search(r"is cancelled|ist storniert|est annulé|est[áa] cancelado", text)] == []


@pytest.mark.parametrize(("tone", "said"), [(Tone.FORMAL, "Ihre Wahl"), (Tone.INFORMAL, "Deine Wahl")])
def test_a_page_speaks_in_the_tone_of_its_brand(tone: Tone, said: str) -> None:
    assert speech(WORDS, catalogue().phrases, look(tone), "de-AT", date(2026, 11, 23))("choose") == said


@pytest.mark.parametrize(("tone", "said"), [(Tone.FORMAL, "Ihr Artikel"), (Tone.INFORMAL, "dein Artikel")])
def test_what_a_page_takes_from_the_messages_is_in_the_tone_of_its_brand(tone: Tone, said: str) -> None:
    assert speech(WORDS, catalogue().phrases, look(tone), "de", date(2026, 11, 23)).phrase("an_item") == said
