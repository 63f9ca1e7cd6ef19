"""How jobs travel to the limited processes: frozen dataclasses by their values alone. Colour: wire.

Used by render_pool, and by render_worker, which unpickles what its own parent wrote. Python's own way asks each slotted
dataclass for its fields anew, on both sides, which costs as much as a template.
"""

import io
import pickle
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Any


def packed(jobs: Sequence[object]) -> bytes:
    """The jobs as bytes for `pickle.loads`."""
    into = io.BytesIO()
    _Packer(into, pickle.HIGHEST_PROTOCOL).dump(list(jobs))
    return into.getvalue()


class _Packer(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        """Dataclasses by `unpacked`; everything else as ever."""
        kind = type(value)
        names = _names(kind)
        return (unpacked, (kind, *[getattr(value, name) for name in names])) if names else NotImplemented


def unpacked(kind: type, *values: Any) -> Any:
    """One dataclass again, as it was: nothing is checked or worked out anew."""
    made: Any = object.__new__(kind)
    for name, value in zip(_names(kind), values, strict=True):
        object.__setattr__(made, name, value)
    return made


_NAMES: dict[type, tuple[str, ...]] = {}
"""The fields of each class that was met; none of one that is no dataclass."""


def _names(kind: type[Any]) -> tuple[str, ...]:
    found = _NAMES.get(kind)
    if found is None:
        found = _NAMES[kind] = tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
    return found
