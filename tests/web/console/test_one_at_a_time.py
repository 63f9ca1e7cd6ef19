"""Long work of an area: one piece at a time, however many ask at once, and none outlives the server."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from typing import Any, cast

import pytest

from notifier.errors import UsageError
from notifier.pipeline.apart import Apart
from notifier.web.console.one_at_a_time import OneAtATime
from notifier.web.threads import Threads


@dataclass
class Process:
    """As an area sees it."""

    over: bool = False

    def cancel(self) -> None:
        self.over = True


@dataclass
class Begun:
    """One piece, by whom."""

    by: str
    process: Process = field(default_factory=Process)

    @property
    def work(self) -> Apart[Any]:
        return cast(Apart[Any], self.process)


def gladly(_: Begun) -> None:
    """Whoever is at work gives way."""


def never(busy: Begun) -> None:
    raise UsageError(f"{busy.by} is at work")


@pytest.fixture
def area() -> OneAtATime[Begun]:
    return OneAtATime(Threads(1))


def begin(area: OneAtATime[Begun], by: str, give_way: Callable[[Begun], None] = gladly) -> Begun:
    return area.begin(lambda: Begun(by), give_way)


def test_what_gives_way_ends_before_the_next_begins(area: OneAtATime[Begun]) -> None:
    first = begin(area, "lea")
    second = begin(area, "max")
    assert (first.process.over, area.busy) == (True, second)


def test_what_does_not_give_way_goes_on(area: OneAtATime[Begun]) -> None:
    first = begin(area, "lea")
    with pytest.raises(UsageError, match="lea is at work"):
        begin(area, "max", never)
    assert (area.busy, first.process.over) == (first, False)


def test_what_is_over_keeps_nobody_waiting_and_can_still_be_seen(area: OneAtATime[Begun]) -> None:
    first = begin(area, "lea")
    first.process.over = True
    assert (area.busy, area.now, begin(area, "max", never).by) == (None, first, "max")


def test_who_comes_while_another_begins_waits_for_that(area: OneAtATime[Begun]) -> None:
    begins, may = Event(), Event()

    def slowly() -> Begun:
        begins.set()
        may.wait(10)
        return Begun("lea")

    with ThreadPoolExecutor(2) as clicks:
        first = clicks.submit(area.begin, slowly, never)
        begins.wait(10)
        second = clicks.submit(begin, area, "max", never)
        may.set()
        assert (first.result().by, str(second.exception())) == ("lea", "lea is at work")


def test_only_the_newest_is_forgotten_and_ended(area: OneAtATime[Begun]) -> None:
    first = begin(area, "lea")
    second = begin(area, "max")
    area.end(first)
    there = area.now
    area.end(second)
    assert (there, area.now, second.process.over) == (second, None, True)


def test_what_is_at_work_ends_with_the_server() -> None:
    threads = Threads(1)
    begun = begin(OneAtATime(threads), "lea")
    threads.close()
    assert begun.process.over
