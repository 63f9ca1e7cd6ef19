"""Reads what stands behind the ? and in the path: a value that is none counts as not given. Colour: door.

Used by the areas of the console.
"""

from collections.abc import Mapping
from datetime import date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import HTTPException

from notifier.terms.time import is_near, typed_day, utc

MOST_TEXT = 200


def whole(text: str) -> int | None:
    """A whole number of at most nine digits; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def text(query: Mapping[str, str], name: str) -> str:
    """A value without what cannot be seen or is too long for any key."""
    found = query.get(name, "").strip()[:MOST_TEXT]
    return found if found.isprintable() else ""


def day(text: str) -> date | None:
    """A day like 2026-06-01 that is near; None for anything else."""
    try:
        return typed_day(text)
    except ValueError:
        return None


def moment(text: str, tz: ZoneInfo | None = None) -> datetime | None:
    """An instant as ISO 8601 has it, one without an offset in `tz`; None for anything else, and where `day` gives it.

    Without `tz` an instant must have its offset.
    """
    try:
        found = datetime.fromisoformat(text)
        instant = utc(found if found.tzinfo else found.replace(tzinfo=tz))
    except (ValueError, OverflowError):
        return None
    return instant if is_near(instant) else None


def key_of(path: Mapping[str, str], name: str = "id") -> int:
    """The id in the path. Raises 404 for what is none."""
    found = whole(path[name])
    if found is None:
        raise HTTPException(404)
    return found


def query_of(values: Mapping[str, object]) -> str:
    """The query string of what is given, empty and false values left out."""
    return urlencode({name: value if value is not True else "1" for name, value in values.items() if value})
