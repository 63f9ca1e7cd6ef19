"""Where a recipient is, as law and clocks see it. Colour: pure. Called by clocks and by the holidays' rule.

RULES S10: the customer's own zone, else postal code or region, else those of the phone number written to; with several,
all of them must allow. A country alone is weaker than any: a phone of that country says more, one from elsewhere says
nothing of where in it (HOSTILE 41).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.core import get_global

from notifier.policy.subdivisions import US, Home, candidates, nation
from notifier.terms.facts import Address, CustomerFacts
from notifier.terms.territory import Subdivision
from notifier.terms.time import zone
from notifier.terms.words import Channel

OWN, HOME, PHONE, COUNTRY, NOWHERE = "own setting", "postal code or region", "phone", "country", "nothing"
"""What a place rests on."""

Spot = tuple[str, ZoneInfo]
"""An area and a clock that is kept there."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a recipient may be; with several areas or clocks, the strictest of all counts.

    `areas` are ISO 3166-2 codes (US-FL), or a country where no part of it is known, or "" where nothing is. `spots`
    pair them with clocks and are empty where nobody knows the time there. `why` is what it rests on.
    """

    areas: tuple[str, ...]
    spots: tuple[Spot, ...]
    why: str

    @property
    def zones(self) -> tuple[ZoneInfo, ...]:
        """The clocks, each once."""
        return tuple(dict.fromkeys(tz for _, tz in self.spots))


def place_of(customer: CustomerFacts, address: Address | None = None) -> Place:
    """The place of `customer`, who is written to at `address` (None, or an email: her own phone may tell the zone).

    No spots where nobody knows the time there: a text waits then (HOSTILE 42). A number of the United States stands
    under their rows, whatever country the customer gave.
    """
    text_to = address if address is not None and address.channel is Channel.SMS else None
    home = Home(customer.country, customer.region, customer.postal_code)
    if text_to is None:
        return _place(home, customer.timezone, "", customer.phone_timezones)
    return _place(home, customer.timezone, nation(text_to.region), text_to.timezones)


def local_moment(customer: CustomerFacts, moment: datetime, ours: ZoneInfo) -> tuple[datetime, bool]:
    """The moment by the customer's clock; where several clocks may be theirs, by `ours`, and True."""
    found = [moment.astimezone(one) for one in place_of(customer).zones]
    if found and len({one.utcoffset() for one in found}) == 1:
        return found[0], False
    return moment.astimezone(ours), True


@lru_cache(maxsize=20_000)
def _place(home: Home, timezone: str, region: str, phone: tuple[str, ...]) -> Place:
    """The place of `home`, kept because many live alike; `region` and `phone` are of the number written to."""
    country = nation(home.country)
    named = candidates(home)
    areas = tuple(f"{country}-{one.code}" for one in named) or (country or region,)
    abroad = (US,) if region == US and country not in (US, "") else ()
    own = _known((timezone,)) if timezone else ()
    if own:
        return Place(areas + abroad, _pairs(areas + abroad, own), OWN)
    if named:
        kept = _kept_in(areas, named)
        there = tuple(dict.fromkeys(tz for _, tz in kept))
        return Place(areas + abroad, kept + _pairs(abroad, there), HOME)
    zones, why = _by_phone(phone, country, region)
    return Place(areas + abroad, _pairs(areas + abroad, zones), why)


def _by_phone(names: tuple[str, ...], country: str, region: str) -> tuple[tuple[ZoneInfo, ...], str]:
    """The zones of a phone of `region`, and those of `country` where the phone has none or is from elsewhere."""
    zones = _known(names)
    if zones and (not country or region in ("", country)):
        return zones, PHONE
    return tuple(dict.fromkeys((*zones, *_of_country(country)))), COUNTRY if country else NOWHERE


def _kept_in(areas: tuple[str, ...], named: tuple[Subdivision, ...]) -> tuple[Spot, ...]:
    """Each area with its clocks; nothing where one of them has none, as military mail."""
    clocks = [_known(one.zones) for one in named]
    return tuple((area, tz) for area, zones in zip(areas, clocks, strict=True) for tz in zones) if all(clocks) else ()


def _pairs(areas: Iterable[str], zones: tuple[ZoneInfo, ...]) -> tuple[Spot, ...]:
    return tuple((area, tz) for area in areas for tz in zones)


def _known(names: tuple[str, ...]) -> tuple[ZoneInfo, ...]:
    """All of `names` as zones; none at all where one of them is not known, for that one may be the stricter."""
    try:
        return tuple(zone(name) for name in names)
    except ValueError:
        return ()


@lru_cache(maxsize=300)
def _of_country(country: str) -> tuple[ZoneInfo, ...]:
    """All zones of an ISO country; none for one that has no clocks of its own."""
    return _known(tuple(get_global("territory_zones").get(country, ())))
