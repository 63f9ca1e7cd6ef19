"""What keys a place in the settings can have, read off the sections. Colour: root.

Used by environment, faults, load and document.
"""

import types
import typing
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from notifier.settings.whole import Sections


def section_of(annotation: Any) -> type[BaseModel] | None:
    """The section inside `annotation`: of a table, of a list of tables or of tables by name; None for a plain value."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if typing.get_origin(annotation) in (tuple, dict, types.UnionType, typing.Annotated):
        return next((found for part in typing.get_args(annotation) if (found := section_of(part))), None)
    return None


def fields_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a section by the key under which settings.toml writes them: `class` is no name in Python."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def table_at(place: Sequence[str | int]) -> type[BaseModel] | None:
    """The section that is written at `place`; None where no section is."""
    model: type[BaseModel] = Sections
    named = False
    for part in place:
        if named:
            named = False
            continue
        field = fields_of(model).get(str(part))
        found = section_of(field.annotation) if field else None
        if field is None or found is None:
            return None
        named = typing.get_origin(field.annotation) in (tuple, dict)
        model = found
    return None if named else model


def keys_at(place: Sequence[str | int]) -> tuple[str, ...]:
    """The keys that a table at `place` can have."""
    model = table_at(place)
    return tuple(fields_of(model)) if model else ()


def field_at(place: Sequence[str | int]) -> FieldInfo | None:
    """The field that is written at `place`; None where the settings know none."""
    model = table_at(place[:-1]) if place else None
    return fields_of(model).get(str(place[-1])) if model else None


def is_secret(field: FieldInfo | None) -> bool:
    """Whether the value of `field` must never be shown, nor stand in settings.toml."""
    return field is not None and field.annotation is SecretStr
