"""The clockwork: a tick comes again, and none is cut off in its work."""

import asyncio
import logging

import pytest

from notifier.schedule import Tick, keep_time


def trouble(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged as a warning or worse."""
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_tick_at_work_is_waited_for_at_the_stop_and_nothing_is_said_of_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stop, begun, ended = asyncio.Event(), asyncio.Event(), []

    async def work() -> None:
        begun.set()
        await stop.wait()
        await asyncio.sleep(0)
        ended.append(True)

    clockwork = asyncio.create_task(keep_time([Tick("slow", 0.01, work, first=False)], stop))
    async with asyncio.timeout(600):
        await begun.wait()
        stop.set()
        await clockwork
    assert (ended, trouble(caplog)) == ([True], [])


async def test_a_tick_that_is_due_while_the_last_one_works_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    stop, late = asyncio.Event(), asyncio.Event()
    counted = 0

    async def work() -> None:
        await late.wait()

    async def count() -> None:
        nonlocal counted
        counted += 1
        if counted > 3:
            late.set()
            stop.set()

    async with asyncio.timeout(600):
        await keep_time([Tick("long", 0.01, work, first=False), Tick("count", 0.05, count, first=False)], stop)
    assert trouble(caplog) == []
