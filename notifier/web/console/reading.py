"""Reads what stands behind the ? and in the path: a value that is none counts as not given. Colour: door.

Used by the areas of the console.
"""

from collections.abc import Mapping
from datetime import date, datetime
from urllib.parse import urlencode

from fastapi import HTTPException

from notifier.terms.time import utc

MOST_TEXT = 200


def whole(text: str) -> int | None:
    """A whole number of at most nine digits; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def text(query: Mapping[str, str], name: str) -> str:
    """A value without what cannot be seen or is too long for any key."""
    found = query.get(name, "").strip()[:MOST_TEXT]
    return found if found.isprintable() else ""


def day(text: str) -> date | None:
    """A day like 2026-06-01; None for anything else, and before 1900 or after 2999: a day more must be one too."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1900 <= found.year < 3000 else None


def moment(text: str) -> datetime | None:
    """An instant with its offset; None for anything else."""
    try:
        return utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def key_of(path: Mapping[str, str], name: str = "id") -> int:
    """The id in the path. Raises 404 for what is none."""
    found = whole(path[name])
    if found is None:
        raise HTTPException(404)
    return found


def query_of(values: Mapping[str, object]) -> str:
    """The query string of what is given, empty and false values left out."""
    return urlencode({name: value if value is not True else "1" for name, value in values.items() if value})
