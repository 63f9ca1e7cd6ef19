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
from notifier.pipeline.draft_view import texts_at_hand
from notifier.pipeline.wording_history import standing
from notifier.terms.operator import Role
from notifier.terms.wording import Texts, Wording
from notifier.web.console.asked import Asked
from notifier.web.console.one_at_a_time import OneAtATime
from notifier.web.console.routes import Routes
from notifier.web.console.wordings.editor import KEEPS, PAGE, again_where_refused, brought, wording_asked
from notifier.web.console.wordings.listing import href

KEPT = 32
"""Checks whose outcome is kept, for as long as the server lives."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check: of which wording, whose, and the work."""

    wording: Wording
    by: str
    work: Apart[DraftChecked]


@dataclass(frozen=True, slots=True)
class Checks:
    """The checks of this server: the newest of each wording, in the order in which they were begun."""

    at_work: OneAtATime[Check]
    found: dict[Wording, Check] = field(default_factory=dict)

    def keep(self, check: Check) -> Check:
        """It is the newest of its wording from now on."""
        self.found.pop(check.wording, None)
        self.found[check.wording] = check
        if len(self.found) > KEPT:
            self.found.pop(next(iter(self.found)))
        return check


async def begin(asked: Asked, checks: Checks) -> Response:
    """Start the check of the draft, with what was typed. One's own of before is ended.

    Raises UsageError where another's check of another wording is at work.
    """
    wording, by = wording_asked(asked), asked.operator.name

    def at_hand() -> Texts:
        brought(asked)
        return texts_at_hand(asked.house, standing(asked.house, wording))

    work = DraftCheck(wording, await asked.run(at_hand), asked.now)

    def start() -> Check:
        return checks.keep(Check(wording, by, Apart(work, asked.house, asked.settings.database_url)))

    def give_way(busy: Check) -> None:
        if busy.wording != wording and busy.by != by:
            raise UsageError(f"{busy.by} is checking {busy.wording.words} now. Wait until that is over, then try again")

    await asked.run(partial(checks.at_work.begin, start, give_way))
    return asked.to(href(wording, "check"))


async def show(asked: Asked, checks: Checks) -> Response:
    """How far it is; whoever has no script loads the page again."""
    wording = wording_asked(asked)
    check = checks.found.get(wording)
    values: dict[str, Any] = {"wording": wording, "work": check.work.stand if check else None, "href": href}
    if asked.by_htmx and check:
        return asked.part("wordings/_check.html", **values)
    title = asked.house.catalogue.purposes[wording.purpose].title
    return asked.page("wordings/check.html", title=title, **values)


def routes(to: Routes) -> None:
    """To start it, for editors; to look at it, for whoever is signed in."""
    checks = Checks(OneAtATime(to.desk.threads))
    to.post(PAGE + "/check", Role.EDITOR, again_where_refused(partial(begin, checks=checks)), "draft.check", KEEPS)
    to.get(PAGE + "/check", Role.VIEWER, partial(show, checks=checks))
