"""The starter set: every purpose, in four languages and two tones, as it would go out on a shop's first day."""

import re
from dataclasses import replace
from datetime import date

import pytest

from notifier.render.compile import render_email, render_text
from notifier.render.lint import Page, page_faults, text_faults, words_faults
from notifier.render.probes import probes
from notifier.render.visible import seen
from notifier.replies.intents import classify
from notifier.terms.reply import ACTS, Intent, OrderAction, offered
from notifier.terms.words import Channel, Tone
from notifier.web.pages.speech import packaged_words
from tests.render import starter
from tests.render.starter import BRANDS, LANGUAGES, catalogue, compiled, everything
from tests.replies.book import BOOK

EVERYTHING = [pytest.param(*one, marks=() if one[1] == "de" else pytest.mark.slow) for one in everything()]
"""In the fast gate one language stands for all."""
REQUIRED = ("delay", "delay_renewed", "cancelled")
FORMAL = {
    "en": r"(?!)",
    "de": r"\b(Sie|Ihnen|Ihre?[nmrs]?)\b",
    "fr": r"\b(vous|votre|vos|vôtres?|(?!chez\b|assez\b|remboursez-moi)\w+ez)\b",
    "es": r"\b(usted|sus?|suy[oa]|les?)\b",
}
INFORMAL = {
    "en": r"(?!)",
    "de": r"\b(du|dich|dir|deine?[nmrs]?)\b",
    "fr": r"\b(tu|te|toi|ton|ta|tes|tienne?)\b|\bt'",
    "es": r"\b(tú|tus?|tuy[oa]|ti|te|contigo)\b",
}
"""The pronouns of each tone. Those of German are capitals: in small letters they are she and they."""
YOU = re.compile(r'you\("([^"]*)", "([^"]*)"\)')


def said(purpose: str, language: str, tone: Tone) -> str:
    """All that a template may say in a tone, whatever the order."""
    source = catalogue().source(purpose, language, BRANDS[tone])
    written = f"{source.subject}\n{source.email}\n{source.sms}"
    return YOU.sub(lambda found: found[1 if tone is Tone.FORMAL else 2], written)


def pronouns(text: str, language: str, tone: Tone) -> list[str]:
    """The pronouns of a tone that stand in a text."""
    known = (FORMAL if tone is Tone.FORMAL else INFORMAL)[language]
    exactly = tone is Tone.FORMAL and language == "de"
    return [found[0] for found in re.finditer(known, text, 0 if exactly else re.IGNORECASE)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("purpose", starter.purposes(), ids=lambda one: one.name)
def test_no_purpose_falls_back_to_another_language(purpose: object, language: str) -> None:
    source = catalogue().source(getattr(purpose, "name"), language, "oak")  # noqa: B009
    assert (source.locale or "en", source.speaks) == (language, language)


@pytest.mark.parametrize(("purpose", "language", "tone"), EVERYTHING)
def test_a_template_has_no_pronoun_of_the_other_tone(purpose: str, language: str, tone: Tone) -> None:
    assert pronouns(said(purpose, language, tone), language, other(tone)) == []


@pytest.mark.parametrize("tone", Tone)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_small_phrases_have_no_pronoun_of_the_other_tone(language: str, tone: Tone) -> None:
    phrases = catalogue().phrases(language, BRANDS[tone])
    assert {key: found for key, text in phrases.items() if (found := pronouns(text, language, other(tone)))} == {}


@pytest.mark.parametrize("tone", Tone)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_have_no_pronoun_of_the_other_tone(language: str, tone: Tone) -> None:
    pages = packaged_words()
    words = pages.get(f"{language}-informal", pages[language]) if tone is Tone.INFORMAL else pages[language]
    assert {key: found for key, text in words.items() if (found := pronouns(text, language, other(tone)))} == {}


def other(tone: Tone) -> Tone:
    """The tone that is not this one."""
    return Tone.INFORMAL if tone is Tone.FORMAL else Tone.FORMAL


@pytest.mark.parametrize(("purpose", "language", "tone"), [one for one in EVERYTHING if one.values[1] != "en"])
def test_another_language_says_nothing_in_english(purpose: str, language: str, tone: Tone) -> None:
    found = starter.email(purpose, language, tone)
    ours = {"the", "your", "you", "and", "order", "we", "reply", "this"}
    sample = re.sub(r"Lumen & Oak|Ridge Tent for Two|The ship was held in port\.|https:\S+", "", found.text)
    assert ours & set(re.findall(r"[a-z]+", f"{found.subject} {sample}".lower())) == set()


@pytest.mark.parametrize(("purpose", "language", "tone"), EVERYTHING)
def test_a_text_is_written_in_the_cheap_alphabet_in_every_month(purpose: str, language: str, tone: Tone) -> None:
    contents = [starter.content(purpose, language, tone, today=date(2026, month, 5)) for month in range(1, 13)]
    assert {starter.text(purpose, language, tone, one).encoding for one in contents} == {"GSM-7"}


@pytest.mark.parametrize(("purpose", "language", "tone"), EVERYTHING)
def test_a_text_fits_two_segments_with_a_long_name_of_a_product(purpose: str, language: str, tone: Tone) -> None:
    sample = starter.content(purpose, language, tone)
    items = tuple(replace(item, name="Extraordinarily comfortable " * 9) for item in sample.items)
    assert starter.text(purpose, language, tone, replace(sample, items=items)).segments <= 2


@pytest.mark.parametrize("tone", Tone)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("purpose", REQUIRED)
def test_every_kind_of_notice_is_lawful(purpose: str, language: str, tone: Tone) -> None:
    template, kind, brand = compiled(purpose, language, tone), catalogue().purposes[purpose], starter.look(tone)
    faults = words_faults(catalogue(), language, tone)
    for probe in probes(kind, brand, language):
        page = render_email(template, probe.content)
        faults += page_faults(probe, kind, template.source, Page(page.subject, page.html, page.text))
        faults += text_faults(probe, kind, template.source, render_text(template, probe.text).text)
    assert faults == []


@pytest.mark.parametrize("action", OrderAction)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_word_beside_a_digit_chooses_as_the_digit_does(language: str, action: OrderAction) -> None:
    word = catalogue().phrases(language, "oak")[f"answer_{action.name.lower()}"].rpartition(" ")[2]
    assert classify(word, BOOK, offered("1234"), Channel.SMS, language).intent is ACTS[action]


@pytest.mark.parametrize("tone", Tone)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answers_that_a_notice_suggests_are_understood(language: str, tone: Tone) -> None:
    phrase = catalogue().phrases(language, BRANDS[tone])["must_free_answer"]
    examples = re.findall(r"[\"«]\s?(.+?)\s?[\"»]", phrase)
    read = [classify(one, BOOK, offered("12"), Channel.EMAIL, language).intent for one in examples]
    assert read == [Intent.ACCEPT_DELAY, Intent.CANCEL_ORDER]


@pytest.mark.parametrize(("purpose", "language", "tone"), EVERYTHING)
def test_without_images_an_email_still_names_the_brand_and_what_it_is_about(
    purpose: str, language: str, tone: Tone
) -> None:
    html = starter.email(purpose, language, tone, logo="https://oak.example/logo.png").html
    shown = seen(html)
    assert "Lumen & Oak" in shown
    assert "1001" in shown or "Blue Enamel Kettle" in shown


@pytest.mark.parametrize(("purpose", "language", "tone"), EVERYTHING)
def test_every_image_says_what_stands_in_its_place(purpose: str, language: str, tone: Tone) -> None:
    html = starter.email(purpose, language, tone, logo="https://oak.example/logo.png").html
    images = re.findall(r"<img[^>]*>", html)
    assert images and all(re.search(r'\balt="', one) for one in images)


@pytest.mark.parametrize(("purpose", "language", "tone"), EVERYTHING)
def test_an_email_says_in_which_language_it_is(purpose: str, language: str, tone: Tone) -> None:
    assert re.search(rf'<html[^>]*\blang="{language}"', starter.email(purpose, language, tone).html)


@pytest.mark.parametrize(("purpose", "language", "tone"), EVERYTHING)
def test_headings_begin_with_the_first_and_skip_none(purpose: str, language: str, tone: Tone) -> None:
    found = [int(level) for level in re.findall(r"<h([1-6])\b", starter.email(purpose, language, tone).html)]
    assert found[0] == 1 and found.count(1) == 1 and set(found) <= {1, 2}


@pytest.mark.parametrize(("purpose", "language", "tone"), EVERYTHING)
def test_tables_are_for_layout_only(purpose: str, language: str, tone: Tone) -> None:
    tables = re.findall(r"<table[^>]*>", starter.email(purpose, language, tone).html)
    assert tables and all('role="presentation"' in one for one in tables)
