"""The policy's figures: seen by all, changed by a lead, tried on past days before they count. Colour: door.

Added by console.opening. A trial runs in a process apart; there is one at a time.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from fastapi.responses import Response

from notifier.errors import UsageError
from notifier.pipeline import policy_figures as figures
from notifier.pipeline.apart import Apart
from notifier.pipeline.policy_figures import Faults, Proposal
from notifier.pipeline.policy_trial import DAYS, Outcome, Trial
from notifier.pipeline.reasons import purpose_words
from notifier.terms.operator import Role
from notifier.terms.time import local_day
from notifier.web.console import reading
from notifier.web.console.asked import Asked
from notifier.web.console.drawing import EDGE, trend
from notifier.web.console.one_at_a_time import OneAtATime
from notifier.web.console.policy_form import CHANNELS, CLASSES, LABELS, form_of, given, spoken
from notifier.web.console.routes import Routes
from notifier.web.threads import Threads

POLICY, TRIAL = "/console/policy", "/console/policy/trial"
USUAL_DAYS = 30
LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class Trying:
    """One trial: what was proposed by whom, what they had typed, over how many days, and the work.

    The pages that show it send its `mark` back: what a person decides on is what they have seen.
    """

    proposal: Proposal
    typed: Mapping[str, str]
    days: int
    by: str
    at: datetime
    work: Apart[Outcome]
    mark: str = field(default_factory=lambda: secrets.token_urlsafe(8))


class Trials(OneAtATime[Trying]):
    """The trial of this process, if there is one, and the last one of each lead: what they typed and found is not lost
    when somebody else tries figures.
    """

    def __init__(self, threads: Threads) -> None:
        super().__init__(threads)
        self.last: dict[str, Trying] = {}

    def keep(self, trying: Trying) -> Trying:
        """It is the last one of its lead from now on."""
        self.last[trying.by] = trying
        return trying

    def end(self, which: Trying | None) -> None:
        """Forget this one. In a thread."""
        super().end(which)
        if which is not None and self.last.get(which.by) is which:
            del self.last[which.by]

    def shown(self, mark: str, by: str) -> Trying | None:
        """The one of this mark; without a mark one's own last one, else the newest."""
        return self._marked(mark) if mark else self.last.get(by, self.now)

    def marked(self, mark: str) -> Trying:
        """The one of this mark. Raises UsageError where there is none."""
        found = self._marked(mark)
        if found is None:
            raise UsageError(
                "these figures are not being tried any more, so nothing was done. Look under Policy what is, or try"
                " yours again"
            )
        return found

    def _marked(self, mark: str) -> Trying | None:
        return next((one for one in self.last.values() if one.mark == mark), None)

    def found(self, mark: str) -> Trying:
        """The one of this mark, which has found something. Raises UsageError as `marked` does, and where it has not."""
        trying = self.marked(mark)
        if not trying.work.over:
            raise UsageError("the trial is not over. Wait for what it finds, then save")
        if trying.work.found is None:
            raise UsageError("the trial found nothing, so nobody knows what these figures would do. Try them again")
        return trying


@dataclass(frozen=True, slots=True)
class PolicyDesk:
    """The answers of this area, with the trial that they share."""

    trials: Trials

    async def show(self, asked: Asked) -> Response:
        """What is in force; `?again=MARK` with what was typed for a trial in the form."""
        mark = asked.query.get("again", "")
        return await self._page(asked, self.trials.marked(mark).typed if mark else None, {})

    async def _page(self, asked: Asked, typed: Mapping[str, str] | None, faults: Faults, why: str = "") -> Response:
        """The form with what was typed, and what is wrong with it: each figure's fault, or `why` none was tried."""
        there = await asked.run(partial(figures.standing, asked.house))
        past = await asked.run(partial(figures.past, asked.house))
        tried = [one for one in (self.trials.last.get(asked.operator.name), self.trials.now) if one is not None]
        return asked.page(
            "policy/policy.html",
            422 if faults or why else 200,
            why=why,
            form=form_of(there.figures, typed, faults),
            labels=LABELS,
            spoken=spoken,
            past=past,
            leads=asked.operator.may(Role.LEAD),
            newest=past[0].id if past else 0,
            tried={one.mark: one for one in tried}.values(),
            trial=TRIAL,
            days=DAYS,
            chosen=_days((typed or {}).get("days", "")),
            choices=(CHANNELS, CLASSES),
        )

    async def begin(self, asked: Asked) -> Response:
        """Try what was typed on past days."""
        found, faults = await asked.run(partial(figures.propose, asked.house, given(asked.form)))
        if faults:
            return await self._page(asked, asked.form, faults)
        if not found.figures:
            return asked.to(POLICY, "Nothing is changed.")
        days, by = _days(asked.form.get("days", "")), asked.operator.name
        last = local_day(asked.now, asked.house.judging.policy.timezone)
        trial = Trial(found.settings, last - timedelta(days=days - 1), last)

        def start() -> Trying:
            work = Apart(trial, asked.house, asked.settings.database_url)
            return self.trials.keep(Trying(found, dict(asked.form), days, by, asked.now, work))

        def give_way(busy: Trying) -> None:
            if busy.by != by:
                raise UsageError(f"{busy.by} is trying figures now. Wait until that is over, or ask them to end it")

        try:
            begun = await asked.run(partial(self.trials.begin, start, give_way))
        except UsageError as fault:
            return await self._page(asked, asked.form, {}, str(fault))
        return asked.to(f"{TRIAL}?mark={begun.mark}")

    async def trial(self, asked: Asked) -> Response:
        """How far it is, or what it found."""
        return asked.page("policy/trial.html", **self._trial(asked))

    async def progress(self, asked: Asked) -> Response:
        """The same, as a piece that asks again by itself, for as long as its page's trial is there."""
        return asked.part("policy/_progress.html", **self._trial(asked))

    def _trial(self, asked: Asked) -> dict[str, Any]:
        trying = self.trials.shown(asked.query.get("mark", ""), asked.operator.name)
        work = trying.work.stand if trying is not None else None
        found = work.found if work is not None else None
        return {
            "trying": trying,
            "work": work,
            "found": found,
            "labels": LABELS,
            "spoken": spoken,
            "purpose": purpose_words,
            "plot": plot(found) if found else None,
            "most": max([max(one.before or 0, one.after or 0) for one in found.by_purpose.values()] or [1])
            if found
            else 1,
            "leads": asked.operator.may(Role.LEAD),
            "longest": LONGEST_NOTE,
        }

    async def end(self, asked: Asked) -> Response:
        """Give it up."""
        trying = self.trials.marked(asked.form.get("mark", ""))
        await asked.run(partial(self.trials.end, trying))
        return asked.to(POLICY, "The trial is ended; nothing was changed.")

    async def save(self, asked: Asked) -> Response:
        """Let what was tried count."""
        trying = self.trials.found(asked.form.get("mark", ""))
        note = " ".join(asked.form.get("note", "").split())[:LONGEST_NOTE]
        act = partial(figures.save, asked.house, trying.proposal, asked.operator.name, note, asked.now)
        change = await asked.run(act)
        await asked.run(partial(self.trials.end, trying))
        undo = f"{POLICY}/{change}/back?newest={change}"
        return asked.to(POLICY, "Saved. Every process judges by these figures from now on.", undo)

    async def back(self, asked: Asked) -> Response:
        """Let the figures be as before a change, where `?newest` is still the newest one."""
        number, seen = reading.key_of(asked.path, "change"), reading.whole(asked.query.get("newest", "")) or 0
        await asked.run(partial(figures.roll_back, asked.house, (number, seen), asked.operator.name, asked.now))
        return asked.to(POLICY, f"The figures are as they were before change {number}.")


def _days(text: str) -> int:
    return next((one for one in DAYS if str(one) == text), USUAL_DAYS)


WIDE, HIGH = 720, 160


def plot(found: Outcome) -> dict[str, Any]:
    """Messages by day as two lines in a picture of WIDE times HIGH, and the highest day."""
    most = max([1, *(max(one.before or 0, one.after or 0) for _, one in found.by_day)])
    days = {name: [getattr(one, name) or 0 for _, one in found.by_day] for name in ("before", "after")}
    lines = {name: trend(values, most, WIDE, HIGH) for name, values in days.items()}
    return {"wide": WIDE, "high": HIGH, "base": HIGH - EDGE, "most": most, "lines": lines}


def routes(to: Routes, trials: Trials | None = None) -> None:
    """The routes; `trials` are what they share, by default none that has begun."""
    desk = PolicyDesk(trials or Trials(to.desk.threads))
    to.get(POLICY, Role.VIEWER, desk.show)
    to.get(TRIAL, Role.VIEWER, desk.trial)
    to.get(f"{TRIAL}/progress", Role.VIEWER, desk.progress)
    to.post(f"{POLICY}/try", Role.LEAD, desk.begin, "policy.try")
    to.post(f"{TRIAL}/end", Role.LEAD, desk.end, "policy.end_trial")
    to.post(f"{POLICY}/save", Role.LEAD, desk.save, "policy.save")
    to.post(f"{POLICY}/{{change}}/back", Role.LEAD, desk.back, "policy.back")
