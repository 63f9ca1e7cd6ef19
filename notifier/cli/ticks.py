"""What `notifier run` and `notifier worker` share: status line, what they work with, deliver tick. Colour: door."""

import asyncio
import signal
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from rich.status import Status

from notifier import app
from notifier.cli.session import Session
from notifier.errors import Unsafe
from notifier.pipeline.deliver import DeliverReport, Wires, deliver
from notifier.pipeline.delivery_news import tell_delivery
from notifier.pipeline.house import House
from notifier.pipeline.team import Team, tell_team_daily
from notifier.schedule import Tick
from notifier.web.serving import serving

THREADS = 12
"""For what a process does at once beside its sources: claims and renders by channel, ledger, plan, looks, clean-up."""

TELL_SECONDS = 60.0
"""Between two looks at what the team must hear of a delivery that goes on."""


@dataclass(slots=True)
class Board:
    """What the status line says."""

    line: Status
    facts: dict[str, str] = field(default_factory=dict)

    def say(self, what: str, words: str) -> None:
        """Show the newest words about one kind of work, with the time."""
        self.facts[what] = f"{what} {app.clock().astimezone():%H:%M:%S} {words}"
        self.line.update(" · ".join(self.facts.values()))


@dataclass(frozen=True, slots=True)
class Work:
    """Everything the ticks work with."""

    session: Session
    house: House
    wires: Wires
    team: Team
    board: Board
    stop: asyncio.Event


@asynccontextmanager
async def at_work(session: Session) -> AsyncIterator[Work]:
    """Everything opened, until the block ends; SIGTERM and Ctrl-C set `stop`."""
    settings, stop = session.settings(), asyncio.Event()
    # Slow sources must not keep the hand-off, the settling and the sign of life waiting for a thread.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS + len(settings.sources)))
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    with session.house() as house, session.console.status("starting") as line:
        async with serving(settings, house) as meter:
            wires = replace(app.open_wires(settings), meter=meter)
            app.settle_in()
            try:
                yield Work(session, house, wires, app.team(settings), Board(line), stop)
            finally:
                await app.close_wires(wires)
    session.console.print("stopped: nothing is in flight")


def deliver_tick(work: Work) -> Tick:
    """Look into the outbox, and empty it of what may go."""
    return Tick("deliver", work.session.settings().schedule.deliver_seconds, lambda: _deliver(work))


async def _deliver(work: Work) -> None:
    latest = DeliverReport()

    def show(report: DeliverReport) -> None:
        nonlocal latest
        latest = report
        words = ", ".join(f"{count} {name}" for name, count in report.counts().items() if count)
        work.board.say("deliver", words or "nothing due")

    async def tell() -> None:
        while True:
            await asyncio.sleep(TELL_SECONDS)
            await tell_delivery(work.house, work.team, latest, app.clock())

    # While there is always something to send it does not return, and the team must hear of trouble all the same.
    teller = asyncio.create_task(tell())
    try:
        show(await deliver(work.house, work.wires, app.clock, work.stop, show))
    except Unsafe as unsafe:
        await tell_unsafe(work, "deliver", unsafe)
        return
    finally:
        teller.cancel()
        await asyncio.gather(teller, return_exceptions=True)
    await tell_delivery(work.house, work.team, latest, app.clock())


async def tell_unsafe(work: Work, what: str, unsafe: Unsafe) -> None:
    """Say on the status line, and to the team once a day, why nothing goes out."""
    work.board.say(what, unsafe.subject)
    await tell_team_daily(work.house.store, work.team, unsafe.subject, f"{unsafe}.\n", app.clock())
