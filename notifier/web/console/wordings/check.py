"""A draft tried with all open backorders: how far, how many, which fail and why. Colour: door. Added by wordings.

It runs in a process apart; there is one at a time.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fastapi.responses import Response

from notifier.errors import UsageError
from notifier.pipeline.apart import Apart
from notifier.pipeline.draft_check import DraftCheck, DraftChecked
from notifier.pipeline.draft_view import Chosen, view
from notifier.terms.operator import Role
from notifier.terms.wording import Wording
from notifier.web.console.asked import Asked
from notifier.web.console.routes import Routes
from notifier.web.console.wordings.editor import KEEPS, PAGE, wording_asked
from notifier.web.console.wordings.listing import href

KEPT = 32
"""Checks whose outcome is kept, for as long as the server lives."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check: whose, and the work."""

    by: str
    work: Apart[DraftChecked]


@dataclass(slots=True)
class Checks:
    """The checks of this server, the newest of each wording, in the order in which they were begun."""

    found: dict[Wording, Check] = field(default_factory=dict)

    def running(self) -> tuple[Wording, Check] | None:
        """The one that goes on, if there is one."""
        return next(((wording, one) for wording, one in self.found.items() if not one.work.over), None)

    def end(self) -> None:
        """End what runs."""
        running = self.running()
        if running is not None:
            running[1].work.cancel()


async def begin(asked: Asked, checks: Checks) -> Response:
    """Start the check of the draft as it stands. One's own of before is ended, another's of another wording is not."""
    wording, by = wording_asked(asked), asked.operator.name
    running = checks.running()
    if running is not None and running[0] != wording and running[1].by != by:
        raise UsageError(f"{running[1].by} is checking {running[0].words} now. Wait until that is over, then try again")
    found = await asked.run(partial(view, asked.house, wording, Chosen(), None, asked.now))
    work = DraftCheck(wording, found.texts, asked.now)

    def start() -> Apart[DraftChecked]:
        checks.end()
        return Apart(work, asked.house, asked.settings.database_url)

    begun = Check(by, await asked.run(start))
    checks.found.pop(wording, None)
    checks.found[wording] = begun
    if len(checks.found) > KEPT:
        checks.found.pop(next(iter(checks.found)))
    return asked.to(href(wording, "check"))


async def show(asked: Asked, checks: Checks) -> Response:
    """How far it is; whoever has no script loads the page again."""
    wording = wording_asked(asked)
    check = checks.found.get(wording)
    values: dict[str, Any] = {"wording": wording, "work": check.work if check else None, "href": href}
    if asked.by_htmx and check:
        return asked.part("wordings/_check.html", **values)
    title = asked.house.catalogue.purposes[wording.purpose].title
    return asked.page("wordings/check.html", title=title, **values)


def routes(to: Routes) -> None:
    """To start it, for editors; to look at it, for whoever is signed in."""
    checks = Checks()
    to.desk.threads.at_close.insert(0, checks.end)
    to.post(PAGE + "/check", Role.EDITOR, partial(begin, checks=checks), "draft.check", KEEPS)
    to.get(PAGE + "/check", Role.VIEWER, partial(show, checks=checks))
