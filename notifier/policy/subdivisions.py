"""States and provinces: how they are written, what clocks they keep, which postal codes are theirs. Colour: pure.

The tables are in us_states and provinces; zones asks here. A region that nobody knows is no candidate, never a guess.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from notifier.policy.provinces import AUSTRALIA, BRAZIL, CANADA, MEXICO
from notifier.policy.us_states import STATES
from notifier.terms.territory import Subdivision

US = "US"
TERRITORIES = frozenset({"AS", "GU", "MP", "PR", "UM", "VI"})
"""Countries by ISO 3166-1 that are territories of the United States: federal law on texts holds there (RULES S8)."""

TABLES: Mapping[str, tuple[Subdivision, ...]] = {
    US: STATES,
    "AU": AUSTRALIA,
    "BR": BRAZIL,
    "CA": CANADA,
    "MX": MEXICO,
}
"""By ISO country."""

_LENGTHS = (1, 3, 4, 5)
"""Of the beginnings in the tables, in characters."""
_CANADIAN = re.compile(r"[A-Z]\d[A-Z](\d[A-Z]\d)?")
_DIGITS = re.compile(r"[0-9]{3,9}")


class Home(NamedTuple):
    """Where somebody says to live: ISO country, region and postal code as written."""

    country: str
    region: str
    postal_code: str


def nation(country: str) -> str:
    """The ISO country whose law holds in `country`: the United States for their territories."""
    code = country.strip().upper()
    return US if code in TERRITORIES else code


def candidates(home: Home) -> tuple[Subdivision, ...]:
    """The states or provinces that `home` names; two where postal code and region disagree, none where neither helps.

    Only for countries in TABLES.
    """
    country = nation(home.country)
    if country not in TABLES:
        return ()
    found = dict.fromkeys(_by_postal_code(country, home.postal_code))
    for region in (home.country, home.region):
        named = _names(country).get(_folded(region, country))
        if named is not None:
            found[named] = None
    return tuple(found)


def _by_postal_code(country: str, written: str) -> Iterable[Subdivision]:
    code, beginnings = _postal_code(country, written), _beginnings(country)
    return [one for length in _LENGTHS for one in beginnings.get(code[:length], ()) if len(code) >= length]


def _postal_code(country: str, written: str) -> str:
    """The code as the table has it; a spreadsheet's lost zeros are put back. Empty where it cannot be one."""
    text = re.sub(r"[\s-]", "", written).upper()
    if country == "CA":
        return text if _CANADIAN.fullmatch(text) else ""
    if not _DIGITS.fullmatch(text):
        return ""
    if country == US:
        return text.zfill(9 if len(text) > 5 else 5)
    return text.zfill(4) if len(text) <= 4 else ""


@lru_cache(maxsize=len(TABLES))
def _beginnings(country: str) -> Mapping[str, tuple[Subdivision, ...]]:
    """Whose a beginning of a postal code is: one look-up for each customer, not a walk through the table."""
    found: dict[str, tuple[Subdivision, ...]] = {}
    for one in TABLES[country]:
        for first, last in one.postal:
            for beginning in _between(first, last):
                found[beginning] = (*found.get(beginning, ()), one)
    return found


def _between(first: str, last: str) -> Iterable[str]:
    if first.isdigit():
        return (f"{number:0{len(first)}}" for number in range(int(first), int(last) + 1))
    return (chr(letter) for letter in range(ord(first), ord(last) + 1))


@lru_cache(maxsize=len(TABLES))
def _names(country: str) -> Mapping[str, Subdivision]:
    return {
        _folded(name, country): one
        for one in TABLES[country]
        for name in (one.code, f"{country}{one.code}", *one.names)
    }


@lru_cache(maxsize=4096)
def _folded(text: str, country: str) -> str:
    """Letters alone, without accents and case; the country in front stays only where a code follows it."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper()
    letters = re.sub(r"[^A-Z]", "", plain)
    return "" if letters == country else letters
