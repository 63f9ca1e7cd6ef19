"""Emails in a browser, as a mail program shows them: readable in light and dark, on a phone, and without images."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from notifier.terms.words import Tone
from tests.render import starter
from tests.render.pictures import Shot, opened
from tests.render.starter import LANGUAGES
from tests.web.console.browser import axe
from tests.web.pages.pictures import CHROMIUM, browser

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="missing: chromium (apt-get install chromium)"),
]

NARROW = 320
PURPOSES = [(one.name, LANGUAGES[number % len(LANGUAGES)]) for number, one in enumerate(starter.purposes())]
"""Each purpose, in one language after the other: the layout is the same in all."""
COLOURS = ("#000000", "#ffffff", "#ffe000", "#7a1f1f")
BROKEN = "[...document.images].filter(one => one.alt === '' && one.getBoundingClientRect().width > 1).length"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as one:
        yield one


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("purpose", "language"), PURPOSES)
def test_no_email_has_a_serious_fault_of_access(chromium: Any, purpose: str, language: str, dark: bool) -> None:
    tab = opened(chromium, Shot(purpose, language, dark=dark))
    assert axe(tab) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("colour", COLOURS)
def test_any_colour_of_a_brand_can_be_read(chromium: Any, colour: str, dark: bool) -> None:
    tab = opened(chromium, Shot("eta_change", "en", dark=dark, colour=colour))
    assert axe(tab, ("color-contrast",)) == []


@pytest.mark.parametrize(("purpose", "language"), PURPOSES)
def test_no_email_is_wider_than_a_small_phone(chromium: Any, purpose: str, language: str) -> None:
    tab = opened(chromium, Shot(purpose, language, Tone.INFORMAL, width=NARROW))
    assert tab.evaluate("document.documentElement.scrollWidth") == NARROW


@pytest.mark.parametrize(("purpose", "language"), PURPOSES)
def test_an_image_that_is_not_loaded_leaves_no_hole(chromium: Any, purpose: str, language: str) -> None:
    assert opened(chromium, Shot(purpose, language, images=False)).evaluate(BROKEN) == 0


def test_a_logo_that_is_not_loaded_is_the_brands_name(chromium: Any) -> None:
    tab = opened(chromium, Shot("delay", "en", images=False))
    assert tab.get_by_alt_text("Lumen & Oak").is_visible()
