"""Runs: the last ones, and a stopped one with a sample of what it would send. Colour: door. Added by console.opening.

A lead decides; everybody may look.
"""

from functools import partial

from fastapi import HTTPException
from fastapi.responses import Response

from notifier.errors import UsageError
from notifier.pipeline import run_sample
from notifier.pipeline.reasons import because, purpose_words
from notifier.pipeline.run_sample import RunShown
from notifier.pipeline.runs import say
from notifier.pipeline.slip_letters import Read, read_apart
from notifier.pipeline.withheld import Saying, Word
from notifier.queries.runs import RunTold, last_runs
from notifier.terms.operator import Role
from notifier.terms.words import Verdict
from notifier.web.console.asked import Asked
from notifier.web.console.routes import Routes

RUNS = "/console/runs"
MOST = 30
SERVICE_UNAVAILABLE = 503

SAID = {
    Saying.APPROVE: "Run {} is approved: {} messages are queued.",
    Saying.REQUIRED_ONLY: "Of run {} only what the law requires goes: {} messages are queued. The rest waits.",
    Saying.REJECT: "Run {} is rejected: its news is not said, and what the law requires waits for your word.",
}


async def show(asked: Asked) -> Response:
    """The last runs, those that wait for a person first."""
    found = await asked.run(partial(_last, asked))
    waiting = [one for one in found if one.state == "stopped"]
    return asked.page("runs/runs.html", runs=found, waiting=waiting, purpose=purpose_words)


def _last(asked: Asked) -> list[RunTold]:
    with asked.house.store.read() as tx:
        return last_runs(tx, MOST)


def run_id(asked: Asked) -> int:
    """The run that the path names."""
    text = asked.path.get("run", "")
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise HTTPException(404)
    return int(text)


async def show_run(asked: Asked) -> Response:
    """One run; a stopped one with a sample."""
    found, letters = await asked.run(partial(_look, asked, run_id(asked)))
    decides = asked.operator.may(Role.LEAD)
    return asked.page(
        "runs/run.html",
        found=found,
        run=found.run,
        what=found.run.as_json(),
        letters=letters,
        decides=decides,
        because=because,
        purpose=purpose_words,
    )


def _look(asked: Asked, run: int) -> tuple[RunShown, list[Read]]:
    found = run_sample.look(asked.house, run, asked.now)
    return found, read_apart(found.letters)


async def decide(asked: Asked) -> Response:
    """The word of a lead on a run."""
    run, text = run_id(asked), asked.form.get("word", "")
    if text not in tuple(Saying):
        raise UsageError("The page did not say what is to become of the run. Open it again")
    word = Word(run, Saying(text))
    try:
        report = await asked.run(partial(say, asked.house, word, asked.operator.name, asked.now, _nobody))
    except HTTPException as fault:
        if fault.status_code != SERVICE_UNAVAILABLE:
            raise
        # What was begun goes on to its end: a plan for many customers takes longer than a page may.
        return asked.to(f"{RUNS}/{run}", f"Your word on run {run} is being carried out. Look again in a minute.")
    return asked.to(f"{RUNS}/{run}", SAID[word.saying].format(run, report.verdicts[Verdict.SEND]))


def _nobody(done: int, due: int) -> None:
    """Who watches the plan."""


def routes(to: Routes) -> None:
    """The routes."""
    to.get(RUNS, Role.VIEWER, show)
    to.get(f"{RUNS}/{{run}}", Role.VIEWER, show_run)
    to.post(f"{RUNS}/{{run}}/say", Role.LEAD, decide, "run.say", ("word",))
