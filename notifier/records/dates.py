"""Reads plain days and instants. Colour: store. Called by row and survey.

ISO 8601 always; anything else only as declared in the profile, or where the whole file leaves no doubt (HOSTILE.md 8).
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?\s?(Z|[+-]\d{2}:?\d{2})?)?", re.IGNORECASE)
_SLASHED = re.compile(
    r"(?P<first>\d{1,2})(?P<mark>[/.-])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4})"
    r"([ T]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(:(?P<secs>\d{2})(\.\d+)?)?\s*(?P<half>[AaPp][Mm])?)?"
)
_SERIAL = re.compile(r"\d{5}(\.\d+)?")
_EXCEL_EPOCHS = {
    name: datetime.fromisoformat(day) for name, day in {"excel": "1899-12-30", "excel1904": "1904-01-01"}.items()
}
_WORDS = {
    "YYYY": "%Y",
    "YY": "%y",
    "MM": "%m",
    "M": "%m",
    "DD": "%d",
    "D": "%d",
    "HH": "%H",
    "H": "%H",
    "mm": "%M",
    "ss": "%S",
}
_WORD = re.compile("|".join(_WORDS))
_MOST_REMEMBERED = 100_000
_ZEROS = re.compile(r"0+([^\w]+0+|T0+)*")

EARLIEST, LATEST = 1970, 2200


class NoDateError(ValueError):
    """What a system writes where it has no date: 0000-00-00, 0001-01-01, 1900-01-01, 9999-12-31."""


def strptime_pattern(declared: str) -> str:
    """The strptime pattern of a declared date format: `%d.%m.%Y` as it is, `DD.MM.YYYY HH:mm` translated."""
    if "%" in declared:
        return declared
    return _WORD.sub(lambda word: _WORDS[word.group()], declared)


@dataclass(slots=True)
class DayOrder:
    """What the undeclared dates of a file say: how often the first, how often the second number can be no month."""

    seen: int = 0
    day_first: int = 0
    month_first: int = 0
    example: str = ""

    def look_at(self, text: str) -> bool:
        """Take `text` into account if it is such a date; returns whether it was ambiguous by itself."""
        found = _SLASHED.fullmatch(text)
        if not found:
            return False
        first, second = int(found["first"]), int(found["second"])
        self.seen += 1
        self.day_first += first > 12 >= second
        self.month_first += second > 12 >= first
        return first <= 12 and second <= 12 and first != second

    @property
    def word(self) -> str:
        """`day first`, `month first`, "" when there was none to decide, `ambiguous` when the data do not tell."""
        if bool(self.day_first) != bool(self.month_first):
            return "day first" if self.day_first else "month first"
        return "ambiguous" if self.example or self.day_first else ""


@dataclass(slots=True)
class DateReader:
    """Reads the dates of one file. `order` is DayOrder.word; naive instants are in the row's zone, else in `zone`."""

    formats: tuple[str, ...]
    order: str
    zone: ZoneInfo
    _known: dict[str, datetime] = field(default_factory=dict)

    def day(self, text: str, zone: ZoneInfo | None) -> date:
        """A plain day; a time of day is cut off, after turning it to the zone where it names an offset."""
        moment = self._moment(text)
        return moment.date() if moment.tzinfo is None else moment.astimezone(zone or self.zone).date()

    def instant(self, text: str, zone: ZoneInfo | None) -> datetime:
        """An aware UTC instant; a bare day is its first moment."""
        moment = self._moment(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone or self.zone)
        return moment.astimezone(UTC)

    def _moment(self, text: str) -> datetime:
        known = self._known.get(text)
        if known is None:
            if _ZEROS.fullmatch(text):
                raise NoDateError(f"{text!r} is no day of the calendar")
            known = self._read(text)
            if not EARLIEST <= known.year <= LATEST:
                raise NoDateError(f"{text!r} lies outside the years {EARLIEST} to {LATEST}")
            if len(self._known) < _MOST_REMEMBERED:
                self._known[text] = known
        return known

    def _read(self, text: str) -> datetime:
        if _ISO.fullmatch(text):
            try:
                return datetime.fromisoformat(text.upper().replace(" Z", "Z"))
            except ValueError:
                raise ValueError(f"{text!r} is no day of the calendar") from None
        for declared in self.formats:
            found = _declared(text, declared)
            if found is not None:
                return found
        slashed = _SLASHED.fullmatch(text) if self.order in ("day first", "month first") and not self.formats else None
        if slashed:
            return _ordered(text, slashed, day_first=self.order == "day first")
        if _SERIAL.fullmatch(text):
            raise ValueError(
                f'{text!r} looks like an Excel serial date; declare date_formats = ["excel"] or write YYYY-MM-DD'
            )
        raise ValueError(f"{text!r} is no ISO date; declare date_formats in the profile (such as DD.MM.YYYY)")


def _declared(text: str, declared: str) -> datetime | None:
    epoch = _EXCEL_EPOCHS.get(declared)
    try:
        if epoch is not None:
            return epoch + timedelta(days=float(text)) if _SERIAL.fullmatch(text) else None
        return datetime.strptime(text, strptime_pattern(declared))  # noqa: DTZ007 - the zone comes with the row
    except (ValueError, OverflowError):
        return None


def _ordered(text: str, found: re.Match[str], *, day_first: bool) -> datetime:
    day, month = (found["first"], found["second"]) if day_first else (found["second"], found["first"])
    hour = int(found["hour"] or 0)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].lower() == "pm" else 0)
    try:
        clock = time(hour, int(found["minute"] or 0), int(found["secs"] or 0))
        return datetime.combine(date(int(found["year"]), int(month), int(day)), clock)
    except ValueError:
        raise ValueError(f"{text!r} is no day of the calendar ({'day' if day_first else 'month'} first)") from None
