"""Which clocks a message must suit, and with what hours. Colour: pure. Called by rules and pipeline's claims.

Texts keep the law's hours wherever the recipient may be (RULES S8, S10). Emails keep the shop's own: no law asks.
"""

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from notifier.policy.figures import Policy, Week
from notifier.policy.hours import WallClock, allowed_from, is_allowed
from notifier.policy.text_hours import text_week
from notifier.policy.zones import COUNTRY, Place, place_of
from notifier.terms.facts import Address, CustomerFacts
from notifier.terms.words import Channel

MOST_TOLD = 4
"""Areas and zones that a trace names; a number of the Caribbean may lie in forty."""


class Day(NamedTuple):
    """A recipient's day at one moment.

    `clocks` must all allow; none where nobody knows the time. `opens` is the first UTC instant, the moment or later, at
    which they do; None where no hour suits all. `saw` is for the trace and names no address and no postal code.
    """

    clocks: tuple[WallClock, ...]
    opens: datetime | None
    saw: tuple[tuple[str, str], ...]


def day_of(place: Place, channel: Channel, customer: CustomerFacts, policy: Policy, now: datetime) -> Day:
    """The day at `place`, where a message by `channel` to `customer` must arrive."""
    if channel is Channel.SMS:
        return _text_day(place, policy.texting.week, now)
    return _email_day(place, _email_clocks(place, customer, policy, now), now)


def text_clocks(customer: CustomerFacts, address: Address | None, policy: Policy) -> tuple[WallClock, ...]:
    """The clocks that must allow a text to `address`; none where nobody knows the time there."""
    return _text_clocks(place_of(customer, address), policy.texting.week)


def _text_clocks(place: Place, shop: Week) -> tuple[WallClock, ...]:
    weeks = {area: text_week(area, shop) for area in place.areas}
    return tuple(WallClock(tz, weeks[area]) for area, tz in place.spots)


def _email_clocks(place: Place, customer: CustomerFacts, policy: Policy, now: datetime) -> tuple[WallClock, ...]:
    """The brand's own zone where the customer's is unknown, or where all that is known is a country of several times.

    An email at a poor hour breaks no law, and the hours that suit all of a continent are few. Zones that show one time
    are as good as one: Germany has two by name.
    """
    zones = place.zones
    if not zones or (place.why == COUNTRY and _times(zones, now) > 1):
        zones = (policy.brand(customer.brand).timezone,)
    return tuple(WallClock(tz, policy.email_week) for tz in zones)


@lru_cache(maxsize=4096)
def _times(zones: tuple[ZoneInfo, ...], now: datetime) -> int:
    """How many different times the clocks of `zones` show; kept, because the United States have thirty."""
    return len({now.astimezone(tz).utcoffset() for tz in zones})


@lru_cache(maxsize=4096)
def _text_day(place: Place, shop: Week, now: datetime) -> Day:
    """Kept for the run, which judges everybody at one `now`: a hundred thousand customers live in few places."""
    return _read(place, _text_clocks(place, shop), now)


@lru_cache(maxsize=4096)
def _email_day(place: Place, clocks: tuple[WallClock, ...], now: datetime) -> Day:
    return _read(place, clocks, now)


def _read(place: Place, clocks: tuple[WallClock, ...], now: datetime) -> Day:
    """The trace tells the local time of the first clock that is against `now`, else of the first."""
    saw = (("place", _few(tuple(one or "unknown" for one in place.areas))), ("by", place.why))
    if not clocks:
        return Day((), None, saw)
    told = next((clock for clock in clocks if not is_allowed(now, (clock,))), clocks[0])
    wall = now.astimezone(told.tz)
    window = told.week[wall.weekday()]
    hours = f"{window.opens:%H:%M} to {window.closes:%H:%M}" if window else "closed"
    zones = _few(tuple(dict.fromkeys(clock.tz.key for clock in clocks)))
    local = f"{wall:%a %H:%M} in {told.tz.key}"
    return Day(clocks, allowed_from(now, clocks), (*saw, ("zones", zones), ("local", local), ("allowed", hours)))


def _few(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - MOST_TOLD} more" if len(names) > MOST_TOLD else ""
    return " ".join(names[:MOST_TOLD]) + more
