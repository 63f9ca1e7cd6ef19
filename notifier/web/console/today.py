"""The first page: what needs somebody, what went out, what waits and why, what comes. Colour: door.

Added by console.opening.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

from fastapi.responses import Response

from notifier.pipeline.contact_days import today_counted
from notifier.pipeline.glance import terms_of
from notifier.pipeline.reasons import purpose_words
from notifier.pipeline.remembered import Kept, Memory
from notifier.pipeline.today import BACKLOG, FRESH, OLD, DueDay, Need, remembered_backlog, today
from notifier.pipeline.trouble import About
from notifier.queries.backlog import Backlog
from notifier.terms.operator import Role
from notifier.web.console import drawing
from notifier.web.console.asked import Asked
from notifier.web.console.first_steps import steps_of
from notifier.web.console.nav import HOME
from notifier.web.console.routes import Routes

MESSAGES = "/console/messages?state="
PLACES: Mapping[str, str] = MappingProxyType(
    {
        About.RUN: "/console/runs",
        About.PLAN: "/console/runs",
        About.LAW: "/console/backorders?legal=notice_due",
        About.REPLY: "/console/inbox",
        About.ACTION: "/console/inbox",
        About.UNKNOWN: f"{MESSAGES}unknown",
        About.HELD: f"{MESSAGES}held",
        About.REFUSED: f"{MESSAGES}refused",
        About.QUEUE: f"{MESSAGES}queued",
        About.ROUTE: f"{MESSAGES}queued",
        "pause": "/console/pauses",
    }
)
"""Where each need is seen to; one without a place names a command."""


@dataclass(slots=True)
class First:
    """The page, with what it remembers of the backlog and of today."""

    memory: Memory = field(default_factory=Memory)
    _under_way: set[asyncio.Task[Kept[Backlog]]] = field(default_factory=set)

    async def show(self, asked: Asked) -> Response:
        """Where one begins."""
        house, now = asked.house, asked.now
        seen = await asked.run(partial(today, house, terms_of(asked.settings), now))
        counted = await asked.run(partial(today_counted, house, self.memory, now))
        out = [one for one in counted.value if one.direction == "out"]
        most = max((one.count for one in out), default=0)
        return asked.page(
            "today/today.html",
            steps=await steps_of(asked),
            seen=seen,
            needs=[(one, _place(one, seen.deadlines)) for one in seen.needs],
            out=sorted(out, key=lambda one: -one.count),
            most=most,
            heard=sum(one.count for one in counted.value if one.direction == "in"),
            sent=sum(one.count for one in out),
            counted_at=counted.at,
            owed=await self._backlog(asked),
            purpose=purpose_words,
            drawing=drawing,
        )

    async def _backlog(self, asked: Asked) -> Kept[Backlog]:
        """What is remembered; once it is a minute old, it is looked at again behind the page's back."""
        look = partial(remembered_backlog, asked.house, self.memory, asked.now)
        kept = self.memory.peek(BACKLOG)
        if kept is None or asked.now - kept.at >= OLD:
            return await asked.run(partial(look, OLD))
        if asked.now - kept.at >= FRESH and not self._under_way:
            task = asyncio.create_task(asked.run(partial(look, FRESH)))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return kept


def _place(need: Need, deadlines: tuple[DueDay, ...]) -> str:
    if need.about == "deadline":
        return f"/console/backorders?due={deadlines[0].day}"
    return PLACES.get(need.about, "")


def routes(to: Routes) -> None:
    """The routes."""
    to.get(HOME, Role.VIEWER, First().show)
