"""A draft tried with all open backorders: how far, how many, which fail and why. Colour: door. Added by wordings."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from fastapi.responses import Response

from notifier.errors import Permanent, Transient
from notifier.pipeline.backorder_check import BackorderCheck, check_backorders
from notifier.pipeline.draft_view import Chosen, view
from notifier.pipeline.wording_check import check_draft
from notifier.terms.operator import Role
from notifier.terms.wording import Texts, Wording, WordingFault
from notifier.web.console.asked import Asked
from notifier.web.console.routes import Routes
from notifier.web.console.wordings.editor import KEEPS, PAGE, wording_asked
from notifier.web.console.wordings.listing import href

MOST = 100_000
"""Customers that are tried: five minutes of work."""
KEPT = 32
"""Checks whose outcome is kept, for as long as the server lives."""


@dataclass(frozen=True, slots=True)
class Check:
    """How far a check is. `faults` are what is wrong with the draft itself; `trouble`: why the check broke off."""

    texts: Texts
    by: str
    far: BackorderCheck | None = None
    faults: tuple[WordingFault, ...] = ()
    running: bool = True
    trouble: str = ""


@dataclass(slots=True)
class Checks:
    """The checks of this server, the newest of each wording, one running at a time."""

    found: dict[Wording, Check] = field(default_factory=dict)
    closing: threading.Event = field(default_factory=threading.Event)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, wording: Wording, check: Check, work: Callable[[Callable[[Check], None]], None]) -> None:
        """Start one in a thread of its own; the newest for a wording ends the one before."""
        if len(self.found) >= KEPT:
            self.found.pop(next(iter(self.found)))
        self.found[wording] = check

        def note(far: Check) -> None:
            if self.closing.is_set() or self.found.get(wording, far).texts is not check.texts:
                raise _Ended
            self.found[wording] = far

        def run() -> None:
            with self._turn:
                try:
                    work(note)
                except _Ended:
                    return

        threading.Thread(target=run, name="check", daemon=True).start()

    def close(self) -> None:
        """End what runs at its next batch, and wait for that."""
        self.closing.set()
        with self._turn:
            pass


class _Ended(Exception):
    """Nobody waits for the check any more."""


async def begin(asked: Asked, checks: Checks) -> Response:
    """Start the check of the draft as it stands."""
    wording = wording_asked(asked)
    found = await asked.run(partial(view, asked.house, wording, Chosen(), None, asked.now))
    check = Check(found.texts, asked.operator.name)
    house, pool, now = asked.house, asked.desk.previews.pool, asked.now

    def work(note: Callable[[Check], None]) -> None:
        far = check
        try:
            far = replace(far, faults=tuple(check_draft(house, pool, wording, found.texts, now)))
            for step in check_backorders(house, pool, (wording, found.texts), MOST, now):
                far = replace(far, far=step)
                note(far)
        except (Permanent, Transient) as fault:
            far = replace(far, trouble=str(fault))
        note(replace(far, running=False))

    checks.begin(wording, check, work)
    return asked.to(href(wording, "check"))


async def show(asked: Asked, checks: Checks) -> Response:
    """How far it is; whoever has no script loads the page again."""
    wording = wording_asked(asked)
    check = checks.found.get(wording)
    values: dict[str, Any] = {"wording": wording, "check": check, "href": href}
    if asked.by_htmx and check:
        return asked.part("wordings/_check.html", **values)
    title = asked.house.catalogue.purposes[wording.purpose].title
    return asked.page("wordings/check.html", title=title, **values)


def routes(to: Routes) -> None:
    """To start it, for editors; to look at it, for whoever is signed in."""
    checks = Checks()
    to.desk.threads.at_close.insert(0, checks.close)
    to.post(PAGE + "/check", Role.EDITOR, partial(begin, checks=checks), "draft.check", KEEPS)
    to.get(PAGE + "/check", Role.VIEWER, partial(show, checks=checks))
