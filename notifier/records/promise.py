"""T, the promise at ordering, is frozen (RULES.md F1). Colour: store. Used by orders and lines."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row


def with_frozen_promise(line: Row[Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The same `fields`, with another promised date than T as `promised_edit`, which is only an ETA.

    A line without T takes the first date that any file gives; a blank date says nothing; T again takes the edit back.
    """
    found = dict(fields)
    told = found.pop("promised_ship_by", None)
    if told is None:
        return found
    if line.promised_ship_by is None:
        found["promised_ship_by"] = told
    else:
        found["promised_edit"] = told if told != line.promised_ship_by else None
    return found
