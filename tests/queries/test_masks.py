"""What somebody typed as a customer's id, as an error may repeat it."""

import pytest

from notifier.queries.masks import masked_if_address, shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("ann@shop.example.com", "a***@shop.example.com"),
        ("Ann Lee <ann@shop.example.com>", "A***@shop.example.com>"),
        ("+12125550187", "+12***87"),
        ("(212) 555-0187", "(21***87"),
        ("2125550187", "212***87"),
        ("tel:+1-212-555-0187", "tel***87"),
        ("\u202a+1 212 555 0187", "\u202a+1***87"),
        ("212-555-0187 x5", "212***x5"),
    ],
)
def test_what_could_be_an_address_is_masked(typed: str, shown: str) -> None:
    assert masked_if_address(typed) == shown


@pytest.mark.parametrize("typed", ["ann", "C-1042", "10042", "CUST-0001234567", "3f2b8a6e-11d4", ""])
def test_a_shops_own_id_is_repeated_as_it_was_typed(typed: str) -> None:
    assert masked_if_address(typed) == typed


@pytest.mark.parametrize(("key", "told"), [("ann@shop.example", "a***@shop.example"), ("1234567", "1234567")])
def test_lists_show_a_shops_own_id_unless_it_is_an_address(key: str, told: str) -> None:
    assert shown(key) == told
