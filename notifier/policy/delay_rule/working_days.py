"""The last day for a refund (RULES F8, U6). Colour: pure. Called by rights."""

from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from notifier.policy.delay_rule.days import plus

if TYPE_CHECKING:
    from holidays import HolidayBase

WORKING_DAYS = 7
EU_DAYS = 14

_SATURDAY = 5


def refund_by(since: date, country: str) -> date:
    """The seventh working day after `since`, which itself does not count (F8).

    Working days are Monday to Friday without the nationwide public holidays of `country`; where its holidays are not
    known only weekends are left out, which is the earlier and so the safer day.
    """
    return _seventh(plus(since, 0), country.strip().upper())


def refund_by_eu(since: date) -> date:
    """The fourteenth calendar day after `since`: our measure of "without undue delay" (U1, U6)."""
    return plus(since, EU_DAYS)


@cache
def _seventh(since: date, country: str) -> date:
    free, day, left = _public_holidays(country), since, WORKING_DAYS
    while left:
        day += timedelta(days=1)
        if day.weekday() < _SATURDAY and (free is None or day not in free):
            left -= 1
    return day


@cache
def _public_holidays(country: str) -> "HolidayBase | None":
    from holidays import country_holidays  # a tenth of a second that most commands never need

    try:
        return country_holidays(country)
    except NotImplementedError:
        return None
