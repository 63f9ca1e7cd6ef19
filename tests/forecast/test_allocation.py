"""First ordered, first served: who is covered by stock, by which purchase order, or by nothing."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.forecast.allocation import Coverage, Source, SupplyFacts, cover


def supply(po: str, promised_on: date | None, outstanding: int) -> SupplyFacts:
    return SupplyFacts(po, "LAMP", promised_on, outstanding)


MARCH, APRIL = supply("PO-2", date(2027, 3, 1), 10), supply("PO-1", date(2027, 4, 1), 10)


def test_stock_that_reaches_past_the_queue_covers_the_line() -> None:
    assert cover(3, 2, 5, []).by_stock


def test_stock_that_ends_one_unit_short_does_not_cover_the_line() -> None:
    assert cover(3, 2, 4, []) == Coverage(Source.NOTHING, short=1)


def test_unknown_stock_covers_nothing() -> None:
    assert cover(0, 1, None, []) == Coverage(Source.NOTHING, short=1)


def test_the_supply_that_completes_the_line_serves_it() -> None:
    assert cover(8, 4, 1, [APRIL, MARCH]).supply == APRIL


def test_an_earlier_supply_serves_those_ahead_in_the_queue() -> None:
    assert cover(8, 2, None, [APRIL, MARCH]).supply == MARCH


def test_a_supply_without_a_date_comes_after_those_with_one() -> None:
    assert cover(0, 5, 0, [supply("PO-0", None, 5), MARCH]).supply == MARCH


def test_a_supply_that_has_fully_come_in_serves_nobody() -> None:
    assert cover(0, 1, 0, [supply("PO-0", date(2027, 1, 1), 0)]).source is Source.NOTHING


def test_a_line_without_open_units_is_refused() -> None:
    with pytest.raises(ValueError, match="open units"):
        cover(0, 0, 5, [])


def test_negative_outstanding_units_are_refused_with_the_purchase_order() -> None:
    with pytest.raises(ValueError, match="PO-9"):
        supply("PO-9", None, -1)


@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=12),
    st.none() | st.integers(0, 20),
    st.lists(st.tuples(st.none() | st.dates(date(2027, 1, 1), date(2027, 3, 1)), st.integers(0, 8)), max_size=6),
)
def test_allocation_agrees_with_handing_out_unit_by_unit(
    queue: list[int], stock: int | None, arrivals: list[tuple[date | None, int]]
) -> None:
    supplies = [supply(f"PO-{i:02}", day, units) for i, (day, units) in enumerate(arrivals)]
    units: list[SupplyFacts | None] = [None] * (stock or 0)
    for one in sorted(supplies, key=lambda one: (one.promised_on or date.max, one.po)):
        units += [one] * one.outstanding
    ahead = 0
    for quantity in queue:
        mine = units[ahead : ahead + quantity]
        got = cover(ahead, quantity, stock, supplies)
        if len(mine) < quantity:
            assert got == Coverage(Source.NOTHING, short=quantity - len(mine))
        else:
            assert (got.by_stock, got.supply) == (mine[-1] is None, mine[-1])
        ahead += quantity
