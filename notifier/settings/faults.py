"""Faults in settings as sentences: file, line or variable, key, what is wrong, remedy. Colour: root. Used by `load`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticUndefined

from notifier.settings.shape import field_at, is_secret, keys_at
from notifier.settings.values import written_period

Place = tuple[str | int, ...]
_CLOSE_ENOUGH = 65
_LONGEST_SHOWN = 60

_SENTENCES = {
    "int_parsing": "is no whole number",
    "int_type": "is no whole number",
    "int_from_float": "is no whole number",
    "bool_parsing": "is neither true nor false",
    "bool_type": "is neither true nor false",
    "decimal_parsing": "is no number",
    "decimal_type": "is no number",
    "string_type": "is no text; put it in quotation marks",
    "time_parsing": "is no time of day; write one like 08:00",
    "time_type": "is no time of day; write one like 08:00",
    "tuple_type": 'is no list; write one like ["a", "b"]',
    "dict_type": "is no table",
    "model_type": "is no table",
    "literal_error": "is none of {expected}",
    "enum": "is none of {expected}",
    "greater_than_equal": "is too small; the least is {ge}",
    "less_than_equal": "is too large; the most is {le}",
    "string_pattern_mismatch": "is not written as it must be",
    "string_too_short": "is empty",
    "string_too_long": "is longer than {max_length}",
}


@dataclass(frozen=True, slots=True)
class Origins:
    """Where values come from: the file's name, the line of each place in it, the variable that set a place."""

    file: str
    lines: Mapping[Place, int]
    variables: Mapping[Place, str]

    def line(self, place: Place) -> int:
        """The line of `place` or of what it is in, 0 where it is not written."""
        return next((self.lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in self.lines), 0)

    def given(self) -> dict[Place, str]:
        """Each place that is set, with the file's line or the variable that sets it; a list counts as its tables."""
        found = {place: f"{self.file}:{line}" for place, line in self.lines.items()}
        for place, line in self.lines.items():
            if isinstance(place[-1], int):
                found.setdefault(place[:-1], f"{self.file}:{line}")
        return found | dict(self.variables)

    def tell(self, place: Place, text: str) -> str:
        """Return `text` as a fault at `place`: named by variable, else by line, else (not written) by file alone."""
        for length in range(len(place), 0, -1):
            if place[:length] in self.variables:
                return f"{self.variables[place[:length]]}: {label(place)} {text}"
            if place[:length] in self.lines:
                return f"{self.file}:{self.lines[place[:length]]}: {label(place)} {text}"
        within = next((name for spot, name in self.variables.items() if spot[: len(place)] == place), self.file)
        return f"{within}: {label(place)} {text}"


def label(place: Place) -> str:
    """Return `place` as a person finds it: `[email] port:`, `[[sources]] number 2, url:`, `[brands.oak] colour:`."""
    if not place:
        return "the file:"
    for spot, part in enumerate(place):
        if isinstance(part, int) and spot and field_at(place[:spot]) is not None and keys_at(place[: spot + 1]):
            table = f"[[{'.'.join(map(str, place[:spot]))}]] number {part + 1}"
            rest = ".".join(map(str, place[spot + 1 :]))
            return f"{table}, {rest}:" if rest else f"{table}:"
    depth = next((n for n in range(len(place) - 1, 0, -1) if keys_at(place[:n])), 0)
    if depth == 0:
        return f"[{'.'.join(map(str, place))}]:"
    key = ".".join(map(str, place[depth:]))
    return f"[{'.'.join(map(str, place[:depth]))}] {key}:"


def field_faults(error: ValidationError) -> dict[Place, str]:
    """Return every fault in `error` as a sentence, by the place where it is."""
    return {detail["loc"]: _sentence(detail, detail["loc"]) for detail in error.errors(include_url=False)}


def _sentence(detail: ErrorDetails, place: Place) -> str:
    if detail["type"] == "extra_forbidden":
        return f"is no setting. {meant(str(place[-1]), keys_at(place[:-1]))}"
    if detail["type"] == "missing":
        field = field_at(place)
        return f"is missing. Add it: {field.description if field else ''}".rstrip(": ")
    remedy = "" if detail["type"] == "value_error" else f". {_remedy(place)}"
    return f"{_shown(detail, place)}{_wrong(detail)}{remedy}"


def _wrong(detail: ErrorDetails) -> str:
    context: dict[str, Any] = detail.get("ctx", {})
    if detail["type"] == "value_error":
        return str(context["error"])
    sentence = _SENTENCES.get(detail["type"])
    return sentence.format_map(context) if sentence else detail["msg"].lower()


def _shown(detail: ErrorDetails, place: Place) -> str:
    """The value that is wrong, unless it is a secret, may hold one, or the sentence shows it already."""
    field = field_at(place)
    hidden = (
        is_secret(field) or field is None or not field.repr or detail["type"] in ("value_error", "string_too_short")
    )
    given = repr(detail["input"])
    if hidden or len(given) > _LONGEST_SHOWN or isinstance(detail["input"], dict | list):
        return ""
    return f"{given} "


def _remedy(place: Place) -> str:
    field = field_at(place)
    if field is None:
        return "Mend it"
    default = field.get_default(call_default_factory=False)
    if (
        is_secret(field)
        or default in (PydanticUndefined, None, "", (), {})
        or not isinstance(default, str | int | timedelta)
    ):
        return f"What belongs there: {field.description}".rstrip(".")
    shown = written_period(default) if isinstance(default, timedelta) else str(default)
    return (
        f"What belongs there: {field.description} The default is {shown.lower() if default in (True, False) else shown}"
    )


def meant(key: str, known: Sequence[str]) -> str:
    """Return the remedy for an unknown `key`: the nearest of the `known` ones, else all of them."""
    from rapidfuzz import fuzz, process, utils

    nearest = process.extractOne(
        key, known, scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=_CLOSE_ENOUGH
    )
    if nearest:
        return f"Did you mean {nearest[0]}?"
    return f"Delete it, or use one of: {', '.join(known)}" if known else "Delete it"
