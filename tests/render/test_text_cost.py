"""What a text costs, and which characters make it dear."""

from decimal import Decimal

import pytest

from notifier.render.text_cost import Costly, cost, costly
from notifier.terms.money import Money


@pytest.mark.parametrize(
    ("text", "segments", "encoding", "used", "left"),
    [
        ("a" * 160, 1, "GSM-7", 160, 0),
        ("a" * 161, 2, "GSM-7", 161, 145),
        ("€" * 3, 1, "GSM-7", 6, 154),
        ("ж" * 70, 1, "UCS-2", 70, 0),
        ("ж" * 71, 2, "UCS-2", 71, 63),
        ("😀", 1, "UCS-2", 2, 68),
    ],
)
def test_segments_and_what_is_left_of_them(text: str, segments: int, encoding: str, used: int, left: int) -> None:
    found = cost(text)
    assert (found.segments, found.encoding, found.used, found.left) == (segments, encoding, used, left)


def test_each_costly_character_is_named_once_with_its_first_place() -> None:
    assert list(costly("ab\nŁxŁ")) == [Costly("Ł", 2, 1, "", 2)]


def test_a_mark_that_is_sent_in_a_plainer_form_costs_nothing() -> None:
    assert list(costly("“a” – b…")) == []


def test_the_price_is_that_of_all_segments() -> None:
    assert cost("a" * 161, Money(Decimal("0.05"), "USD")).price == Money(Decimal("0.10"), "USD")


def test_without_a_price_of_a_segment_there_is_none() -> None:
    assert cost("a").price is None
