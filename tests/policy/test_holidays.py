"""Offers wait while it is a public holiday where the recipient is; nothing else does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from notifier.policy.figures import EMAIL_WEEK, Rewards
from notifier.policy.free_days import calendars, holidays_at, next_free
from notifier.policy.hours import WallClock
from notifier.policy.zones import place_of
from notifier.terms.decision import Decision
from notifier.terms.facts import Consent, CustomerFacts
from notifier.terms.words import Channel, MessageClass
from tests.policy.people import BERLIN, NOON, PACKAGED, POLICY, customer, judge, line, said, told

REWARDING = replace(POLICY, rewards=Rewards(on=True))
CHRISTMAS = datetime(2027, 12, 25, 11, 0, tzinfo=UTC)
"""Saturday noon in Berlin; the 26th is a holiday, too."""


def waiting(now: datetime, **facts: Any) -> CustomerFacts:
    """Somebody who is due for nothing but a reward at `now`."""
    since = now - timedelta(days=30)
    one = line(promised=None, ordered_at=since, tellings=(told("placed", now - timedelta(days=2), "new"),))
    granted = Consent(Channel.EMAIL, MessageClass.MARKETING, True, NOON, "page")
    return customer(one, consents=(granted,), **facts)


def reward(who: CustomerFacts, now: datetime, policy: Any = REWARDING) -> Decision:
    (found,) = (one for one in judge(who, policy, now).decisions if one.purpose is PACKAGED["reward"])
    return found


def words(one: Decision) -> tuple[str, str]:
    return one.verdict.value, one.reason


def test_an_offer_waits_for_the_first_morning_that_is_no_holiday() -> None:
    held = reward(waiting(CHRISTMAS), CHRISTMAS)
    assert (words(held), held.hold_until) == (("hold", "holiday"), datetime(2027, 12, 27, 7, 0, tzinfo=UTC))


def test_an_offer_goes_on_a_holiday_where_the_shop_says_so() -> None:
    assert words(reward(waiting(CHRISTMAS), CHRISTMAS, replace(REWARDING, offers_on_holidays=True))) == ("send", "due")


def test_an_offer_goes_on_the_next_working_day() -> None:
    monday = datetime(2027, 12, 27, 11, 0, tzinfo=UTC)
    assert words(reward(waiting(monday), monday)) == ("send", "due")


def test_a_message_about_an_order_waits_for_no_holiday() -> None:
    fresh = customer(line(ordered_at=CHRISTMAS - timedelta(days=1), promised=None))
    assert said(judge(fresh, REWARDING, CHRISTMAS)) == ["placed email send due"]


def test_the_trace_names_whose_holiday_it_is() -> None:
    assert dict(reward(waiting(CHRISTMAS), CHRISTMAS).trace[-1].saw) == {"holiday": "DE"}


CORPUS_CHRISTI = datetime(2027, 5, 27, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(("region", "found"), [("BY", ["DE-BY"]), ("bayern", ["DE-BY"]), ("Berlin", []), ("", [])])
def test_a_holiday_of_a_state_counts_only_in_that_state(region: str, found: list[str]) -> None:
    who = customer(line(), region=region)
    kept = calendars(place_of(who), region, "DE")
    assert holidays_at(CORPUS_CHRISTI, [WallClock(BERLIN, EMAIL_WEEK)], kept) == found


def test_the_state_of_an_american_is_read_off_her_postal_code() -> None:
    who = customer(line(), country="US", postal_code="78701")
    assert calendars(place_of(who), "", "US") == (("US", "TX"),)


def test_who_names_no_country_keeps_the_shops_holidays() -> None:
    assert calendars(place_of(customer(line(), country="")), "", "de") == (("DE", ""),)


def test_a_country_whose_holidays_nobody_knows_has_none() -> None:
    assert calendars(place_of(customer(line(), country="ZZ")), "", "DE") == ()


def test_the_day_is_that_of_the_recipients_clock() -> None:
    eve = datetime(2027, 12, 24, 23, 30, tzinfo=UTC)
    kept = (("NZ", ""),)
    assert holidays_at(eve, [WallClock(ZoneInfo("Pacific/Auckland"), EMAIL_WEEK)], kept) == ["NZ"]
    assert holidays_at(eve, [WallClock(ZoneInfo("UTC"), EMAIL_WEEK)], kept) == []


def test_a_run_of_holidays_is_passed_over_as_a_whole() -> None:
    new_year = datetime(2027, 2, 6, 3, 0, tzinfo=UTC)
    opens = next_free(new_year, [WallClock(ZoneInfo("Asia/Shanghai"), EMAIL_WEEK)], (("CN", ""),))
    assert opens is not None
    assert opens > new_year + timedelta(days=3)
    assert holidays_at(opens, [WallClock(ZoneInfo("Asia/Shanghai"), EMAIL_WEEK)], (("CN", ""),)) == []
