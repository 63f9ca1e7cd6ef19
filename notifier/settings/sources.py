"""Where records come from, and how a foreign export is read. Colour: root. Read by records and schedule."""

import codecs
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from notifier.settings.values import Count, Line, Section, Url, Words, Zone

Kind = Literal["backorders", "customers", "products", "orders", "lines", "supply", "consents", "suppressions"]


class Source(Section):
    """One place that the scheduler imports from."""

    name: Line = Field(min_length=1, description="Name in reports and in NOTIFIER_SOURCES__NAME__DATABASE_URL.")
    kind: Kind | None = Field(None, description="Kind of records; needed where the profile does not say it.")
    glob: str = Field("", description="Files, like exports/*.csv, beside this file; or url, or database_url.")
    url: Url = Field("", description="https address to fetch.")
    database_url: SecretStr = Field(SecretStr(""), description="SQL database to ask, like postgresql://user@host/name.")
    select: str = Field("", description="The SELECT for database_url.")
    profile: str = Field("", description="Name of a [profiles.NAME]; empty: the columns have our own names.")
    every_minutes: Count = Field(15, description="Minutes between two looks.")
    stale_after_hours: Count = Field(24, description="Hours with nothing new, after which only required messages go.")


class Profile(Section):
    """How the columns and values of an export are read."""

    kind: Kind | None = Field(None, description="Kind of records in such files.")
    columns: dict[str, str] = Field({}, description='Our column name = "Their Column".')
    constants: dict[str, str] = Field({}, description="Our column name = the same value for every row.")
    templates: dict[str, str] = Field({}, description="Our column name = text with {their_column} in it.")
    values: dict[str, dict[str, str]] = Field({}, description="For a column of ours: their value = our value.")
    date_formats: Words = Field((), description="Formats of dates, like %d/%m/%Y, tried in order.")
    decimal_comma: bool = Field(False, description="true: 1.234,50 is one thousand and some.")
    delimiter: str = Field("", max_length=1, description="The character between cells; empty: found out.")
    encoding: str = Field("", description="utf-8, utf-16, cp1252 ...; empty: found out.")
    snapshot: bool = Field(False, description="true: a file holds all open lines, and a line not in it is gone.")
    timezone: Zone = Field("", description="IANA zone of times that name none; empty: the row's, else the shop's.")

    @field_validator("encoding")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            return codecs.lookup(name).name if name else name
        except LookupError as error:
            raise ValueError(f"{name!r} is no encoding; write one like utf-8 or cp1252") from error

    @field_validator("date_formats")
    @classmethod
    def _whole_dates(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        for text in formats:
            parts = [any(f"%{letter}" in text for letter in letters) for letters in ("Yy", "mbB", "d")]
            if not all(parts):
                raise ValueError(f"{text!r} names no whole date; it needs a year, a month and a day, like %d/%m/%Y")
        return formats
