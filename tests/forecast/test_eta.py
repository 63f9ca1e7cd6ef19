"""The dates a customer may be told: whose word counts, and which dates nobody believes."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from notifier.forecast.allocation import Coverage, Source, SupplyFacts
from notifier.forecast.eta import LineInputs, ShopFigures, eta_of, turns_on
from notifier.terms.time import EtaRange

TODAY = date(2027, 3, 1)
SHOP = ShopFigures(handling_days=2, max_days_ahead=365)
NOTHING = Coverage(Source.NOTHING, short=1)
DAYS = st.none() | st.dates(date(2027, 1, 1), date(2028, 6, 1))


def arriving(day: date | None) -> Coverage:
    return Coverage(Source.SUPPLY, SupplyFacts("PO-7", "LAMP", day, 5))


def test_the_lines_own_dates_come_before_its_supply() -> None:
    eta = eta_of(LineInputs(date(2027, 3, 5), date(2027, 3, 8)), arriving(date(2027, 4, 1)), SHOP, TODAY)
    assert (eta.source, eta.eta) == ("line", EtaRange(date(2027, 3, 5), date(2027, 3, 8)))


def test_an_edited_promise_comes_before_the_supply() -> None:
    eta = eta_of(LineInputs(edited_promise=date(2027, 3, 9)), arriving(date(2027, 4, 1)), SHOP, TODAY)
    assert (eta.source, eta.eta) == ("promise", EtaRange(date(2027, 3, 9), date(2027, 3, 9)))


def test_goods_ship_the_handling_days_after_their_supply_arrives() -> None:
    eta = eta_of(LineInputs(), arriving(date(2027, 4, 1)), SHOP, TODAY)
    assert (eta.source, eta.eta) == ("supply", EtaRange(date(2027, 4, 3), date(2027, 4, 3)))


def test_one_known_end_of_a_range_is_a_single_day() -> None:
    assert eta_of(LineInputs(eta_to=date(2027, 3, 9)), NOTHING, SHOP, TODAY).eta == EtaRange(
        date(2027, 3, 9), date(2027, 3, 9)
    )


def test_a_range_that_has_begun_begins_today() -> None:
    eta = eta_of(LineInputs(date(2027, 2, 20), date(2027, 3, 4)), NOTHING, SHOP, TODAY)
    assert eta.eta == EtaRange(TODAY, date(2027, 3, 4))


def test_a_date_that_is_over_is_no_date_and_says_why() -> None:
    eta = eta_of(LineInputs(eta_to=date(2027, 2, 28)), NOTHING, SHOP, TODAY)
    assert (eta.eta, eta.source) == (None, "none")
    assert "2027-02-28, which is over" in eta.why


def test_a_date_beyond_belief_is_no_date_and_says_why() -> None:
    eta = eta_of(LineInputs(eta_to=date(2099, 1, 1)), NOTHING, SHOP, TODAY)
    assert eta.eta is None
    assert "more than 365 days ahead" in eta.why


def test_a_reversed_range_is_no_date_and_says_why() -> None:
    eta = eta_of(LineInputs(date(2027, 3, 9), date(2027, 3, 5)), NOTHING, SHOP, TODAY)
    assert eta.eta is None
    assert "before it begins" in eta.why


def test_a_supply_at_the_end_of_the_calendar_is_no_date() -> None:
    assert eta_of(LineInputs(), arriving(date.max), SHOP, TODAY).eta is None


def test_a_supply_without_a_date_gives_none_and_names_the_purchase_order() -> None:
    assert eta_of(LineInputs(), arriving(None), SHOP, TODAY).why == "purchase order PO-7 has no date"


@given(DAYS, DAYS, DAYS, DAYS)
def test_no_customer_ever_reads_a_past_or_unbelievable_date(
    first: date | None, last: date | None, edited: date | None, arrives: date | None
) -> None:
    eta = eta_of(LineInputs(first, last, edited), arriving(arrives), SHOP, TODAY).eta
    assert eta is None or TODAY <= eta.first <= eta.last <= TODAY + timedelta(days=365)


@given(DAYS, DAYS, DAYS)
def test_the_forecast_turns_on_the_day_it_says_and_not_before(
    first: date | None, last: date | None, arrives: date | None
) -> None:
    line, coverage = LineInputs(first, last), arriving(arrives)
    turn = turns_on(line, coverage, SHOP, TODAY)
    known = eta_of(line, coverage, SHOP, TODAY).eta is None
    for ahead in range(1, 500):
        day = TODAY + timedelta(days=ahead)
        if (eta_of(line, coverage, SHOP, day).eta is None) != known:
            assert turn == day
            return
    assert turn is None or turn >= TODAY + timedelta(days=500)
