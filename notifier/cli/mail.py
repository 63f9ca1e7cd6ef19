"""Reads the mailbox of replies beside the other work of `notifier run`. Colour: door. Called by run."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from notifier import app
from notifier.cli.ticks import Work
from notifier.pipeline.team import tell_team_daily
from notifier.terms.words import STAYS_HERE

log = structlog.get_logger(__name__)

SUBJECT = "The mailbox of replies cannot be read"


@asynccontextmanager
async def reading_mail(work: Work) -> AsyncIterator[None]:
    """Read until the block ends, where a mailbox is named; not in modes in which nobody is written to."""
    settings = work.session.settings()
    if not settings.inbox.host or settings.delivery.mode in STAYS_HERE:
        yield
        return
    loop = asyncio.get_running_loop()
    told: set[asyncio.Task[bool]] = set()

    def tell(trouble: str) -> None:
        loop.call_soon_threadsafe(_tell, work, trouble, told)

    with app.open_mailroom(work.house) as room:
        reader = app.open_mailbox(settings, work.house.store, room.take, tell)
        if reader is None:
            raise ValueError("a mailbox is named, and none was opened")
        thread = app.reading_thread(reader)
        thread.start()
        try:
            yield
        finally:
            await asyncio.to_thread(thread.stop)
            await asyncio.gather(*told, return_exceptions=True)


def _tell(work: Work, trouble: str, told: set[asyncio.Task[bool]]) -> None:
    """Say on the status line, and to the team once a day, what keeps the mailbox from being read."""
    work.board.say("mailbox", trouble or "is read")
    if not trouble:
        return
    log.warning("the mailbox of replies cannot be read", why=trouble)
    task = asyncio.create_task(tell_team_daily(work.house.store, work.team, SUBJECT, f"{trouble}.\n", app.clock()))
    told.add(task)
    task.add_done_callback(told.discard)
