"""TOML with the line of each key, which tomllib forgets. Colour: root. Called by `load`.

The file is cut into statements by asking tomllib itself where one ends, so there is no second idea of TOML here.
"""

import re
import tomllib
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A TOML document: its tables, and for each key and table the line on which it is written (from 1)."""

    tables: dict[str, Any] = field(default_factory=dict)
    lines: dict[Path, int] = field(default_factory=dict)


class TomlFault(ValueError):
    """No TOML. `line` counts from 1."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


def read_toml(text: str) -> Written:
    """Return the document in `text`. Raises TomlFault at the first mistake in the writing."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _fault(str(error), text) from error
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    here: Path = ()
    for number, statement in _statements(text.split("\n")):
        found = tomllib.loads(statement)
        if statement.lstrip().startswith("["):
            here = _header(found, counts)
            lines.setdefault(here, number)
        else:
            _note(found, here, number, lines)
    return Written(tables, lines)


def _fault(message: str, text: str) -> TomlFault:
    at = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    line = int(at[1]) if at and at[1] else len(text.rstrip("\n").split("\n"))
    return TomlFault(line, message[: at.start()] if at else message)


def _statements(rows: list[str]) -> list[tuple[int, str]]:
    """Each statement with its first line. A statement ends where tomllib takes it: the whole is known to be right."""
    found = []
    first = 0
    for number in range(len(rows)):
        statement = "\n".join(rows[first : number + 1])
        try:
            empty = not tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue
        if not empty:
            found.append((first + 1, statement))
        first = number + 1
    return found


def _header(found: dict[str, Any], counts: dict[Path, int]) -> Path:
    """The path of a `[table]` or the next `[[table]]`, with the number of each table of a list in it."""
    here: Path = ()
    inner: Any = found
    while isinstance(inner, dict) and inner:
        key, inner = next(iter(inner.items()))
        here = (*here, key)
        if isinstance(inner, list):
            counts[here] = counts.get(here, -1) + 1
        if here in counts:
            here = (*here, counts[here])
    return here


def _note(found: dict[str, Any], here: Path, number: int, lines: dict[Path, int]) -> None:
    for key, inner in found.items():
        lines.setdefault((*here, key), number)
        if isinstance(inner, dict):
            _note(inner, (*here, key), number, lines)
