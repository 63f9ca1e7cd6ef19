"""The starter set: every purpose, in four languages and two tones, as it would go out on a shop's first day."""

import re
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date
from typing import Any

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
from tests.render.starter import BRANDS, TRIED, catalogue, compiled
from tests.replies.book import BOOK

LOGO = "https://oak.example/logo.png"
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


@pytest.mark.parametrize("language", TRIED)
@pytest.mark.parametrize("purpose", starter.purposes(), ids=lambda one: one.name)
def test_no_purpose_falls_back_to_another_language(purpose: object, language: str) -> None:
    source = catalogue().source(getattr(purpose, "name"), language, "oak")  # noqa: B009
    assert (source.locale or "en", source.speaks) == (language, language)


def amiss(language: str, look: Callable[[str, Tone], Collection[Any]]) -> dict[tuple[str, str], Collection[Any]]:
    """What `look` finds wrong with the messages that ship in a language, by purpose and tone."""
    looked = {(one.name, tone.value): look(one.name, tone) for one in starter.purposes() for tone in Tone}
    return {which: found for which, found in looked.items() if found}


@pytest.mark.parametrize("language", TRIED)
def test_a_template_has_no_pronoun_of_the_other_tone(language: str) -> None:
    assert amiss(language, lambda purpose, tone: pronouns(said(purpose, language, tone), language, other(tone))) == {}


@pytest.mark.parametrize("tone", Tone)
@pytest.mark.parametrize("language", TRIED)
def test_the_small_phrases_have_no_pronoun_of_the_other_tone(language: str, tone: Tone) -> None:
    phrases = catalogue().phrases(language, BRANDS[tone])
    assert {key: found for key, text in phrases.items() if (found := pronouns(text, language, other(tone)))} == {}


@pytest.mark.parametrize("tone", Tone)
@pytest.mark.parametrize("language", TRIED)
def test_the_pages_have_no_pronoun_of_the_other_tone(language: str, tone: Tone) -> None:
    pages = packaged_words()
    words = pages.get(f"{language}-informal", pages[language]) if tone is Tone.INFORMAL else pages[language]
    assert {key: found for key, text in words.items() if (found := pronouns(text, language, other(tone)))} == {}


def other(tone: Tone) -> Tone:
    """The tone that is not this one."""
    return Tone.INFORMAL if tone is Tone.FORMAL else Tone.FORMAL


@pytest.mark.parametrize("language", TRIED[1:])
def test_another_language_says_nothing_in_english(language: str) -> None:
    def english(purpose: str, tone: Tone) -> set[str]:
        found = starter.email(purpose, language, tone)
        ours = {"the", "your", "you", "and", "order", "we", "reply", "this"}
        sample = re.sub(r"Lumen & Oak|Ridge Tent for Two|The ship was held in port\.|https:\S+", "", found.text)
        return ours & set(re.findall(r"[a-z]+", f"{found.subject} {sample}".lower()))

    assert amiss(language, english) == {}


@pytest.mark.parametrize("language", TRIED)
def test_a_text_is_written_in_the_cheap_alphabet_in_every_month(language: str) -> None:
    def dear(purpose: str, tone: Tone) -> list[int]:
        days = [date(2026, month, 5) for month in range(1, 13)]
        texts = {
            day: starter.text(purpose, language, tone, starter.content(purpose, language, tone, today=day))
            for day in days
        }
        return [day.month for day, text in texts.items() if text.encoding != "GSM-7"]

    assert amiss(language, dear) == {}


@pytest.mark.parametrize("language", TRIED)
def test_a_text_fits_two_segments_with_a_long_name_of_a_product(language: str) -> None:
    def too_long(purpose: str, tone: Tone) -> list[int]:
        sample = starter.content(purpose, language, tone)
        items = tuple(replace(item, name="Extraordinarily comfortable " * 9) for item in sample.items)
        segments = starter.text(purpose, language, tone, replace(sample, items=items)).segments
        return [segments] if segments > 2 else []

    assert amiss(language, too_long) == {}


@pytest.mark.parametrize("tone", Tone)
@pytest.mark.parametrize("language", TRIED)
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
@pytest.mark.parametrize("language", TRIED)
def test_the_word_beside_a_digit_chooses_as_the_digit_does(language: str, action: OrderAction) -> None:
    word = catalogue().phrases(language, "oak")[f"answer_{action.name.lower()}"].rpartition(" ")[2]
    assert classify(word, BOOK, offered("1234"), Channel.SMS, language).intent is ACTS[action]


@pytest.mark.parametrize("tone", Tone)
@pytest.mark.parametrize("language", TRIED)
def test_the_answers_that_a_notice_suggests_are_understood(language: str, tone: Tone) -> None:
    phrase = catalogue().phrases(language, BRANDS[tone])["must_free_answer"]
    examples = re.findall(r"[\"«]\s?(.+?)\s?[\"»]", phrase)
    read = [classify(one, BOOK, offered("12"), Channel.EMAIL, language).intent for one in examples]
    assert read == [Intent.ACCEPT_DELAY, Intent.CANCEL_ORDER]


@pytest.mark.parametrize("language", TRIED)
def test_without_images_an_email_still_names_the_brand_and_what_it_is_about(language: str) -> None:
    def lacking(purpose: str, tone: Tone) -> list[str]:
        shown = seen(starter.email(purpose, language, tone, logo=LOGO).html)
        about = "" if "1001" in shown or "Blue Enamel Kettle" in shown else "what it is about"
        return [one for one in ("" if "Lumen & Oak" in shown else "the brand", about) if one]

    assert amiss(language, lacking) == {}


@pytest.mark.parametrize("language", TRIED)
def test_every_image_says_what_stands_in_its_place(language: str) -> None:
    def silent(purpose: str, tone: Tone) -> list[str]:
        images = re.findall(r"<img[^>]*>", starter.email(purpose, language, tone, logo=LOGO).html)
        return [one for one in images if not re.search(r'\balt="', one)] if images else ["no image"]

    assert amiss(language, silent) == {}


@pytest.mark.parametrize("language", TRIED)
def test_an_email_says_in_which_language_it_is(language: str) -> None:
    def another(purpose: str, tone: Tone) -> set[str]:
        return set(re.findall(r'<html[^>]*\blang="([^"]*)"', starter.email(purpose, language, tone).html)) ^ {language}

    assert amiss(language, another) == {}


@pytest.mark.parametrize("language", TRIED)
def test_headings_begin_with_the_first_and_skip_none(language: str) -> None:
    def odd(purpose: str, tone: Tone) -> list[int]:
        found = [int(level) for level in re.findall(r"<h([1-6])\b", starter.email(purpose, language, tone).html)]
        return [] if found[:1] == [1] and found.count(1) == 1 and set(found) <= {1, 2} else found or [0]

    assert amiss(language, odd) == {}


@pytest.mark.parametrize("language", TRIED)
def test_tables_are_for_layout_only(language: str) -> None:
    def others(purpose: str, tone: Tone) -> list[str]:
        tables = re.findall(r"<table[^>]*>", starter.email(purpose, language, tone).html)
        return [one for one in tables if 'role="presentation"' not in one] if tables else ["no table"]

    assert amiss(language, others) == {}
