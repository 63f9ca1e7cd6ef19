"""Where a line stands when only some of its units have left, or are to leave later."""

from datetime import UTC, datetime, timedelta

import pytest

from notifier.forecast.standing import Dates, Standing, Units, standing
from notifier.terms.words import LineStatus

NOW = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)
PAST, AHEAD = NOW - timedelta(days=3), NOW + timedelta(days=3)
NEVER = Dates(None, None)


def stands(label: str, dates: Dates, *units: int) -> Standing:
    return standing(LineStatus(label), dates, Units(*units), NOW)


def test_two_of_five_shipped_leave_the_line_open() -> None:
    assert stands("backordered", Dates(PAST, None), 5, 2, 0) == Standing(LineStatus.BACKORDERED, None, None, None)


def test_two_of_five_cancelled_leave_the_line_open() -> None:
    assert stands("open", Dates(None, PAST), 5, 0, 2) == Standing(LineStatus.OPEN, None, None, None)


@pytest.mark.parametrize(("label", "units"), [("shipped", (5, 2, 0)), ("cancelled", (5, 0, 2))])
def test_a_label_with_its_count_is_about_those_units_alone(label: str, units: tuple[int, int, int]) -> None:
    assert stands(label, NEVER, *units).status is LineStatus.OPEN


@pytest.mark.parametrize("label", ["shipped", "cancelled"])
def test_a_label_without_a_count_closes_the_line(label: str) -> None:
    assert stands(label, NEVER, 5, 0, 0).status == label


def test_a_date_without_a_count_closes_the_line() -> None:
    assert stands("open", Dates(PAST, None), 5, 0, 0) == Standing(LineStatus.SHIPPED, PAST, None, None)


def test_the_rest_cancelled_after_a_part_was_shipped_closes_the_line() -> None:
    assert stands("open", Dates(PAST, PAST), 5, 2, 0).status is LineStatus.CANCELLED


def test_all_units_gone_by_count_and_date_are_shipped_on_that_date() -> None:
    assert stands("open", Dates(PAST, PAST), 5, 3, 2) == Standing(LineStatus.SHIPPED, PAST, None, None)


def test_units_that_ship_later_are_still_owed() -> None:
    assert stands("open", Dates(AHEAD, None), 5, 5, 0) == Standing(LineStatus.OPEN, None, None, AHEAD)


def test_counts_begin_to_count_on_their_dates() -> None:
    assert Units(5, 2, 1).at(Dates(AHEAD, AHEAD), NOW).open == 5
    assert Units(5, 2, 1).at(Dates(PAST, PAST), NOW).open == 2


@pytest.mark.parametrize(
    ("units", "status", "gone"),
    [
        ((5, 3, 2), "shipped", 3),
        ((5, 0, 0), "shipped", 5),
        ((5, 0, 5), "cancelled", 5),
        ((5, 2, 0), "cancelled", 3),
        ((5, 0, 0), "cancelled", 5),
        ((5, 5, 0), "cancelled", 5),
        ((5, 2, 0), "open", 0),
    ],
)
def test_a_closed_line_is_about_the_units_that_closed_it(units: tuple[int, int, int], status: str, gone: int) -> None:
    assert Units(*units).gone(LineStatus(status)) == gone
