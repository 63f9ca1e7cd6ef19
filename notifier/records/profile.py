"""How a shop's export is to be read, and what of the shop an import must know. Colour: store. Filled by app."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from notifier.records.columns import KINDS, SNAPSHOT_KINDS, column_names


@dataclass(frozen=True, slots=True)
class Profile:
    """One `[profiles.NAME]`. `columns` is canonical = their column, `values` is column → (their word → canonical word).

    `templates` build a column from others ("{customer_id}@shop.example"). `date_formats` are strptime patterns or
    DD.MM.YYYY words, `excel` or `excel1904`; ISO 8601 is always read. `timezone` is that of all naive instants of the
    file; without it they are in the row's zone, else in the shop's.
    """

    name: str
    kind: str
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    date_formats: tuple[str, ...] = ()
    decimal_comma: bool = False
    delimiter: str = ""
    encoding: str = ""
    snapshot: bool = False
    timezone: str = ""

    def faults(self) -> list[str]:
        """What is wrong with it, as sentences for a person; empty when it can be used."""
        where = f"[profiles.{self.name}]"
        if self.kind not in KINDS:
            return [f"{where} kind: {self.kind!r} is none; write one of {', '.join(KINDS)}"]
        known = column_names(self.kind)
        found = [
            f"{where} {part}: {name!r} is no column of {self.kind}; there are {', '.join(sorted(known))}"
            for part in ("columns", "constants", "templates", "values")
            for name in getattr(self, part)
            if name not in known
        ]
        if self.snapshot and self.kind not in SNAPSHOT_KINDS:
            found.append(f"{where} snapshot: only {' and '.join(SNAPSHOT_KINDS)} can be snapshots")
        if len(self.delimiter) > 1:
            found.append(f"{where} delimiter: {self.delimiter!r} is more than one character")
        return found


@dataclass(frozen=True, slots=True)
class ShopContext:
    """What an import must know of the shop. `brand` is the default one, `country` the ISO code of local phone numbers.

    `own_addresses` (lower case) are the product's own: a customer is never reached at them (HOSTILE.md 25).
    """

    brand: str
    brands: frozenset[str]
    timezone: ZoneInfo
    country: str
    hash_key: bytes
    own_addresses: frozenset[str] = frozenset()
