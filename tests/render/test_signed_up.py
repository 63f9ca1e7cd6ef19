"""Requests for consent and alerts as messages, and the words that somebody agrees to."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from notifier.render.catalogue import Catalogue
from notifier.render.compile import render_email, render_text
from notifier.render.signed_up import wording
from notifier.terms.content import Content, RenderedEmail, RenderedText, SignedUp
from notifier.terms.money import Money
from notifier.terms.words import Channel
from tests.render.once import once

Make = Callable[..., Content]

LINK = "https://go.oak.example/c/123456/AAAAAAAAAAAAAAAAAAAAAA"
ASKED = SignedUp(("Blue Enamel Kettle",), wording="I agree to this.", confirm=LINK, days=7)
ALERT = SignedUp(("Blue Enamel Kettle",), "https://shop.example/kettle", "", Money(Decimal("49.90"), "EUR"))
SAYS = {"consent_request": ASKED, "restock_alert": ALERT}
HOSTILE = ["Extraordinarily " * 40, "إبريق أزرق", "Kettle 🫖✨ deluxe", "<script>x</script> {{7*7}} **b**", ""]
LOCALES = ("en", "de", "de-AT", "fr", "es", "it")


@pytest.fixture
def email(make: Make, catalogue: Catalogue) -> Callable[..., RenderedEmail]:
    def rendered(purpose: str, locale: str = "en", **more: Any) -> RenderedEmail:
        content = make(purpose, locale=locale, items=(), **{"signed_up": SAYS[purpose]} | more)
        return render_email(once(catalogue.source(purpose, locale, "oak")), content)

    return rendered


@pytest.fixture
def text(make: Make, catalogue: Catalogue) -> Callable[..., RenderedText]:
    def rendered(purpose: str, locale: str = "en", **more: Any) -> RenderedText:
        content = make(purpose, locale=locale, items=(), channel=Channel.SMS, **{"signed_up": SAYS[purpose]} | more)
        return render_text(once(catalogue.source(purpose, locale, "oak")), content)

    return rendered


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("purpose", SAYS)
def test_no_name_breaks_an_email(email: Any, purpose: str, locale: str, name: str) -> None:
    found = email(purpose, locale, signed_up=SignedUp((name,), wording="I agree."))
    left = (found.html + found.text + found.subject).replace("{{7*7}}", "")
    assert not re.search(r"\{[{%]|[%}]\}|None", left.partition("<body")[2])
    assert "<script" not in found.html


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("purpose", SAYS)
def test_a_text_has_two_segments_at_most(text: Any, purpose: str, locale: str, name: str) -> None:
    found = text(purpose, locale, signed_up=SignedUp((name,), "https://shop.example/kettle"))
    assert found.segments <= 2


@pytest.mark.parametrize("locale", LOCALES)
def test_a_text_that_asks_fits_a_long_brand(text: Any, make: Make, locale: str) -> None:
    assert text("consent_request", locale, brand={"name": "The Old Harbour Lamp and Oak Company"}).segments <= 2


def test_a_request_has_no_way_to_unsubscribe_from_what_was_never_agreed_to(email: Any) -> None:
    assert "/u/1/" not in email("consent_request").html


def test_an_alert_has_a_way_to_unsubscribe(email: Any) -> None:
    assert "https://go.oak.example/u/1/u1/" in email("restock_alert").html


def test_an_alert_says_why_it_comes(email: Any) -> None:
    assert "because you asked Lumen &amp; Oak to tell you when this is back" in email("restock_alert").html


def test_a_request_without_pages_is_answered_by_a_word(email: Any) -> None:
    found = email("consent_request", signed_up=SignedUp(wording="I agree."))
    assert "To agree, reply to this email with the one word JOIN." in " ".join(found.text.split())


def test_a_request_without_a_product_names_none(email: Any) -> None:
    assert email("consent_request", signed_up=SignedUp(wording="I agree.")).subject == (
        "Please confirm that we may write to you"
    )


@pytest.mark.parametrize(
    ("often", "expected"),
    [
        ((3, 7), "3 messages in 7 days at most"),
        ((2, 1), "2 messages a day at most"),
        (None, "as often as there is news"),
    ],
)
def test_the_wording_says_how_often(catalogue: Catalogue, often: tuple[int, int] | None, expected: str) -> None:
    words = dict(catalogue.source("consent_request", "en", "oak").words)
    assert expected in wording(Channel.EMAIL, "Lumen & Oak", often, words)


@pytest.mark.parametrize(
    "part", ["Lumen & Oak", "recurring automated", "not a condition of purchase", "Msg&data rates"]
)
def test_the_wording_of_texts_has_every_part_of_the_disclosure(catalogue: Catalogue, part: str) -> None:
    words = dict(catalogue.source("consent_request", "en", "oak").words)
    assert part in wording(Channel.SMS, "Lumen & Oak", (3, 7), words)
