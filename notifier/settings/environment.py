"""Environment variables laid over settings.toml. Colour: root. Called by `load`; the variables are passed in.

NOTIFIER_EMAIL__PORT is `port` in [email]. NOTIFIER_EMAIL__PASSWORD_FILE names a file that holds what
NOTIFIER_EMAIL__PASSWORD would say. NOTIFIER_SOURCES__ERP__DATABASE_URL belongs to the [[sources]] called erp.
Names without `__` are none of ours: Kubernetes sets NOTIFIER_PORT and its like for anything called notifier.
pydantic-settings reads such variables too, but it stops at the first bad one and takes the process's own environment.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from notifier.settings.shape import keys_at

PREFIX = "NOTIFIER_"
_FROM_FILE = "_file"
_LARGEST_SECRET = 64 * 1024

Place = tuple[str | int, ...]


@dataclass(slots=True)
class Overlay:
    """The tables with the environment laid over, the variable that set each place, and the faults met."""

    tables: dict[str, Any]
    variables: dict[Place, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def overlay(tables: dict[str, Any], environ: Mapping[str, str]) -> Overlay:
    """Return `tables` with every NOTIFIER_SECTION__KEY of `environ` set in them; `tables` itself stays as it is."""
    laid = Overlay(_copied(tables))
    for variable in sorted(name for name in environ if name.startswith(PREFIX) and "__" in name.removeprefix(PREFIX)):
        _lay(laid, variable, environ[variable])
    return laid


def _lay(laid: Overlay, variable: str, text: str) -> None:
    parts = variable.removeprefix(PREFIX).lower().split("__")
    parent, place = _parent(laid, variable, parts[:-1])
    if parent is None:
        return
    keys = keys_at(place)
    key = _existing(parent, parts[-1])
    if key not in keys and key.endswith(_FROM_FILE) and key.removesuffix(_FROM_FILE) in keys:
        key = key.removesuffix(_FROM_FILE)
        held = _file_text(laid, variable, text)
        if held is None:
            return
        text = held
    if (*place, key) in laid.variables:
        laid.faults.append(f"{variable}: sets what {laid.variables[(*place, key)]} sets too. Unset one of them")
        return
    parent[key] = _parsed(text)
    laid.variables[(*place, key)] = variable


def _parent(laid: Overlay, variable: str, parts: list[str]) -> tuple[dict[str, Any] | None, Place]:
    """The table that `parts` lead to, made where it is not there yet; None after a fault."""
    inner: Any = laid.tables
    place: Place = ()
    for part in parts:
        if isinstance(inner, list):
            number = next((n for n, item in enumerate(inner) if _folded(str(item.get("name", ""))) == part), None)
            if number is None:
                names = ", ".join(str(item.get("name", "")) for item in inner)
                laid.faults.append(f"{variable}: no [[{place[-1]}]] is called {part!r}. There are: {names or 'none'}")
                return None, ()
            place, inner = (*place, number), inner[number]
            continue
        key = _existing(inner, part)
        place = (*place, key)
        inner = inner.setdefault(key, [] if key == "sources" and len(place) == 1 else {})
        if not isinstance(inner, dict | list):
            laid.faults.append(f"{variable}: {key!r} holds no table in which it could set anything. Unset the variable")
            return None, ()
    if isinstance(inner, list):
        laid.faults.append(f"{variable}: a list of tables is written in settings.toml. Unset the variable")
        return None, ()
    return inner, place


def _existing(table: dict[str, Any], part: str) -> str:
    """The key of `table` that a variable can mean by `part`: variables have neither small letters nor hyphens."""
    return next((key for key in table if _folded(key) == part), part)


def _folded(name: str) -> str:
    return name.lower().replace("-", "_").replace(" ", "_").replace(".", "_")


def _file_text(laid: Overlay, variable: str, path: str) -> str | None:
    try:
        with Path(path).open("rb") as file:
            return file.read(_LARGEST_SECRET).decode("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        laid.faults.append(f"{variable}: the file {path!r} cannot be read: {reason}. Mend the path or its rights")
        return None


def _parsed(text: str) -> Any:
    """Lists and tables may be written as JSON; anything else is text, which the field itself reads."""
    if text.startswith(("[", "{")):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _copied(tables: Any) -> Any:
    if isinstance(tables, dict):
        return {key: _copied(inner) for key, inner in tables.items()}
    return [_copied(inner) for inner in tables] if isinstance(tables, list) else tables
