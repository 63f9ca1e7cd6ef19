"""Simulate: the recorded history judged again under a virtual clock, by another policy or by the same. Colour: root.

Called by cli. The shop's database is only read; what is written goes to a temporary copy that is deleted.
"""

import itertools
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from notifier.errors import UsageError
from notifier.pipeline.house import House
from notifier.pipeline.in_force import house_in_force
from notifier.pipeline.legal import BY_SETTING
from notifier.pipeline.simulate.clock import Window
from notifier.pipeline.simulate.comparison import Comparison
from notifier.pipeline.simulate.crew import Size, Task, parts_for, run_all
from notifier.pipeline.simulate.record import really_sent, recorded_runs
from notifier.pipeline.simulate.replay import Course, Renders
from notifier.pipeline.simulate.side import Side, merged
from notifier.render_pool import Limits, RenderPool
from notifier.store.rewind import last_changes, rewind
from notifier.store.scratch import Beginning, copy_shop, open_scratch
from notifier.terms.words import DeliveryMode

__all__ = ["Comparison", "Question", "Rival", "simulate"]

LONGEST_DAYS = 731

Progress = Callable[[int, int], None]
"""Called with days lived through and days to live through, over all sides and parts."""

LIMITED: Callable[[], Renders] = partial(RenderPool, 1, Limits())
"""Texts are rendered as they would be: in a process with limits."""

NOTES = (
    "names and postal codes have no history: today's are taken for all days, also where a time zone hangs on one",
    "what was deleted or erased since is not there to be replayed",
    "every message is taken as accepted at once: no outage, refusal or bounce that was not recorded as a suppression",
    "answers and opt-outs come as they were recorded, although other messages might have had other answers",
    "a notice that another tool had sent counts from its sending, also where it was imported later",
    "stale sources, pauses, the brake and what a person rejected hold nothing back here",
    "what was taken over as told by other means counts as told from the first day",
)
SENT_NOTES = (
    "which deadlines of the law had passed on which day is not kept for what was really sent",
    "of a hold that was repeated, only its first and last day are known for what was really sent",
)


@dataclass(frozen=True, slots=True)
class Rival:
    """The other policy: the same house under other settings, the name to call it by, and its price of a segment."""

    house: House
    name: str
    price: Decimal


@dataclass(frozen=True, slots=True)
class Question:
    """Which days, in the shop's zone and both included; what a segment costs (0: unknown); and against what.

    Without a `rival`, the shop's own policy is held against what was really sent.
    """

    first: date
    last: date
    price: Decimal
    rival: Rival | None = None


def simulate(
    house: House,
    question: Question,
    progress: Progress,
    open_renders: Callable[[], Renders] = LIMITED,
    *,
    alone: bool = False,
) -> Comparison:
    """Replay the days of the question. Raises UsageError for more than two years.

    Large questions are shared out among processes, unless this one does it `alone`; `open_renders` must be picklable
    for them.
    """
    house = house_in_force(house)
    window = Window(question.first, question.last, house.judging.policy.timezone)
    days = (window.last - window.first).days + 1
    if days > LONGEST_DAYS:
        raise UsageError(f"{days} days are too many to replay at once; name at most {LONGEST_DAYS}")
    course = Course(window, recorded_runs(house, window), open_renders)
    rival = question.rival
    notes: tuple[str, ...] = NOTES if rival else (*NOTES, *SENT_NOTES)
    policies = [(house, "these settings"), (rival.house, rival.name)] if rival else [(house, "replayed")]
    with _rewound(house, window.since) as (copy, customers):
        sides = _replayed(policies, copy, course, Size(days, 0 if alone else customers), progress)
    if rival is None:
        sides.insert(0, really_sent(house, window, "really sent"))
    prices = (question.price, rival.price if rival else question.price)
    return Comparison(window, (sides[0], sides[1]), prices, customers, [*notes, *_of_mode(house)])


def _replayed(
    policies: Sequence[tuple[House, str]], copy: Path, course: Course, size: Size, progress: Progress
) -> list[Side]:
    """One side for each policy, each from copies of its own."""
    parts = parts_for([policy for policy, _ in policies], size)
    tasks: list[Task] = []
    for policy, name in policies:
        for part in range(parts):
            own = copy.with_name(f"side-{len(tasks)}.db")
            shutil.copyfile(copy, own)
            tasks.append(Task(policy, own, course, name, part, parts))
    done = itertools.count(1)
    sides = run_all(tasks, size, lambda _: progress(next(done), size.days * len(tasks)))
    return [merged(sides[at : at + parts]) for at in range(0, len(sides), parts)]


def _of_mode(house: House) -> Iterator[str]:
    if house.sending.mode is DeliveryMode.REDIRECT:
        yield "in mode redirect no cap counts, neither really nor here"
    elif house.sending.mode is not DeliveryMode.LIVE:
        yield f"replayed as what it is: mode {house.sending.mode.value}, whose messages count among themselves only"


@contextmanager
def _rewound(house: House, at: datetime) -> Iterator[tuple[Path, int]]:
    """A file with a copy of the shop as it was at the UTC instant `at`, and how many customers are in it."""
    with TemporaryDirectory(prefix="notifier-simulate-") as folder:
        copy = Path(folder) / "rewound.db"
        scratch = open_scratch(copy)
        try:
            with house.store.snapshot() as source, scratch.write() as into:
                customers = copy_shop(source, into, Beginning(at, house.sending.mode, BY_SETTING))
                changed = last_changes(source, at)
            with scratch.write() as into:
                rewind(into, at, changed)
        finally:
            scratch.close()
        yield copy, customers
