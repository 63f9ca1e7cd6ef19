"""Keeps in memory, for a while, what costs more to find out than a page may take. Colour: root.

Used by the web process, which tells beside each such thing as of when it is.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Kept(Generic[Value]):
    """A value, and when it was found out (UTC)."""

    value: Value
    at: datetime


@dataclass(slots=True)
class Memory:
    """The newest `most` things, for all threads of a process."""

    most: int = 2_000
    _kept: OrderedDict[Hashable, Kept[Any]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)
    _at_work: dict[Hashable, Lock] = field(default_factory=dict)

    def get(self, key: Hashable, make: Callable[[], Value], now: datetime, fresh: timedelta) -> Kept[Value]:
        """What is kept under `key` unless it is older than `fresh`; else it is made, by one thread at a time."""
        found = self.peek(key)
        if found is not None and now - found.at < fresh:
            return found
        with self._lock:
            mine = self._at_work.setdefault(key, Lock())
        with mine:
            found = self.peek(key)
            if found is None or now - found.at >= fresh:
                found = Kept(self._made(key, make), now)
                with self._lock:
                    self._kept[key] = found
                    self._kept.move_to_end(key)
                    while len(self._kept) > self.most:
                        self._at_work.pop(self._kept.popitem(last=False)[0], None)
            return found

    def _made(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """What `make` gives. Where it raises, nothing is left of `key`: there is no end of keys that are none."""
        try:
            return make()
        except BaseException:
            with self._lock:
                self._at_work.pop(key, None)
            raise

    def peek(self, key: Hashable) -> Kept[Any] | None:
        """What is kept, however old."""
        with self._lock:
            return self._kept.get(key)
