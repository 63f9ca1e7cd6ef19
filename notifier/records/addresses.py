"""Reads email addresses and phone numbers into the form in which they are kept. Colour: store. Used by row, rights."""

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import PhoneNumberType, timezone

from notifier.records.values import refuse_mangled
from notifier.terms.words import Channel

LONGEST_EMAIL = 254
_LONGEST_LOCAL = 64
_PLAIN_LOCAL = re.compile(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*")
"""A dot-atom that every rule of the library lets pass."""
_NOBODY = frozenset({"noreply", "donotreply", "mailerdaemon", "postmaster", "bounce", "bounces", "abuse"})
"""Compared without `+tag` and without dots, hyphens and underscores."""
_MARKS = str.maketrans("", "", "._-")
_NOBODYS = re.compile(
    r"\+1\d{3}55501\d\d"  # North America: 555-0100 to 555-0199 of every area code
    r"|\+467017406(0[5-9]|[1-9]\d)"  # PTS: 070-1740605 to 070-1740699
    r"|\+49(17139200|176040690)\d\d"  # Bundesnetzagentur: 0171 39200xx, 0176 040690xx
    r"|\+61491570(006|110|15[6-9]|313|737)"  # ACMA: 0491 570 006 and its like
)
"""Numbers kept for films and examples, which the library takes for somebody's; those of Ofcom, Arcep and ComReg it
knows itself.
"""
_PREMIUM = re.compile(r"\+1\d{3}976\d{4}")
"""North American exchanges with a surcharge, which the library takes for plain lines."""
_TEXTABLE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


@dataclass(frozen=True, slots=True)
class ReadAddress:
    """A normalised address. Of a number: its region, whether S12 lets a text go there, and its time zones."""

    channel: str
    value: str
    region: str = ""
    textable: bool = False
    timezones: str = ""


@lru_cache(maxsize=20_000)
def read_email(text: str) -> ReadAddress:
    """One deliverable-looking address, lower case, its domain in ASCII. Raises ValueError (HOSTILE.md 23, 24, 25)."""
    if len(text) > LONGEST_EMAIL:
        raise ValueError(f"the address is longer than {LONGEST_EMAIL} characters")
    if text.count("@") > 1 or "," in text or ";" in text:
        raise ValueError("the field holds more than one address; leave one")
    local, _, domain = text.rpartition("@")
    if _PLAIN_LOCAL.fullmatch(local) and len(local) <= _LONGEST_LOCAL:
        domain = _checked(f"a@{domain}", domain)[1]  # the library's work is per domain then, and most are met again
    else:
        local, domain = _checked(text, domain)
    if not local.isascii():
        raise ValueError("this relay path cannot write to a non-ASCII local part")
    if local.partition("+")[0].translate(_MARKS).casefold() in _NOBODY:
        raise ValueError(f"{local}@ is read by nobody")
    value = f"{local}@{domain}".lower()
    if len(value) > LONGEST_EMAIL:
        raise ValueError(f"the address is longer than {LONGEST_EMAIL} characters")
    return ReadAddress(Channel.EMAIL.value, value)


@lru_cache(maxsize=20_000)
def _checked(text: str, domain: str) -> tuple[str, str]:
    """Local part and ASCII domain of `text`; `domain` is only there to be told."""
    try:
        # .test never resolves; it is let through for staging systems
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValueError(f"no usable email address ({domain or 'no domain'}): {error}") from None
    return found.local_part, found.ascii_domain or domain


@lru_cache(maxsize=20_000)
def read_phone(text: str, country: str) -> ReadAddress:
    """One number in E.164, local ones read in `country`. Raises ValueError (HOSTILE.md 9, 17 to 21; RULES.md S12)."""
    refuse_mangled(text)
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException as error:
        raise ValueError(f"no phone number ({error}); write it as +49 151 …, or give the row a country") from None
    kind = phonenumbers.number_type(number)
    if kind == PhoneNumberType.UNKNOWN and not phonenumbers.is_possible_number(number):
        raise ValueError("no possible phone number; write it with its country code, as +49 151 …")
    value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return ReadAddress(
        Channel.SMS.value,
        value,
        phonenumbers.region_code_for_number(number) or "",
        kind in _TEXTABLE
        and not number.extension
        and not _NOBODYS.fullmatch(value)
        and not _PREMIUM.fullmatch(value),  # a kind is only known of a valid number
        ",".join(zone for zone in timezone.time_zones_for_number(number) if zone != "Etc/Unknown"),
    )
