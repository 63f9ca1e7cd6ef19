"""The first page: what needs somebody, what went out, what waits and why, what comes. Colour: door.

Added by console.opening.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

from fastapi.responses import Response

from notifier.pipeline.contact_days import today_counted
from notifier.pipeline.glance import terms_of
from notifier.pipeline.house import House
from notifier.pipeline.reasons import purpose_words
from notifier.pipeline.remembered import Kept, Memory
from notifier.pipeline.today import (
    BACKLOG,
    COMING,
    FRESH,
    OLD,
    DueDay,
    Need,
    pressing,
    remembered_backlog,
    remembered_coming,
    today,
)
from notifier.pipeline.trouble import About
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
        About.LAW: "/console/backorders?needs=overdue",
        About.ALARM: "/console/backorders?needs=alarm",
        About.REPLY: "/console/inbox",
        About.ACTION: "/console/actions",
        About.UNKNOWN: f"{MESSAGES}unknown",
        About.HELD: f"{MESSAGES}held",
        About.REFUSED: f"{MESSAGES}refused",
        About.QUEUE: f"{MESSAGES}queued",
        About.ROUTE: f"{MESSAGES}queued",
        "pause": "/console/pauses",
    }
)
"""Where each need is seen to; one without a place names a command."""


Look = Callable[[House, Memory, datetime, timedelta], Kept[Any]]


@dataclass(slots=True)
class First:
    """The page, with what it remembers."""

    memory: Memory = field(default_factory=Memory)
    _under_way: dict[str, asyncio.Task[Kept[Any]]] = field(default_factory=dict)

    async def show(self, asked: Asked) -> Response:
        """Where one begins."""
        house, now = asked.house, asked.now
        coming = await self._remembered(asked, COMING, remembered_coming)
        seen = await asked.run(partial(today, house, terms_of(asked.settings), coming.value, now))
        counted = await asked.run(partial(today_counted, house, self.memory, now))
        out = sorted((one for one in counted.value if one.direction == "out"), key=lambda one: -one.count)
        return asked.page(
            "today/today.html",
            steps=await steps_of(asked),
            seen=seen,
            needs=[(one, _place(one, coming.value.deadlines)) for one in seen.needs],
            coming=coming,
            out=out,
            sent=sum(one.count for one in out),
            heard=sum(one.count for one in counted.value if one.direction == "in"),
            counted_at=counted.at,
            owed=await self._remembered(asked, BACKLOG, remembered_backlog),
            purpose=purpose_words,
            drawing=drawing,
        )

    async def _remembered(self, asked: Asked, name: str, look: Look) -> Kept[Any]:
        """What is remembered; once it is a minute old, it is looked at again behind the page's back."""
        act = partial(look, asked.house, self.memory, asked.now)
        kept = self.memory.peek(name)
        if kept is None or asked.now - kept.at >= OLD:
            return await asked.run(partial(act, OLD))
        if asked.now - kept.at >= FRESH and name not in self._under_way:
            task = self._under_way[name] = asyncio.create_task(asked.run(partial(act, FRESH)))
            task.add_done_callback(lambda _: self._under_way.pop(name, None))
        return kept


def _place(need: Need, deadlines: tuple[DueDay, ...]) -> str:
    if need.about == "deadline" and (nearest := pressing(deadlines)) is not None:
        return f"/console/backorders?due={nearest.day}"
    return PLACES.get(need.about, "")


def routes(to: Routes) -> None:
    """The routes."""
    to.get(HOME, Role.VIEWER, First().show)
