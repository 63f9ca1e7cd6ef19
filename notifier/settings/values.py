"""Kinds of values in settings that check themselves: zones, countries, addresses, periods, URLs. Colour: root.

Used by the sections. A validator raises ValueError with what is wrong and what to write; `faults` adds file and line.

The libraries that know addresses and numbers are loaded where one is written: every command reads the settings.
"""

import re
from datetime import timedelta
from decimal import Decimal
from email.utils import getaddresses, quote
from ipaddress import ip_network
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from babel import Locale as BabelLocale
from babel import UnknownLocaleError
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from notifier.terms.time import zone

_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
_COUNTRIES = frozenset(
    code
    for code in map(str, BabelLocale("en").territories)
    if re.fullmatch("[A-Z]{2}", code) and code not in _NO_COUNTRIES
)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Section(BaseModel):
    """Base of every table in settings.toml: unknown keys are refused, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _zone(name: str) -> str:
    if name:
        zone(name)
    return name


def _locale(tag: str) -> str:
    if not tag:
        return tag
    try:
        BabelLocale.parse(tag.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError) as error:
        raise ValueError(f"{tag!r} is no known language tag; write one like en, de or pt-BR") from error
    return tag.replace("_", "-")


def _country(code: str) -> str:
    if code.upper() not in _COUNTRIES:
        raise ValueError(f"{code!r} is no ISO 3166 country code; write two letters like US or DE")
    return code.upper()


def _domain(text: str) -> str:
    """The part of an address behind the @, in lower case and ASCII."""
    found = text.strip().lower()
    if not re.fullmatch(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9][a-z0-9-]*[a-z0-9]", found):
        raise ValueError('is no domain; write the part behind the @, like "mail.example", as xn--… if it is not ASCII')
    return found


def _colour(text: str) -> str:
    if text and not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise ValueError(f"{text!r} is no colour; write one like #1b6b50")
    return text.lower()


def _url(text: str) -> str:
    if not text:
        return text
    parts = urlsplit(text)
    if not _has_a_port_that_can_be(parts):
        raise ValueError(
            f"{_without_login(text)!r} has no port between 1 and 65535; write one like https://shop.example"
        )
    if parts.scheme == "http" and parts.hostname in LOOPBACK:
        return text.rstrip("/")
    if parts.scheme != "https" or not parts.hostname or parts.username:
        raise ValueError(f"{_without_login(text)!r} is no https address; write one like https://shop.example")
    return text.rstrip("/")


def _has_a_port_that_can_be(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:
        return False


def _without_login(text: str) -> str:
    return re.sub(r"//[^/@]*@", "//…@", text)


def _one_line(text: str) -> str:
    if any(not letter.isprintable() for letter in text):
        raise ValueError("has a line break or an invisible character in it; write one plain line")
    return text.strip()


def _address(text: str) -> str:
    if not text:
        return text
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise ValueError(f"{text!r} is no email address; write one like orders@shop.example") from error


def _sender(text: str) -> str:
    if not text:
        return text
    from email_validator import EmailNotValidError, validate_email

    found = getaddresses([_one_line(text)])
    try:
        (name, address) = found[0] if len(found) == 1 else ("", "")
        return mailbox(name, validate_email(address, check_deliverability=False).normalized)
    except EmailNotValidError as error:
        raise ValueError(f"{text!r} is no sender; write one like Your Shop <orders@shop.example>") from error


def mailbox(name: str, address: str) -> str:
    """Return `Name <address>`, the name in quotation marks where RFC 5322 wants them; any script stays readable."""
    if not name:
        return address
    return f"{name} <{address}>" if re.fullmatch(r"[\w &'!+/-]+", name) else f'"{quote(name)}" <{address}>'


def _phone(text: str) -> str:
    if not text:
        return text
    import phonenumbers

    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException as error:
        raise ValueError(f"{text!r} is no phone number; write it like +14155550123") from error
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _host(text: str) -> str:
    if text and not re.fullmatch(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}|localhost", text.lower()):
        raise ValueError(f"{text!r} is no host name; write one like go.shop.example, without https://")
    return text.lower()


def _listen(text: str) -> str:
    if text and place_of(text) is None:
        raise ValueError(f"{text!r} is no place to listen at; write one like 127.0.0.1:9464, or [::1]:9464")
    return text


def place_of(text: str) -> tuple[str, int] | None:
    """Host and port of `host:port`; None for anything else."""
    try:
        parts = urlsplit(f"//{text}")
        found = (parts.hostname, parts.port)
    except ValueError:
        return None
    whole = f"[{found[0]}]:{found[1]}" if found[0] and ":" in found[0] else f"{found[0]}:{found[1]}"
    return (found[0], found[1]) if found[0] and found[1] and whole == text.lower() else None


def _network(text: str) -> str:
    try:
        ip_network(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no address or network; write one like 127.0.0.1 or 10.0.0.0/8") from error
    return text


def _currency(code: str) -> str:
    if code and not re.fullmatch("[A-Z]{3}", code):
        raise ValueError(f"{code!r} is no ISO 4217 currency code; write three capitals like USD")
    return code


def _period(text: Any) -> Any:
    if isinstance(text, timedelta):
        return text
    found = re.fullmatch(r"([1-9]\d{0,4})([mhd])", text.strip()) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f"{text!r} is no period; write minutes, hours or days like 90m, 24h or 7d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def listed(given: Any) -> Any:
    """Environment variables write a list as `a, b`."""
    return [part.strip() for part in given.split(",") if part.strip()] if isinstance(given, str) else given


def _no_bool(given: Any) -> Any:
    if isinstance(given, bool):
        raise ValueError("is true or false, where a number belongs; write a whole number")
    return given


Line = Annotated[str, AfterValidator(_one_line)]
Zone = Annotated[str, AfterValidator(_zone)]
LocaleTag = Annotated[str, AfterValidator(_locale)]
Country = Annotated[str, AfterValidator(_country)]
Domain = Annotated[str, AfterValidator(_domain)]
Colour = Annotated[str, AfterValidator(_colour)]
Url = Annotated[str, AfterValidator(_url)]
Address = Annotated[str, AfterValidator(_address)]
Sender = Annotated[str, AfterValidator(_sender)]
Phone = Annotated[str, AfterValidator(_phone)]
Host = Annotated[str, AfterValidator(_host)]
Currency = Annotated[str, AfterValidator(_currency)]
Listen = Annotated[str, AfterValidator(_listen)]
Networks = Annotated[tuple[Annotated[str, AfterValidator(_network)], ...], BeforeValidator(listed)]
Period = Annotated[timedelta, BeforeValidator(_period)]
Count = Annotated[int, BeforeValidator(_no_bool), Field(ge=1)]
Whole = Annotated[int, BeforeValidator(_no_bool), Field(ge=0)]
Amount = Annotated[Decimal, BeforeValidator(_no_bool), Field(ge=0)]
Words = Annotated[tuple[Line, ...], BeforeValidator(listed)]
Countries = Annotated[tuple[Country, ...], BeforeValidator(listed)]


def written_period(period: timedelta) -> str:
    """Return `period` as settings.toml writes it: whole days, else hours, else minutes."""
    minutes = int(period.total_seconds()) // 60
    if minutes % 1440 == 0 and minutes != 1440:
        return f"{minutes // 1440}d"
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"
