"""A look is told again for a while, so that many who ask cost as much as one."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from notifier.pipeline.watch import Remembered, Watch
from notifier.store.engine import Store, open_engine
from tests.shop import NOON, open_shop


class Clock:
    """A steady clock that the test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def looking(clock: Clock, took: float = 0.0) -> Callable[[], int]:
    """A look that takes so long, and finds how often anybody has looked."""
    count = itertools.count(1)

    def look() -> int:
        clock.now += took
        return next(count)

    return look


def remembered(clock: Clock, took: float = 0.0) -> Remembered[int]:
    return Remembered(looking(clock, took), 5, 20, clock)


def test_what_was_seen_is_told_again() -> None:
    found = remembered(Clock())
    assert [found.get() for _ in range(1000)] == [1] * 1000


def test_after_some_seconds_somebody_looks_again() -> None:
    clock = Clock()
    found = remembered(clock)
    found.get()
    clock.now += 5
    assert found.get() == 2


def test_a_look_that_takes_long_is_told_again_for_longer() -> None:
    clock = Clock()
    found = remembered(clock, took=1)
    found.get()
    clock.now += 19
    assert found.get() == 1


def test_however_long_it_took_somebody_looks_again_within_half_a_minute() -> None:
    clock = Clock()
    found = remembered(clock, took=60)
    found.get()
    clock.now += 30
    assert found.get() == 2


def test_a_look_that_fails_is_not_remembered() -> None:
    answers = iter([ZeroDivisionError, 7])

    def look() -> int:
        found = next(answers)
        if isinstance(found, int):
            return found
        raise found

    kept = Remembered(look, 5, 20, Clock())
    with pytest.raises(ZeroDivisionError):
        kept.get()
    assert kept.get() == 7


def test_a_database_that_is_not_there_has_no_state(tmp_path: Path, sqlite_url: str) -> None:
    nowhere = Store(open_engine("postgresql://nobody@127.0.0.1:1/none", patience=1))
    with open_shop(tmp_path, sqlite_url).house() as house:
        watch = Watch(replace(house, store=nowhere), lambda: NOON)
        assert watch.state() is None
