"""Checks one row and gives its values their types. Colour: store. Called by importer.

A fault in what matters (keys, dates, numbers, labels) rejects the row. A malformed address, language, zone or country is
dropped with a warning as long as the customer can still be told: losing the backorder would be worse for the shop.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from notifier.records import values
from notifier.records.addresses import ReadAddress, read_email, read_phone
from notifier.records.columns import Column, Reads
from notifier.records.dates import DateReader
from notifier.records.mapping import Mapping, Texts
from notifier.records.profile import Profile, ShopContext
from notifier.terms.time import zone

Value = str | int | bool | Decimal | date | datetime | ReadAddress | None
Values = dict[str, Any]
"""Canonical column → Value; mypy cannot follow which column holds which, the column table does."""

FARTHEST_ETA = timedelta(days=5 * 365)
"""A date beyond that (2099-12-31) is a system's way to say that it has none; it is read as none (HOSTILE.md 13)."""


class Rejected(Exception):
    """A row that is not taken: which field, and why."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason


@dataclass(frozen=True, slots=True)
class Record:
    """One valid row: its line in the file, its values, and the hash of its texts by which it is known to be unchanged."""

    line: int
    values: Values
    hash: str
    warnings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads the rows of one file. `far` is the day from which an ETA is none."""

    mapping: Mapping
    dates: DateReader
    profile: Profile
    context: ShopContext
    known_at: datetime
    _salt: str = field(init=False)

    def __post_init__(self) -> None:
        told = (self.dates.formats, self.dates.order, str(self.dates.zone), self.context.country, self.profile.timezone)
        object.__setattr__(self, "_salt", repr((told, self.profile.decimal_comma, sorted(self.mapping.present))))

    def digest(self, texts: Texts) -> str:
        """Hash of what the row says and of how it is read: another profile reads the same file anew."""
        joined = "\x1f".join(texts.values()) + self._salt
        return blake2b(joined.encode(), digest_size=12).hexdigest()

    def record(self, line: int, texts: Texts, digest: str) -> Record:
        """The checked row. Raises Rejected with the field and the reason."""
        found: Values = {}
        warnings: list[tuple[str, str]] = []
        row_zone = self._zone(texts.get("timezone", ""))
        country = self._country(texts.get("country", ""))
        for column in self.mapping.columns:
            text = texts.get(column.name, "")
            if not text:
                if column.required:
                    raise Rejected(column.name, "is blank; every row needs it")
                found[column.name] = _BLANK.get(column.reads, "")
                continue
            try:
                found[column.name] = self._value(column, text, row_zone, country)
            except ValueError as error:
                if not column.soft or isinstance(error, values.MangledError):
                    raise Rejected(column.name, str(error)) from None
                found[column.name] = _BLANK.get(column.reads, "")
                warnings.append((column.name, str(error)))
        self._check(found, warnings)
        return Record(line, found, digest, tuple(warnings))

    def _value(self, column: Column, text: str, row_zone: Any, country: str) -> Value:
        reads = column.reads
        simple = _SIMPLE.get(reads)
        if simple is not None:
            return simple(text)
        if reads is Reads.INSTANT:
            return self.dates.instant(text, row_zone)
        if reads is Reads.DAY:
            return self.dates.day(text, row_zone)
        if reads is Reads.AMOUNT:
            return values.amount(text, self.profile.decimal_comma)
        if reads is Reads.EMAIL:
            return self._email(text)
        if reads is Reads.PHONE:
            return read_phone(text, country)
        return self._brand(text)

    def _email(self, text: str) -> ReadAddress:
        found = read_email(text)
        if found.value in self.context.own_addresses:
            raise ValueError("is our own address: answering it would go round in circles")
        return found

    def _brand(self, text: str) -> str:
        if text not in self.context.brands:
            raise ValueError(f"{text!r} is no brand of the settings ({', '.join(sorted(self.context.brands))})")
        return text

    def _zone(self, text: str) -> Any:
        if self.profile.timezone:
            return self.dates.zone
        try:
            return zone(text) if text else None
        except ValueError:
            return None

    def _country(self, text: str) -> str:
        try:
            return values.country(text) if text else self.context.country
        except ValueError:
            return self.context.country

    def _check(self, found: Values, warnings: list[tuple[str, str]]) -> None:
        first, last = found.get("eta_from"), found.get("eta_to")
        if first and last and first > last:
            raise Rejected("eta_to", f"{last} lies before eta_from {first}")
        far = self.known_at.date() + FARTHEST_ETA
        for name in ("eta_from", "eta_to", "promised_ship_by", "deliver_by", "promised_on"):
            day = found.get(name)
            if day and day > far:
                found[name] = None
                warnings.append((name, f"{day} is more than five years ahead; read as no date"))
        if "customer_id" in found or "email" in found or "phone" in found:
            _who(found, warnings)


def _who(found: Values, warnings: list[tuple[str, str]]) -> None:
    if found.get("customer_id") or found.get("email") or found.get("phone") or found.get("address"):
        return
    reasons = [f"{name}: {reason}" for name, reason in warnings if name in ("email", "phone")]
    column = next((name for name, _ in warnings if name in ("email", "phone")), "customer_id")
    raise Rejected(column, "; ".join(reasons) or "is blank, and so are email and phone; who ordered?")


_SIMPLE: dict[Reads, Callable[[str], Value]] = {
    Reads.KEY: values.key,
    Reads.TEXT: values.words,
    Reads.LOCALE: values.locale,
    Reads.CHANNEL: values.channel,
    Reads.CLASS: values.message_class,
    Reads.ZONE: lambda text: str(zone(text)),
    Reads.COUNTRY: values.country,
    Reads.YES: values.yes,
    Reads.UNITS: values.units,
    Reads.COUNT: values.count,
    Reads.STOCK: values.stock,
    Reads.CURRENCY: values.currency,
    Reads.STATUS: values.line_status,
    Reads.PRODUCT_KIND: values.product_kind,
    Reads.URL: values.url,
}

_BLANK: dict[Reads, Value] = {
    Reads.EMAIL: None,
    Reads.PHONE: None,
    Reads.YES: False,
    Reads.UNITS: None,
    Reads.COUNT: None,
    Reads.STOCK: None,
    Reads.AMOUNT: None,
    Reads.INSTANT: None,
    Reads.DAY: None,
}
