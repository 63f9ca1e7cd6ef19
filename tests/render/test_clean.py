"""One sanitiser before any header, link, colour or body (HOSTILE 26, 33, 38)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.render import clean

ANY = st.text(st.characters(), max_size=100)


@given(ANY)
def test_a_header_has_no_control_separator_or_invisible_character(text: str) -> None:
    kept = {unicodedata.category(c) for c in clean.header(text)}
    assert not kept & {"Cc", "Zl", "Zp", "Cs"}


@pytest.mark.parametrize("hidden", ["\u200b", "\u200d", "\ufeff", "\u202e", "\u2066", "\u2028", "\x85", "\x0b", "\x00"])
def test_a_header_loses_what_hides_in_a_name(hidden: str) -> None:
    assert clean.header(f"An{hidden}na").replace(" ", "") == "Anna"


def test_a_header_joins_lines_with_a_blank() -> None:
    assert clean.header("Anna\r\nBcc: x@y.example") == "Anna Bcc: x@y.example"


def test_a_body_line_keeps_the_joiners_of_an_emoji_family() -> None:
    assert clean.line("👩\u200d👧") == "👩\u200d👧"


def test_a_body_loses_nul_and_keeps_line_ends() -> None:
    assert clean.body("a\x00b\r\nc\rd\n") == "ab\nc\nd\n"


@pytest.mark.parametrize("address", ["https://shop.example/a?b=c#d", "http://shop.example", "mailto:a@b.example"])
def test_an_allowed_link_passes(address: str) -> None:
    assert clean.link(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//evil.example",
        "/path",
        "https://",
        "https://a b.example",
        'https://a.example/"onclick=x',
        "https://a.example/\u202e",
        "https://[bad",
        "https://a.example/" + "x" * 1000,
        "mailto:",
        "",
    ],
)
def test_any_other_link_becomes_nothing(address: str) -> None:
    assert clean.link(address) == ""


@pytest.mark.parametrize("text", ["", "red", "#fff", "#12345g", "#123456;}", "url(x)"])
def test_a_colour_that_is_none_is_replaced(text: str) -> None:
    assert clean.colour(text, "#000000") == "#000000"
