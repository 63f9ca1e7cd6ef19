"""Reads the words and numbers of a cell. Colour: store. Called by row. All raise ValueError with a remedy."""

import re
from decimal import Decimal
from functools import lru_cache
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import list_currencies

from notifier.terms.law import Said
from notifier.terms.words import Channel, LineStatus, MessageClass, NoticeKind, ProductKind, Scope

MOST_UNITS = 1_000_000
MOST_STOCK = 2_000_000_000
LONGEST_KEY = 200
LONGEST_TEXT = 2000

_SCIENTIFIC = re.compile(r"\d+([.,]\d+[eE]\+?|[eE]\+)\d+")
_STOCK = re.compile(r"-?\d{1,12}([.,]0+)?")
_WHOLE = re.compile(r"\d+([.,]0+)?")
_POINT = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")
_COMMA = re.compile(r"-?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?")
_YES = {"true", "yes", "y", "t", "1", "ja", "oui", "si", "sí"}
_NO = {"false", "no", "n", "f", "0", "nein", "non"}
_CHANNELS = {
    "email": Channel.EMAIL,
    "e-mail": Channel.EMAIL,
    "mail": Channel.EMAIL,
    "sms": Channel.SMS,
    "text": Channel.SMS,
}


class MangledError(ValueError):
    """A spreadsheet has damaged the value: other columns of the row may be damaged where nobody can see it."""


def refuse_mangled(text: str) -> None:
    """A spreadsheet has turned a long number into 4.47911E+11: its digits are lost (HOSTILE.md 9)."""
    if _SCIENTIFIC.fullmatch(text):
        raise MangledError(
            f"{text!r} was a number that a spreadsheet shortened; format the column as text and export again"
        )


def key(text: str) -> str:
    """An identifier of the shop's, kept as written."""
    refuse_mangled(text)
    if len(text) > LONGEST_KEY:
        raise ValueError(f"is longer than {LONGEST_KEY} characters")
    return text


def words(text: str) -> str:
    """Free text on one line."""
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"is longer than {LONGEST_TEXT} characters")
    return " ".join(text.split())


def units(text: str) -> int:
    """A number of things ordered, from 1 to a million (HOSTILE.md 14)."""
    found = count(text)
    if found < 1:
        raise ValueError(f"{text!r} is less than 1")
    return found


def count(text: str) -> int:
    """A number of things, from 0 to a million."""
    if not text.isascii() or not _WHOLE.fullmatch(text):
        raise ValueError(f"{text!r} is no whole number from 0 to {MOST_UNITS:,}")
    found = int(re.split("[.,]", text)[0])
    if found > MOST_UNITS:
        raise ValueError(f"{text!r} is more than {MOST_UNITS:,}")
    return found


def stock(text: str) -> int:
    """Units in stock; oversold stock (below zero) covers nothing, as zero does."""
    if not text.isascii() or not _STOCK.fullmatch(text):
        raise ValueError(f"{text!r} is no whole number of units")
    return min(max(int(re.split("[.,]", text)[0]), 0), MOST_STOCK)


def amount(text: str, *, decimal_comma: bool) -> Decimal:
    """An amount of money without its currency, not negative."""
    if not text.isascii() or not (_COMMA if decimal_comma else _POINT).fullmatch(text):
        hint = "" if decimal_comma or "," not in text else "; set decimal_comma = true in the profile if it is 12,50"
        raise ValueError(f"{text!r} is no amount{hint}")
    plain = text.replace(".", "").replace(",", ".") if decimal_comma else text.replace(",", "")
    found = Decimal(plain)
    if found < 0:
        raise ValueError(f"{text!r} is negative")
    if found >= 10**12:
        raise ValueError(f"{text!r} is too large")
    return found


def yes(text: str) -> bool:
    """Yes or no."""
    word = text.casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ValueError(f"{text!r} is neither yes nor no; map it with values in the profile")


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


def currency(text: str) -> str:
    """An ISO 4217 code."""
    code = text.upper()
    if code not in _currencies():
        raise ValueError(f"{text!r} is no ISO 4217 currency; map it with values.currency in the profile")
    return code


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    english = Locale("en").territories
    codes = {str(code): str(code) for code in english if len(str(code)) == 2 and str(code).isalpha() and code != "ZZ"}
    aliases: dict[str, list[str]] = dict(get_global("territory_aliases"))
    alike = {old: new[0] for old, new in aliases.items() if len(new) == 1 and old.isalpha()}
    return (
        {
            name.casefold(): code
            for code, name in ((str(one), str(name)) for one, name in english.items())
            if code in codes
        }
        | alike
        | codes
    )


@lru_cache(maxsize=1000)
def country(text: str) -> str:
    """An ISO 3166 alpha-2 code, from a code of two or three letters or the English name."""
    found = _countries().get(text.upper()) or _countries().get(text.casefold())
    if not found:
        raise ValueError(f"{text!r} is no country; map it with values.country in the profile")
    return found


@lru_cache(maxsize=1000)
def locale(text: str) -> str:
    """A BCP 47 tag such as de or de-AT."""
    try:
        return str(Locale.parse(text.replace("-", "_"))).replace("_", "-")
    except (UnknownLocaleError, ValueError):
        raise ValueError(f"{text!r} is no language tag such as de or de-AT") from None


def channel(text: str) -> str:
    """email or sms."""
    found = _CHANNELS.get(text.casefold())
    if found is None:
        raise ValueError(f"{text!r} is no channel; write email or sms")
    return found.value


def message_class(text: str) -> str:
    """service, marketing, or progress for the words that nothing has changed (RULES.md E5).

    Required messages need no consent.
    """
    if text.casefold() not in (MessageClass.SERVICE, MessageClass.MARKETING, Scope.PROGRESS):
        raise ValueError(f"{text!r} is no class; write service, marketing or progress")
    return text.casefold()


def line_status(text: str) -> str:
    """The shop's label of a line."""
    word = {"canceled": "cancelled"}.get(text.casefold(), text.casefold())
    if word == LineStatus.CLOSED or word not in tuple(LineStatus):
        raise ValueError(
            f"{text!r} is not open, backordered, shipped or cancelled; map it with values.status in the profile"
        )
    return word


def notice_kind(text: str) -> str:
    """F3, F4 or F5 (RULES.md)."""
    if not text or text.upper() not in tuple(NoticeKind):
        raise ValueError(f"{text!r} is no kind of notice; write F3, F4 or F5")
    return text.upper()


def answer(text: str) -> str:
    """accept or cancel; other words for them are mapped by the profile."""
    if text.casefold() not in (Said.ACCEPT, Said.CANCEL):
        raise ValueError(f"{text!r} is no answer; write accept or cancel, or map it with values.answer in the profile")
    return text.casefold()


def product_kind(text: str) -> str:
    """stocked, virtual or parent."""
    if text.casefold() not in tuple(ProductKind):
        raise ValueError(f"{text!r} is not stocked, virtual or parent; map it with values.kind in the profile")
    return text.casefold()


def url(text: str) -> str:
    """A web address; any other scheme could run code where it is shown (HOSTILE.md 33)."""
    if urlsplit(text).scheme.casefold() not in ("http", "https") or len(text) > LONGEST_TEXT:
        raise ValueError(f"{text[:40]!r} is no http or https address")
    return text
