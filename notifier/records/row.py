"""Checks one row and gives its values their types. Colour: store. Called by importer.

A fault in what matters (keys, dates, numbers, labels) rejects the row. A malformed address, language, zone or country
is dropped with a warning as long as the customer can still be told: losing the backorder would be worse for the shop.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from notifier.records import values
from notifier.records.addresses import ReadAddress, read_email, read_phone
from notifier.records.columns import Column, Reads
from notifier.records.dates import DateReader, NoDateError
from notifier.records.mapping import Mapping, Texts
from notifier.records.profile import ShopContext
from notifier.terms.time import zone

Value = str | int | bool | Decimal | date | datetime | ReadAddress | None
Values = dict[str, Any]
"""Canonical column → Value; mypy cannot follow which column holds which, the column table does."""

FARTHEST_ETA = timedelta(days=5 * 365)
"""A date beyond that (2099-12-31) is a system's way to say that it has none; it is read as none (HOSTILE.md 13)."""

_PROMISES = ("eta_from", "eta_to", "promised_ship_by", "deliver_by", "promised_on")
"""Dates without which a row still says something."""

MOST_REMEMBERED = 20_000
_UNREAD = object()
_BY_PLACE = (Reads.INSTANT, Reads.DAY, Reads.PHONE)


class Rejected(Exception):
    """A row that is not taken: which field, and why."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason


@dataclass(frozen=True, slots=True)
class Record:
    """One valid row: its line in the file, its values, and the hash of its texts by which it is known again."""

    line: int
    values: Values
    hash: str
    warnings: tuple[tuple[str, str], ...] = ()


class RowReader:
    """Reads the rows of one file. What a text means is remembered: most texts of a column come again and again."""

    def __init__(self, mapping: Mapping, dates: DateReader, context: ShopContext, known_at: datetime) -> None:
        self.mapping, self.context, self.known_at = mapping, context, known_at
        self.profile = mapping.profile
        self._dates = dates
        self._far = known_at.date() + FARTHEST_ETA
        told = (dates.formats, dates.order, str(dates.zone), context.country, self.profile.timezone)
        self._salt = repr((told, self.profile.decimal_comma, sorted(mapping.present)))
        self._plans = [
            (one.name, one.required, self._reading(one), _BLANK.get(one.reads, ""), _Memory())
            for one in mapping.columns
        ]
        self._soft = {one.name for one in mapping.columns if one.soft}
        self._places = {one.name for one in mapping.columns if one.reads in _BY_PLACE}

    def digest(self, texts: Texts) -> str:
        """Hash of what the row says and of how it is read: another profile reads the same file anew."""
        joined = "\x1f".join(texts.values()) + self._salt
        return blake2b(joined.encode(), digest_size=12).hexdigest()

    def record(self, line: int, texts: Texts, digest: str) -> Record:
        """The checked row. Raises Rejected with the field and the reason."""
        found: Values = {}
        warnings: list[tuple[str, str]] = []
        place = (texts.get("timezone", ""), texts.get("country", ""))
        for name, required, reading, blank, memory in self._plans:
            text = texts.get(name, "")
            if not text:
                if required:
                    raise Rejected(name, "is blank; every row needs it")
                found[name] = blank
                continue
            known = (text, place) if name in self._places else text
            value = memory.get(known, _UNREAD)
            if value is _UNREAD:
                try:
                    value = reading(text, place)
                except ValueError as error:
                    if not self._dropped(name, error):
                        raise Rejected(name, str(error)) from None
                    value = blank
                    warnings.append((name, str(error)))
                else:
                    memory.keep(known, value)
            found[name] = value
        self._check(found, warnings)
        return Record(line, found, digest, tuple(warnings))

    def _dropped(self, name: str, error: ValueError) -> bool:
        """Whether only the value is left out, with a warning, and not the row."""
        if isinstance(error, NoDateError):
            return name in _PROMISES
        return name in self._soft and not isinstance(error, values.MangledError)

    def _reading(self, column: Column) -> Callable[[str, tuple[str, str]], Value]:
        """The function that reads a column's text, given the row's time zone and country as they are written."""
        simple = _SIMPLE.get(column.reads)
        if simple is not None:
            return lambda text, _: simple(text)
        decimal_comma = self.profile.decimal_comma
        by_reads: dict[Reads, Callable[[str, tuple[str, str]], Value]] = {
            Reads.INSTANT: lambda text, place: self._dates.instant(text, self._zone(place[0])),
            Reads.DAY: lambda text, place: self._dates.day(text, self._zone(place[0])),
            Reads.AMOUNT: lambda text, _: values.amount(text, decimal_comma=decimal_comma),
            Reads.EMAIL: lambda text, _: self._email(text),
            Reads.PHONE: lambda text, place: read_phone(text, self._country(place[1])),
            Reads.BRAND: lambda text, _: self._brand(text),
        }
        return by_reads[column.reads]

    def _email(self, text: str) -> ReadAddress:
        found = read_email(text)
        if found.value in self.context.own_addresses:
            raise ValueError("is our own address: answering it would go round in circles")
        return found

    def _brand(self, text: str) -> str:
        if text not in self.context.brands:
            raise ValueError(f"{text!r} is no brand of the settings ({', '.join(sorted(self.context.brands))})")
        return text

    def _zone(self, text: str) -> ZoneInfo | None:
        """The row's own zone, unless the profile says in which all of the file is."""
        if self.profile.timezone or not text:
            return None
        try:
            return zone(text)
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
        for name in _PROMISES:
            day = found.get(name)
            if day and day > self._far:
                found[name] = None
                warnings.append((name, f"{day} is more than five years ahead; read as no date"))
        if "customer_id" in found or "email" in found or "phone" in found:
            _who(found, warnings)


class _Memory(dict[Any, Value]):
    """Texts read before, so many of a column."""

    def keep(self, text: Any, value: Value) -> None:
        """Remember a text; a column of ever new ones forgets all from time to time instead of growing."""
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        self[text] = value


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
    Reads.NOTICE_KIND: values.notice_kind,
    Reads.ANSWER: values.answer,
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
