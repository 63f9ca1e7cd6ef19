"""The promised ship date T, whose law counts, and the days of a refund."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from notifier.policy.delay_rule import (
    RULE_SETS,
    DelayFigures,
    StatedPromise,
    is_exempt,
    jurisdiction_of,
    promised_ship_date,
    refund_by,
    refund_by_eu,
)
from notifier.terms.law import Jurisdiction

NEW_YORK = DelayFigures(ZoneInfo("America/New_York"), "US")
ORDERED = datetime(2027, 2, 1, 17, 0, tzinfo=UTC)
US, EU, NONE = Jurisdiction.US_435, Jurisdiction.EU, Jurisdiction.NONE


def promised(jurisdiction: Jurisdiction = US, figures: DelayFigures = NEW_YORK, **stated: object) -> str:
    return promised_ship_date(replace(StatedPromise(ORDERED), **stated), jurisdiction, figures).isoformat()  # type: ignore[arg-type]


def test_a_stated_ship_date_is_t() -> None:
    assert promised(ship_by=date(2027, 2, 20), deliver_by=date(2027, 2, 21)) == "2027-02-20"


def test_a_stated_delivery_is_t_less_the_days_in_transit() -> None:
    assert promised(deliver_by=date(2027, 3, 2)) == "2027-02-27"


def test_without_a_date_t_is_thirty_days_after_the_order() -> None:
    assert promised() == "2027-03-03"


def test_the_thirty_days_begin_when_the_order_is_paid() -> None:
    assert promised(paid_at=ORDERED + timedelta(days=2)) == "2027-03-05"


def test_the_day_of_the_order_is_the_shops() -> None:
    assert promised(paid_at=datetime(2027, 2, 2, 4, 59, tzinfo=UTC)) == "2027-03-03"
    assert promised(paid_at=datetime(2027, 2, 2, 5, 0, tzinfo=UTC)) == "2027-03-04"


def test_an_application_for_the_sellers_credit_gives_fifty_days() -> None:
    assert promised(buyer_credit=True) == "2027-03-23"


def test_in_the_eu_delivery_is_due_thirty_days_after_the_contract() -> None:
    assert promised(EU, paid_at=ORDERED + timedelta(days=9), buyer_credit=True) == "2027-02-28"


def test_in_the_eu_the_agreed_delivery_counts_before_the_ship_date() -> None:
    assert promised(EU, ship_by=date(2027, 2, 20), deliver_by=date(2027, 2, 21)) == "2027-02-18"


def test_without_an_agreed_delivery_the_ship_date_counts_in_the_eu_too() -> None:
    assert promised(EU, ship_by=date(2027, 2, 20)) == "2027-02-20"


def test_t_is_never_before_the_order() -> None:
    assert promised(deliver_by=date(2027, 2, 2)) == "2027-02-01"


@pytest.mark.parametrize(
    ("country", "law"), [("us", US), ("DE", EU), ("GB", EU), ("NO", EU), ("CH", NONE), ("CA", NONE), ("", NONE)]
)
def test_auto_follows_the_buyers_country(country: str, law: Jurisdiction) -> None:
    assert jurisdiction_of("auto", country) is law


def test_a_set_jurisdiction_holds_in_every_country() -> None:
    assert [jurisdiction_of("us_435", "DE"), jurisdiction_of("none", "US")] == [US, NONE]


@pytest.mark.parametrize(
    "method", ["COD", "Cash on Delivery (COD)", "cash_on_delivery", "Nachnahme", "collect-on-delivery"]
)
def test_cash_on_delivery_is_exempt(method: str) -> None:
    assert is_exempt(rule_exempt=False, payment_method=method)


@pytest.mark.parametrize("method", ["", "card", "Codex Pay", "click and collect"])
def test_other_payments_are_not_exempt(method: str) -> None:
    assert not is_exempt(rule_exempt=False, payment_method=method)


def test_a_line_that_the_shop_declares_exempt_is() -> None:
    assert is_exempt(rule_exempt=True, payment_method="card")


@pytest.mark.parametrize(
    ("since", "country", "last"),
    [
        ("2027-03-01", "US", "2027-03-10"),  # Monday: seven working days over one weekend
        ("2027-03-05", "US", "2027-03-16"),  # Friday
        ("2027-03-06", "US", "2027-03-16"),  # Saturday
        ("2027-12-22", "US", "2028-01-04"),  # Christmas and New Year are both observed on the Friday before
        ("2027-12-22", "DE", "2027-12-31"),  # both holidays fall on a Saturday and are not moved
        ("2027-03-24", "DE", "2027-04-06"),  # Good Friday and Easter Monday
        ("2027-03-24", "", "2027-04-02"),  # no country known: weekends only
    ],
)
def test_a_refund_is_due_on_the_seventh_working_day(since: str, country: str, last: str) -> None:
    assert refund_by(date.fromisoformat(since), country).isoformat() == last


def test_in_the_eu_a_refund_is_due_on_the_fourteenth_day() -> None:
    assert refund_by_eu(date(2028, 2, 20)) == date(2028, 3, 5)


def test_each_rule_set_names_its_version_and_its_source() -> None:
    assert {law: bool(found.version and found.source) for law, found in RULE_SETS.items()} == dict.fromkeys(
        Jurisdiction, True
    )


def test_a_negative_figure_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="lead_days is -1"):
        replace(NEW_YORK, lead_days=-1)
