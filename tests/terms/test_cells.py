"""No cell of an export acts as a formula."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.terms.cells import harmless

STARTS = "=+-@\t\r＝＋－＠"


@pytest.mark.parametrize("start", STARTS)
def test_a_cell_that_begins_like_a_formula_begins_with_an_apostrophe(start: str) -> None:
    assert harmless(f"{start}cmd") == f"'{start}cmd"


@pytest.mark.parametrize("number", ["-5", "+5", "-1.5", "-1,234.50", "7", "+447700900123"])
def test_a_number_stays_as_it_is(number: str) -> None:
    assert harmless(number) == number


@pytest.mark.parametrize("cell", ["-5+cmd|'x'!A0", "=1+1", "+1-1", "--5", "-"])
def test_what_only_begins_like_a_number_is_no_number(cell: str) -> None:
    assert harmless(cell).startswith("'")


@pytest.mark.parametrize("cell", ["a;=cmd", "a,@cmd", 'a;"=cmd', "a\n=cmd", "a|  +cmd", "a\t-cmd"])
def test_a_formula_after_a_delimiter_is_neutralised_too(cell: str) -> None:
    assert "'" in harmless(cell)


@pytest.mark.parametrize("cell", ["", "plain", "a-b", "a=b", "x@y", "Your order 11008", "a, b; c"])
def test_plain_text_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell


@given(st.text(alphabet=STARTS + " 1a;,'\"", max_size=12))
def test_nothing_that_is_written_begins_like_a_formula_but_a_number(cell: str) -> None:
    written = harmless(cell).lstrip(" ")
    assert not written or written[0] not in STARTS or written.strip("+-").replace(",", "").isdigit()
