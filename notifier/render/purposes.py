"""Reads a purpose.toml. Colour: pure. Called by catalogue."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from notifier.terms.purpose import Purpose
from notifier.terms.reply import OrderAction
from notifier.terms.words import MessageClass, Rung

_FLAGS = ("after_told", "text_on_top", "offers_alternatives")
_TEXTS = ("class", "rung", "occasion", "title")
_KNOWN = (*_TEXTS, *_FLAGS, "absorbs", "figures", "answers")
_ANSWERS = tuple(action.name.lower() for action in OrderAction)
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@lru_cache(maxsize=256)
def parsed(text: str) -> Mapping[str, Any]:
    """A TOML text, once for each: to parse a file of words takes longer than to read it. Nobody changes what it gives.

    Raises tomllib.TOMLDecodeError.
    """
    return tomllib.loads(text)


def read_purpose(name: str, text: str, where: str) -> tuple[Purpose | None, list[str]]:
    """The purpose of folder `name`, or None and every fault with file and field."""
    try:
        table = parsed(text)
    except tomllib.TOMLDecodeError as error:
        return None, [f"{where}: {error}"]
    faults = [] if _NAME.fullmatch(name) else [f"{where}: the folder's name must be like eta_change"]
    for key in table.keys() - set(_KNOWN):
        near = difflib.get_close_matches(key, _KNOWN, 1)
        faults.append(f"{where}: {key} is unknown" + (f"; did you mean {near[0]}?" if near else ""))
    faults += [f"{where}: {key} must be a text" for key in _TEXTS if not isinstance(table.get(key), str)]
    faults += [f"{where}: {key} must be true or false" for key in _FLAGS if not isinstance(table.get(key, False), bool)]
    faults += _wrong_words(table, where) + _wrong_lists(table, where)
    if faults:
        return None, sorted(faults)
    return _purpose(name, table), []


def _wrong_words(table: Mapping[str, Any], where: str) -> list[str]:
    choices = {"class": [m.value for m in MessageClass], "rung": [r.word for r in Rung]}
    return [
        f"{where}: {key} {table[key]!r} must be one of {', '.join(allowed)}"
        for key, allowed in choices.items()
        if isinstance(table.get(key), str) and table[key] not in allowed
    ]


def _wrong_lists(table: Mapping[str, Any], where: str) -> list[str]:
    faults = []
    absorbs = table.get("absorbs", [])
    if not isinstance(absorbs, list) or not all(isinstance(one, str) for one in absorbs):
        faults.append(f"{where}: absorbs must be a list of purposes")
    answers = table.get("answers", [])
    if not isinstance(answers, list) or not set(map(str, answers)) <= set(_ANSWERS):
        faults.append(f"{where}: answers must be a list of {', '.join(_ANSWERS)}")
    figures = table.get("figures", {})
    if not isinstance(figures, dict):
        return [*faults, f"{where}: [figures] must be a table"]
    wrong = [key for key, value in figures.items() if type(value) is not int or value < 0]
    return faults + [f"{where}: figures.{key} must be a whole number, 0 or more" for key in wrong]


def _purpose(name: str, table: Mapping[str, Any]) -> Purpose:
    return Purpose(
        name=name,
        message_class=MessageClass(table["class"]),
        rung=Rung[table["rung"].upper()],
        occasion=table["occasion"],
        title=table["title"],
        absorbs=tuple(table.get("absorbs", ())),
        figures=dict(table.get("figures", {})),
        answers=tuple(table.get("answers", ())),
        **{flag: table.get(flag, False) for flag in _FLAGS},
    )
