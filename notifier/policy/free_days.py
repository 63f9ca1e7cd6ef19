"""Public holidays, on which no offer goes out. Colour: pure. Called by rules.

The library `holidays` knows the days.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from notifier.policy.hours import WallClock, allowed_from
from notifier.policy.zones import Place
from notifier.terms.time import day_start, local_day

LONGEST_RUN = 30
"""Free days in a row after which something is wrong with the calendar, not with the day."""

Calendar = tuple[str, str]
"""ISO country and a part of it that the library knows, or "" for what holds in all of the country."""


def calendars(place: Place, region: str, fallback: str) -> tuple[Calendar, ...]:
    """The calendars kept where a recipient may be; `region` is her own word, `fallback` the shop's country.

    A part of the country that is not known keeps only the days that all parts keep.
    """
    found: dict[Calendar, None] = {}
    for area in place.areas:
        country, _, part = (area or fallback.strip().upper()).partition("-")
        known = _parts(country)
        if known is not None:
            found[country, known.get((part or region).strip().casefold(), "")] = None
    return tuple(found)


def holidays_at(moment: datetime, clocks: Sequence[WallClock], kept: Sequence[Calendar]) -> list[str]:
    """Whose public holiday it is at the aware `moment` by any of the clocks, like DE or US-TX; empty where nobody's."""
    days = {local_day(moment, clock.tz) for clock in clocks}
    return sorted({_written(one) for one in kept for day in days if day in _days(*one, day.year)})


def next_free(now: datetime, clocks: Sequence[WallClock], kept: Sequence[Calendar]) -> datetime | None:
    """The first allowed UTC instant, `now` or later, on no holiday by any of the clocks; None when there is none."""
    moment = allowed_from(now, clocks)
    for _ in range(LONGEST_RUN):
        if moment is None:
            return None
        over = [
            day_start(local_day(moment, clock.tz) + timedelta(days=1), clock.tz)
            for clock in clocks
            if holidays_at(moment, (clock,), kept)
        ]
        if not over:
            return moment
        moment = allowed_from(max(over), clocks)
    return None


def _written(calendar: Calendar) -> str:
    country, part = calendar
    return f"{country}-{part}" if part else country


@lru_cache(maxsize=300)
def _parts(country: str) -> dict[str, str] | None:
    """The parts of a country by code and by name, in small letters; None where the library knows no such country."""
    from holidays import country_holidays  # a tenth of a second that only offers need

    try:
        calendar = country_holidays(country)
    except NotImplementedError:
        return None
    named = {name.casefold(): code for name, code in getattr(calendar, "subdivisions_aliases", {}).items()}
    return named | {code.casefold(): code for code in calendar.subdivisions}


@lru_cache(maxsize=2000)
def _days(country: str, part: str, year: int) -> frozenset[date]:
    from holidays import country_holidays

    return frozenset(country_holidays(country, subdiv=part or None, years=year))
