"""Every ready answer can be filled in, in each of its languages, and says what the customer's order is."""

import re
from dataclasses import replace
from datetime import date

import pytest

from notifier.errors import RenderError, SettingsError
from notifier.pipeline.sample import sample_content
from notifier.render.catalogue import Catalogue, assemble
from notifier.render.compile import render_email
from notifier.template_files import packaged_folder, shop_catalogue
from notifier.terms.words import Channel
from tests.render.conftest import LOOK
from tests.render.once import once

TODAY = date(2026, 6, 1)
CATALOGUE = shop_catalogue(packaged_folder() / "nowhere")
INFORMAL = shop_catalogue(packaged_folder() / "nowhere", frozenset({""}))
ANSWERS = sorted(CATALOGUE.answers)


def filled(catalogue: Catalogue, name: str, locale: str, *, items: bool = True) -> str:
    content = sample_content(catalogue.purposes["reply_ack"], locale, LOOK, Channel.EMAIL, TODAY)
    content = replace(content, items=content.items if items else ())
    return render_email(once(catalogue.answer(name, locale, "")), content).text


@pytest.mark.parametrize(("name", "locale"), ANSWERS)
def test_a_ready_answer_can_be_filled_in(name: str, locale: str) -> None:
    assert len(filled(CATALOGUE, name, locale).split()) > 10


@pytest.mark.parametrize(("name", "locale"), ANSWERS)
def test_a_ready_answer_speaks_to_customers_as_its_brand_does(name: str, locale: str) -> None:
    formal = re.compile(r"\b(Sie|Ihnen|Ihre[rnm]?|vous|votre|vos|usted|sus?)\b")
    assert not formal.search(filled(INFORMAL, name, locale))


@pytest.mark.parametrize(("name", "locale"), ANSWERS)
def test_a_ready_answer_can_be_filled_in_where_no_order_is_known(name: str, locale: str) -> None:
    assert not re.search(r"\{\{|  ,| \.", filled(CATALOGUE, name, locale, items=False))


def test_a_language_that_has_none_gets_the_english_one() -> None:
    assert CATALOGUE.answer("call_you", "ja-JP", "").locale == "en"


def test_a_shops_own_answer_takes_the_place_of_ours() -> None:
    files = {"_answers/hello/en.md": "One"}, {"_answers/hello/en.md": "Two"}
    made = assemble([("a", files[0] | {"_layout.mjml": "<mjml></mjml>"}), ("b", files[1])])
    assert made.answer("hello", "en", "").email == "Two"


def test_an_answer_without_english_words_is_a_fault() -> None:
    with pytest.raises(SettingsError, match=r"_answers/hello/en\.md"):
        assemble([("a", {"_answers/hello/de.md": "Eins", "_layout.mjml": "<mjml></mjml>"})])


def test_an_answer_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(RenderError, match="call_you"):
        CATALOGUE.answer("nonsense", "en", "")
