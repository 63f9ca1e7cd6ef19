"""Reads JSON without losing a key: one that is there twice is a fault, not the last one's word. Colour: store.

Called by readers.
"""

import json
from typing import Any


class KeyTwiceError(Exception):
    """An object names a key twice (HOSTILE.md 6). No ValueError, which would read as an object that goes on."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise KeyTwiceError(next(key for key in found if keys.count(key) > 1))
    return found


DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_object)
"""Numbers stay as they are written: a price keeps its zeros."""
