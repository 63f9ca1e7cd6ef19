"""How a brand addresses its customers: `you` in templates, the phrases of `_words/`, and the version of both."""

from typing import Any

import pytest

from notifier.errors import RenderError
from notifier.render.catalogue import Catalogue, assemble
from notifier.render.compile import render_text
from notifier.render.environment import CALLS, FUNCTIONS
from notifier.render.lint import words_faults
from notifier.terms.words import Tone
from tests.render.once import once

TOML = 'class = "service"\nrung = "progress"\noccasion = "waiting"\ntitle = "News"\n'
BASE = {
    "_layout.mjml": "<mjml>{{ body }}</mjml>",
    "_words/en.toml": 'greeting = "Hello {name},"\n',
    "_words/de.toml": 'greeting = "Guten Tag {name},"\ndates_none = "Noch kein Termin."\n',
    "_words/de-AT.toml": 'greeting = "Grüß Gott {name},"\n',
    "_words/de-informal.toml": 'greeting = "Hallo {name},"\n',
    "news/purpose.toml": TOML,
    **{f"news/{part}": f"en {part}" for part in ("subject.txt", "email.md", "sms.txt")},
    **{f"news/de/{part}": f"de {part}" for part in ("subject.txt", "email.md", "sms.txt")},
}


def build(**changed: str) -> Catalogue:
    """Brand oak says Sie, brand elm says du."""
    return assemble([("base", BASE | {name.replace("__", "/"): text for name, text in changed.items()})], {"elm"})


def words(catalogue: Catalogue, locale: str, brand: str) -> dict[str, str]:
    return dict(catalogue.source("news", locale, brand).words)


def test_an_informal_brand_has_the_informal_phrases() -> None:
    assert [words(build(), "de", brand)["greeting"] for brand in ("oak", "elm")] == [
        "Guten Tag {name},",
        "Hallo {name},",
    ]


def test_a_phrase_without_an_informal_form_is_that_of_the_language() -> None:
    assert words(build(), "de", "elm")["dates_none"] == "Noch kein Termin."


def test_informal_phrases_win_over_those_of_a_country() -> None:
    assert words(build(), "de-AT", "elm")["greeting"] == "Hallo {name},"


def test_informal_phrases_are_no_language_that_a_customer_can_have() -> None:
    assert words(build(), "de-informal", "oak")["greeting"] == "Guten Tag {name},"


def test_a_language_without_a_difference_says_the_same() -> None:
    assert words(build(), "en", "elm") == words(build(), "en", "oak")


def test_two_tones_are_two_versions_of_a_template() -> None:
    assert build().source("news", "de", "oak").version != build().source("news", "de", "elm").version


def test_the_pages_have_the_phrases_of_their_brand() -> None:
    assert build().phrases("de", "elm")["greeting"] == "Hallo {name},"


def test_an_informal_phrase_that_nothing_asks_for_is_found() -> None:
    catalogue = build(**{"_words/de-informal.toml": 'greating = "Hallo {name},"\n'})
    found = words_faults(catalogue, "de", Tone.INFORMAL)
    assert "_words/de-informal.toml: greating is no phrase of _words/en.toml; remove it" in found


@pytest.mark.parametrize(("brand", "said"), [("oak", "Warten Sie bitte"), ("elm", "Warte bitte")])
def test_you_takes_the_words_of_the_tone(catalogue: Catalogue, make: Any, brand: str, said: str) -> None:
    sms = '{{ brand.name }}: {{ you("Warten Sie", "Warte") }} bitte. Keine SMS mehr: STOP'
    texts = dict(catalogue.texts) | {("", "placed", "de", "sms.txt"): sms}
    changed = Catalogue(catalogue.purposes, texts, catalogue.words, catalogue.informal_words, frozenset({"elm"}))
    text = render_text(once(changed.source("placed", "de", brand)), make("placed", locale="de")).text
    assert said in text


def test_you_with_one_form_is_refused_with_its_line(catalogue: Catalogue, make: Any) -> None:
    texts = dict(catalogue.texts) | {("", "placed", "", "sms.txt"): '{{ brand.name }}: {{ you("a") }} STOP'}
    source = Catalogue(catalogue.purposes, texts, catalogue.words).source("placed", "en", "oak")
    with pytest.raises(RenderError, match=r"placed/sms\.txt line 1"):
        render_text(once(source), make("placed"))


def test_all_that_can_be_called_is_described() -> None:
    assert {call.partition("(")[0] for call in CALLS} == set(FUNCTIONS)
