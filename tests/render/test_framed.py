"""An email's HTML in the preview: nothing acts, nothing is fetched, light and dark at will."""

import re
from typing import Any

import pytest

from notifier.render.catalogue import Catalogue
from notifier.render.compile import render_email
from notifier.render.framed import PICTURE, framed
from notifier.render.visible import seen
from tests.render.once import once


@pytest.fixture(scope="session")
def mail(catalogue: Catalogue, make: Any) -> str:
    return render_email(once(catalogue.source("delay", "en", "oak")), make("delay")).html


@pytest.mark.parametrize(
    "html",
    [
        "<script>fetch('//evil.example')</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a></svg>",
        "<iframe src='//evil.example'></iframe>",
        "<meta http-equiv=refresh content='0;url=//evil.example'>",
        "<base href='//evil.example'>",
        "<link rel=stylesheet href='//evil.example'>",
        "<style>@import '//evil.example'; p{background:url(//evil.example)}</style>",
        "<p style='background:url(//evil.example/x.png)'>x</p>",
        "<p style='background:u\\72l(//evil.example/x.png)'>x</p>",
        "<table background='//evil.example/x.png'><tr><td>x</td></tr></table>",
        "<a href='javascript:alert(1)'>x</a>",
        "<form action='//evil.example'><input name=x></form>",
        "<object data='//evil.example'></object><embed src='//evil.example'>",
        "<video src='//evil.example' poster='//evil.example'></video>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
        "<style></style><script>fetch('//evil.example')</script></style>",
        "<img srcset='//evil.example 2x' src='//evil.example'>",
        "<p onclick='fetch(1)' onmouseover=alert(1)>x</p>",
        "<textarea></textarea><script>alert(1)</script>",
        "<div style='x:expression(alert(1))'>x</div>",
    ],
)
def test_nothing_acts_and_nothing_is_fetched(html: str) -> None:
    shown = re.sub(r' title="[^"]*"|&lt;.*', "", framed(f"<html><body>{html}</body></html>", dark=False))
    assert not re.search(r"<(?!/?(html|body|p|style|a|img|table|tr|td|div)\b|!doctype)|\son\w+=|http-equiv", shown)
    assert not re.search(r"url\(|@import|javascript:|expression\(|(src|srcset|background)=(?!\"?data:)", shown)


def test_a_reader_sees_the_same_words(mail: str) -> None:
    assert seen(framed(mail, dark=False)) == seen(mail)


def test_every_picture_is_a_drawn_one(mail: str) -> None:
    assert set(re.findall(r'src="([^"]*)"', framed(mail, dark=False))) == {PICTURE.replace("'", "&#x27;")}


def test_a_link_leads_nowhere_and_says_where_it_would(mail: str) -> None:
    shown = framed(mail, dark=False)
    assert set(re.findall(r'href="([^"]*)"', shown)) == {"#"} and 'title="https://go.oak.example/m/u1/' in shown


@pytest.mark.parametrize(("dark", "rule"), [(True, "min-width:0"), (False, "max-width:0")])
def test_dark_mode_is_always_or_never(mail: str, *, dark: bool, rule: str) -> None:
    shown = framed(mail, dark=dark)
    assert "prefers-color-scheme" not in shown and f"({rule})" in shown


def test_other_conditions_of_a_style_stay(mail: str) -> None:
    assert re.search(r"max-width:\s?479px", framed(mail, dark=True))
