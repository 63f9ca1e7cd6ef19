"""The oracle's clocks: where a made-up person may be, and whether the hour is lawful. RULES S8 and S10, read aloud.

It shares no table and no arithmetic with the product, and knows only the places that `people_made` draws from: it
raises KeyError for any other.
"""

from datetime import datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from notifier.policy.figures import Week
from notifier.terms.facts import Address, CustomerFacts

EAST, CENTRAL, MOUNTAIN, WEST = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"

STATES = {
    "US": {
        "FL": (EAST, CENTRAL), "OK": (CENTRAL,), "TX": (CENTRAL, MOUNTAIN), "RI": (EAST,), "CT": (EAST,), "NY": (EAST,),
        "CA": (WEST,), "HI": ("Pacific/Honolulu",), "AK": ("America/Anchorage", "America/Adak"), "WA": (WEST,),
        "NJ": (EAST,), "MD": (EAST,), "MS": (CENTRAL,),
    },
    "CA": {
        "ON": ("America/Toronto", "America/Winnipeg", "America/Atikokan"),
        "BC": ("America/Vancouver", "America/Edmonton", "America/Fort_Nelson"),
    },
    "AU": {
        "NSW": ("Australia/Sydney", "Australia/Broken_Hill", "Australia/Lord_Howe"),
        "WA": ("Australia/Perth", "Australia/Eucla"),
    },
    "BR": {"SP": ("America/Sao_Paulo",)},
}  # fmt: skip
"""Every clock of a state counts."""

NATIONS = {
    "US": (EAST, CENTRAL, MOUNTAIN, "America/Phoenix", WEST, "America/Anchorage", "America/Adak", "Pacific/Honolulu"),
    "CA": ("America/St_Johns", "America/Halifax", "America/Toronto", "America/Regina", "America/Vancouver"),
    "AU": ("Australia/Perth", "Australia/Darwin", "Australia/Brisbane", "Australia/Sydney", "Australia/Lord_Howe",
           "Antarctica/Macquarie"),
    "BR": ("America/Noronha", "America/Sao_Paulo", "America/Manaus", "America/Rio_Branco"),
    "GB": ("Europe/London",), "DE": ("Europe/Berlin",), "JP": ("Asia/Tokyo",), "XX": (),
}  # fmt: skip
"""The clocks of a country at its ends; those between them are never the strictest."""

NAMES = {"FLORIDA": "FL", "US-OK": "OK", "TEXAS": "TX", "ATLANTIS": "", "BAYERN": ""}
CODES = {
    "331": "FL", "325": "FL", "730": "OK", "750": "TX", "733": "TX", "029": "RI", "100": "NY", "900": "CA", "981": "WA",
    "V5K": "BC", "803": "",
}  # fmt: skip

EVERY_STATE = "any"
"""A state nobody knows: the strictest of them counts."""

S8 = {
    "FL": ((8, 20), (8, 20), (8, 20)), "OK": ((8, 20), (8, 20), (8, 20)), "WA": ((8, 20), (8, 20), (8, 20)),
    "MD": ((8, 20), (8, 20), (8, 20)), "MS": ((8, 20), (8, 20), (8, 20)), "NJ": ((8, 20), (8, 20), (8, 20)),
    "CT": ((9, 20), (9, 20), (9, 20)), "RI": ((9, 18), (10, 17), (10, 17)), "TX": ((9, 21), (9, 21), (12, 21)),
}  # fmt: skip
"""Monday to Friday, Saturday, Sunday: the hours of the states that have their own."""

FEDERAL, USUAL = ((8, 21), (8, 21), (8, 21)), ((9, 20), (9, 20), (12, 20))

Spot = tuple[str, ZoneInfo]
"""A state of the United States, EVERY_STATE, or "" for elsewhere; and a clock that is read there."""


def states_of(who: CustomerFacts) -> list[str]:
    """The states that region and postal code name, in a country that has any: two where they disagree."""
    known = STATES.get(who.country, {})
    region = who.region.upper()
    named = [NAMES.get(region, region), CODES[who.postal_code[:3]] if who.postal_code else ""]
    return [one for one in dict.fromkeys(named) if one in known]


def spots_of_text(who: CustomerFacts, phone: Address) -> list[Spot]:
    """Every place and clock of somebody who is texted at `phone`; none where nobody knows the time."""
    country = who.country or phone.region
    states = states_of(who)
    rows = states or [EVERY_STATE] if country in ("US", "") else [""]
    zones = _clocks(_own(who))
    if not zones and states:
        found = [(row, tz) for row, one in zip(states, states, strict=True) for tz in _clocks(STATES[country][one])]
        found = found if country == "US" else [("", tz) for _, tz in found]
        zones = tuple(tz for _, tz in found)
    else:
        zones = zones or _clocks(phone.timezones if _at_home(who, phone) else _abroad(who, phone))
        found = [(row, tz) for row in rows for tz in zones]
    if phone.region == "US" and country != "US":
        found += [(EVERY_STATE, tz) for tz in zones]
    return found


def _own(who: CustomerFacts) -> tuple[str, ...]:
    return () if who.timezone in ("", "Mars/Base") else (who.timezone,)


def _at_home(who: CustomerFacts, phone: Address) -> bool:
    return bool(phone.timezones) and who.country in ("", phone.region)


def _abroad(who: CustomerFacts, phone: Address) -> tuple[str, ...]:
    return (*phone.timezones, *(NATIONS[who.country] if who.country else ()))


def clocks_of_email(who: CustomerFacts, brand: ZoneInfo) -> tuple[ZoneInfo, ...]:
    """The clocks that an email suits; the brand's own where the customer's could be many or is not known."""
    own = _own(who) or tuple(zone for one in states_of(who) for zone in STATES[who.country][one])
    nation = NATIONS[who.country] if who.country else ()
    guess = who.phone_timezones or (nation if len(nation) == 1 else ())
    return _clocks(own or guess) or (brand,)


@lru_cache(maxsize=200)
def _clocks(names: tuple[str, ...]) -> tuple[ZoneInfo, ...]:
    try:
        return tuple(ZoneInfo(name) for name in names)
    except ZoneInfoNotFoundError:
        return ()


def is_text_hour(now: datetime, spots: list[Spot], shop: Week) -> bool:
    """Whether a text may arrive `now` at every spot, by law and by the shop's own `shop` week."""
    return all(_lawful(now.astimezone(tz), state) and is_shop_hour(now, (tz,), shop) for state, tz in spots)


def is_shop_hour(now: datetime, zones: tuple[ZoneInfo, ...], shop: Week) -> bool:
    """Whether every wall clock shows an hour of the shop's week."""
    for tz in zones:
        wall = now.astimezone(tz)
        window = shop[wall.weekday()]
        if window is None or not window.opens <= time(wall.hour, wall.minute, wall.second) < window.closes:
            return False
    return True


def _lawful(wall: datetime, state: str) -> bool:
    rows = [USUAL]
    if state:
        rows += [FEDERAL, *(S8.values() if state == EVERY_STATE else [S8[state]] if state in S8 else [])]
    which = {5: 1, 6: 2}.get(wall.weekday(), 0)
    return all(row[which][0] <= wall.hour < row[which][1] for row in rows)
