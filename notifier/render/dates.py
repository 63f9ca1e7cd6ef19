"""Dates, ranges and money as a customer reads them, by locale (Babel). Colour: pure. Called by context."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from notifier.terms.money import Money
from notifier.terms.time import EtaRange

FURTHEST = timedelta(days=730)
"""A date beyond this is an import's accident (HOSTILE 13); a customer is told that there is none yet."""
_DAY_FIELD = re.compile(r"('[^']*')|d+")
"""The day in a pattern of CLDR, and what is quoted in it, which is no field."""


@lru_cache(maxsize=128)
def locale_named(tag: str) -> Locale:
    """The Babel locale of a BCP 47 tag, else its language, else English."""
    for name in (tag, tag.split("-", maxsplit=1)[0]):
        try:
            return Locale.parse(name, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


@lru_cache(maxsize=8192)
def _pattern(day: date, pattern: str, tag: str) -> str:
    return format_date(day, pattern, locale=locale_named(tag))


@lru_cache(maxsize=4096)
def _currency(money: Money, tag: str) -> str:
    return format_currency(money.amount, money.currency, locale=locale_named(tag))


class Calendar:
    """Formats days for one locale: `words` give patterns and phrases, `today` is the shop's day."""

    __slots__ = ("tag", "today", "words")

    def __init__(self, words: Mapping[str, str], tag: str, today: date) -> None:
        self.words, self.tag, self.today = words, tag, today

    def day(self, day: date) -> str:
        """3 December 2026."""
        return self._written(day, "day")

    def money(self, money: Money) -> str:
        """12,50 €, by the locale's own order and marks."""
        return _currency(money, self.tag)

    def percent(self, number: int) -> str:
        """10% or 10 %, by the locale."""
        locale = locale_named(self.tag)
        return str(locale.percent_formats[None].apply(number / 100, locale))

    def number(self, number: int) -> str:
        """1,000 or 1.000."""
        return format_decimal(number, locale=locale_named(self.tag))

    def believable(self, days: EtaRange | None) -> EtaRange | None:
        """The range if a customer may see it: not over already, not absurdly far; its past part is cut off."""
        if days is None or days.last < self.today or days.last - self.today > FURTHEST:
            return None
        return days

    def when(self, days: EtaRange) -> str:
        """on 3 December 2026; between 3 and 7 December 2026; by 7 December 2026 once the first day is past."""
        if days.first < self.today and days.first < days.last:
            return self.words["when_by"].replace("{day}", self.day(days.last))
        return self.span(days)

    def span(self, days: EtaRange) -> str:
        """The range as it was told, whatever today is."""
        if days.first == days.last:
            return self.words["when_day"].replace("{day}", self.day(days.last))
        phrase, first, last = self._range(days.first, days.last)
        return self.words[phrase].replace("{first}", first).replace("{last}", last)

    def _range(self, first: date, last: date) -> tuple[str, str, str]:
        if (first.year, first.month) == (last.year, last.month):
            return "when_range_month", self._written(first, "month_first"), self._written(last, "month_last")
        start = self._written(first, "year_first") if first.year == last.year else self.day(first)
        return "when_range", start, self.day(last)

    def _written(self, day: date, key: str) -> str:
        """A day by the pattern under `key`; the first of a month by its own number, as 1er in French."""
        pattern = self.words[key]
        if day.day == 1:
            number = self.words["first_day"]
            pattern = _DAY_FIELD.sub(lambda field: field[1] or f"'{number}'", pattern)
        return _pattern(day, pattern, self.tag)
