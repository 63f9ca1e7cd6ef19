"""Where a recipient is: own setting, postal code or region, phone, country (RULES S10)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest

from notifier.policy.subdivisions import TABLES, Home, candidates
from notifier.policy.zones import Place, place_of
from notifier.terms.facts import Address
from notifier.terms.words import Channel
from tests.policy.people import POLICY, customer, judge, line, said

US_PHONE = Address(2, Channel.SMS, "+12125550123", "US", textable=True, timezones=("America/New_York",))


def place(phone: Address | None = US_PHONE, **facts: Any) -> Place:
    return place_of(customer(line(), **facts), phone)


def zones(found: Place) -> list[str]:
    return [tz.key for tz in found.zones]


@pytest.mark.parametrize(
    ("country", "region", "postal_code", "codes"),
    [
        ("US", "FL", "", ["FL"]),
        ("us", "Florida", "", ["FL"]),
        ("US", "US-FL", "", ["FL"]),
        ("US", "d.c.", "", ["DC"]),
        ("US", "", "02903", ["RI"]),
        ("US", "", "2903", ["RI"]),
        ("US", "", "02903-1234", ["RI"]),
        ("US", "", "29031234", ["RI"]),
        ("US", "", "06390", ["CT", "NY"]),
        ("US", "TX", "73301", ["TX"]),
        ("US", "NY", "02903", ["RI", "NY"]),
        ("US", "Atlantis", "000", []),
        ("US", "US", "", []),
        ("PR", "", "", ["PR"]),
        ("CA", "", "k1a 0b1", ["ON"]),
        ("CA", "", "X0A 0A1", ["NT", "NU"]),
        ("CA", "Québec", "", ["QC"]),
        ("CA", "quebec", "", ["QC"]),
        ("CA", "", "90210", []),
        ("AU", "", "800", ["NT"]),
        ("AU", "", "2600", ["ACT"]),
        ("AU", "Western Australia", "", ["WA"]),
        ("BR", "Sao Paulo", "01310-100", ["SP"]),
        ("MX", "Quintana Roo", "", ["ROO"]),
        ("DE", "Bayern", "80331", []),
        ("", "FL", "32004", []),
    ],
)
def test_region_and_postal_code_name_the_states_they_may_mean(
    country: str, region: str, postal_code: str, codes: list[str]
) -> None:
    assert sorted(one.code for one in candidates(Home(country, region, postal_code))) == sorted(codes)


def test_the_customers_own_zone_wins_and_her_state_still_counts() -> None:
    found = place(country="US", region="FL", timezone="America/Denver")
    assert (found.areas, zones(found), found.why) == (("US-FL",), ["America/Denver"], "own setting")


def test_an_own_zone_that_nobody_knows_is_passed_over() -> None:
    assert zones(place(country="US", region="OH", timezone="Mars/Base")) == ["America/New_York"]


def test_a_state_with_two_clocks_has_both() -> None:
    assert zones(place(country="US", region="FL")) == ["America/New_York", "America/Chicago"]


def test_the_postal_code_wins_over_the_area_code_of_the_phone() -> None:
    found = place(country="US", postal_code="94110")
    assert (found.areas, zones(found), found.why) == (("US-CA",), ["America/Los_Angeles"], "postal code or region")


def test_where_region_and_postal_code_disagree_both_count() -> None:
    found = place(country="US", region="CA", postal_code="10001")
    assert set(found.spots) == {(area, tz) for area, tz in found.spots if tz in found.zones}
    assert {(area, tz.key) for area, tz in found.spots} == {
        ("US-NY", "America/New_York"),
        ("US-CA", "America/Los_Angeles"),
    }


def test_without_region_and_postal_code_the_phone_tells_the_zone_but_never_the_state() -> None:
    found = place(country="US")
    assert (found.areas, zones(found), found.why) == (("US",), ["America/New_York"], "phone")


def test_a_phone_from_elsewhere_says_nothing_of_where_in_a_country() -> None:
    phone = replace(US_PHONE, region="NZ", timezones=("Pacific/Auckland",))
    assert {"Pacific/Auckland", "America/New_York", "Pacific/Honolulu"} <= set(zones(place(phone, country="US")))


def test_a_country_of_one_clock_needs_no_phone() -> None:
    found = place(None, country="JP")
    assert (zones(found), found.why) == (["Asia/Tokyo"], "country")


def test_a_number_of_the_united_states_stands_under_their_rows_wherever_its_owner_lives() -> None:
    assert place(country="DE").areas == ("DE", "US")


def test_a_territory_stands_under_federal_law() -> None:
    phone = replace(US_PHONE, region="PR", timezones=("America/Puerto_Rico",))
    assert place(phone, country="").areas == ("US",)


def test_military_mail_lies_at_no_place_and_no_clock() -> None:
    assert place(country="US", postal_code="09012").spots == ()


def test_who_is_nowhere_has_no_clock_and_no_area() -> None:
    found = place(None, country="")
    assert (found.areas, found.spots) == (("",), ())


@pytest.mark.parametrize("country", sorted(TABLES))
def test_every_zone_of_the_tables_is_one_that_is_known(country: str) -> None:
    assert {tz for one in TABLES[country] for tz in one.zones} <= available_timezones()


@pytest.mark.parametrize("country", sorted(TABLES))
def test_every_state_is_found_by_its_code_and_by_each_of_its_names(country: str) -> None:
    for one in TABLES[country]:
        for word in (one.code, f"{country}-{one.code}", *one.names):
            assert candidates(Home(country, word, "")) == (one,)


def test_a_country_of_two_zones_that_show_one_time_is_emailed_by_its_own_clock() -> None:
    shop = replace(POLICY, timezone=ZoneInfo("America/New_York"))
    morning = datetime(2027, 3, 3, 8, 0, tzinfo=UTC)
    who = customer(line(ordered_at=morning - timedelta(days=1)), country="DE")
    assert said(judge(who, shop, morning)) == ["placed email send due"]
