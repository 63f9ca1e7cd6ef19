"""A state or province and its clocks. Colour: ground. The tables of policy are made of it."""

from typing import NamedTuple


class Subdivision(NamedTuple):
    """A first-level part of a country: its ISO 3166-2 code without the country, and its names.

    `zones` are the IANA zones kept in it, one for each set of rules that holds now; none where it is no place on a map.
    `postal` are first and last beginnings of its postal codes, both included and of one length.
    """

    code: str
    names: tuple[str, ...]
    zones: tuple[str, ...]
    postal: tuple[tuple[str, str], ...] = ()
