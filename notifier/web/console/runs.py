"""Runs: the last ones, and one that waits with a sample of what it would send. Colour: door. Added by console.opening.

A lead decides; everybody may look.
"""

from functools import partial

from fastapi.responses import Response

from notifier.errors import UsageError
from notifier.pipeline import run_sample
from notifier.pipeline.reasons import because, purpose_words
from notifier.pipeline.runs import say, words_for
from notifier.pipeline.slip_letters import read
from notifier.pipeline.trouble import withheld_words
from notifier.pipeline.withheld import Saying, Word
from notifier.queries.runs import RunTold, last_runs
from notifier.terms.operator import Role
from notifier.terms.words import RunState, Verdict
from notifier.web.console import reading
from notifier.web.console.asked import Asked
from notifier.web.console.routes import Routes

RUNS = "/console/runs"
MOST = 30

SAID = {
    Saying.APPROVE: "Run {} is approved: {} messages are queued.",
    Saying.REQUIRED_ONLY: "Of run {} only what the law requires goes: {} messages are queued. The rest stays back.",
    Saying.REJECT: "Run {} is rejected: its news is not said, and what the law requires waits for your word.",
}


async def show(asked: Asked) -> Response:
    """The last runs, those that wait for a person first."""
    found = await asked.run(partial(_last, asked))
    mode = asked.house.sending.mode.value
    waiting = [one for one in found if words_for(one, mode) and (one.state == RunState.STOPPED or one.withheld)]
    return asked.page("runs/runs.html", runs=found, waiting=waiting, withheld=withheld_words)


def _last(asked: Asked) -> list[RunTold]:
    with asked.house.store.read() as tx:
        return last_runs(tx, MOST, asked.now)


async def show_run(asked: Asked) -> Response:
    """One run; one that waits with a sample."""
    found = await asked.run(partial(run_sample.look, asked.house, reading.key_of(asked.path, "run"), asked.now))
    act = partial(read, found.letters, asked.desk.previews.pool.render)
    letters = await asked.rendered(act) if found.letters else []
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
        withheld=withheld_words,
    )


async def decide(asked: Asked) -> Response:
    """The word of a lead on a run."""
    run, text = reading.key_of(asked.path, "run"), asked.form.get("word", "")
    if text not in tuple(Saying):
        raise UsageError("The page did not say what is to become of the run. Open it again")
    word = Word(run, Saying(text))
    report = await asked.run(partial(say, asked.house, word, asked.operator.name, asked.now, _nobody))
    return asked.to(f"{RUNS}/{run}", SAID[word.saying].format(run, report.verdicts[Verdict.SEND]))


def _nobody(done: int, due: int) -> None:
    """Who watches the plan."""


def routes(to: Routes) -> None:
    """The routes."""
    to.get(RUNS, Role.VIEWER, show)
    to.get(f"{RUNS}/{{run}}", Role.VIEWER, show_run)
    to.post(f"{RUNS}/{{run}}/say", Role.LEAD, decide, "run.say", ("word",))
