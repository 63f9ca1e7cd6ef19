"""Replays in processes of their own, one for each core: the two sides, or the parts of one. Colour: root.

Called by simulate. A process gets the house without its store, opens its own copy, and tells each day that is done.
"""

import gc
import multiprocessing
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import cast

from notifier.errors import Transient
from notifier.pipeline.house import House
from notifier.pipeline.simulate.replay import Course, replay
from notifier.pipeline.simulate.side import Side
from notifier.store.engine import Store
from notifier.store.scratch import open_scratch
from notifier.store.shards import keep_part

WORTH_IT = 100_000
"""Customers times days from which on another process saves more than its start costs (a second or two)."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is to replay on one side."""

    days: int
    customers: int

    @property
    def worth_it(self) -> bool:
        """Whether it pays to start processes."""
        return self.days * self.customers >= WORTH_IT


@dataclass(frozen=True, slots=True)
class Task:
    """One replay: by which house, in which copy (its own), by which name, and which part of how many."""

    house: House
    copy: Path
    course: Course
    name: str
    part: int = 0
    parts: int = 1


def parts_for(houses: Sequence[House], size: Size) -> int:
    """Into how many parts each side is best cut.

    A shop with rewards or texts stays whole: a budget and the day's limits are one for all customers.
    """
    shared = any(one.reward is not None or one.judging.policy.texting.on for one in houses)
    return 1 if shared or not size.worth_it else max(1, (os.cpu_count() or 1) // len(houses))


def run(task: Task, day: Callable[[date], None]) -> Side:
    """Replay in this process."""
    scratch = open_scratch(task.copy)
    try:
        if task.parts > 1:
            with scratch.write() as tx:
                keep_part(tx, task.part, task.parts)
        return replay(task.house, scratch, task.course, task.name, day)
    finally:
        scratch.close()


def run_all(tasks: Sequence[Task], size: Size, day: Callable[[date], None]) -> list[Side]:
    """Replay all, side by side where it is worth it. Raises Transient where a process died."""
    if len(tasks) == 1 or not size.worth_it or (os.cpu_count() or 1) == 1:
        return [run(task, day) for task in tasks]
    context = multiprocessing.get_context("spawn")
    lines, children = [], []
    for task in tasks:
        ours, theirs = context.Pipe(duplex=False)
        bare = replace(task, house=replace(task.house, store=cast(Store, None)))
        child = context.Process(target=_work, args=(theirs, bare), daemon=True)
        child.start()
        theirs.close()
        lines.append(ours)
        children.append(child)
    try:
        return _gathered(lines, day)
    finally:
        for child in children:
            child.terminate()
            child.join()


def _work(line: Connection, task: Task) -> None:
    # This process only replays and ends: to look for cycles among its facts would cost a sixth of its time.
    gc.freeze()
    gc.set_threshold(200_000, 50, 100)
    line.send(run(task, line.send))


def _gathered(lines: Sequence[Connection], day: Callable[[date], None]) -> list[Side]:
    found: dict[int, Side] = {}
    open_lines = {line: at for at, line in enumerate(lines)}
    while open_lines:
        for line in cast(list[Connection], wait(list(open_lines))):
            try:
                said = line.recv()
            except EOFError:
                raise Transient("a process that replayed has died; see its words above, then try again") from None
            if isinstance(said, Side):
                found[open_lines.pop(line)] = said
            else:
                day(said)
    return [found[at] for at in range(len(lines))]
