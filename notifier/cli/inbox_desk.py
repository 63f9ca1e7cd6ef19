"""`notifier inbox take`, `snooze`, `call`, `answer`, `undo` and their like: the team's order of work. Colour: door."""

from collections.abc import Callable
from typing import Annotated

import typer

from notifier.cli.session import By, Json, Now, Session, say_json
from notifier.errors import UsageError
from notifier.pipeline import desk
from notifier.pipeline.effect_words import step_words
from notifier.pipeline.holds import Said
from notifier.pipeline.team_answers import Answering, draft_apart
from notifier.pipeline.team_answers import answer as keep_answer
from notifier.pipeline.undo import undo as take_back

Reply = Annotated[int, typer.Argument(help="The id of a reply, as `notifier inbox` lists it.")]
Until = Annotated[str, typer.Argument(help="A moment to come, ISO 8601; a naive one in the shop's zone.")]


def add_to(inbox: typer.Typer) -> None:
    """Add these commands to `notifier inbox`."""
    commands: dict[str, Callable[..., None]] = {
        "take": take,
        "give-back": give_back,
        "snooze": snooze,
        "call": call,
        "called": called,
    }
    for name, command in (commands | {"answer": answer, "undo": undo}).items():
        inbox.command(name)(command)


def take(ctx: typer.Context, reply: Reply, whom: Annotated[str, typer.Argument()] = "", by: By = "") -> None:
    """See to a reply yourself, or give it to WHOM."""
    session: Session = ctx.obj
    name = session.operator(by)
    with session.house() as house:
        found = desk.take(house, desk.Taking(reply, whom or name, name), session.moment(None))
    session.console.print(f"reply {reply} is on the desk of {found.desk.taken_by}", markup=False)


def give_back(ctx: typer.Context, reply: Reply, by: By = "") -> None:
    """Let anybody see to it again."""
    session: Session = ctx.obj
    with session.house() as house:
        desk.give_back(house, reply, session.operator(by), session.moment(None))
    session.console.print(f"reply {reply} is nobody's again")


def snooze(ctx: typer.Context, reply: Reply, until: Until, by: By = "", now: Now = None, as_json: Json = False) -> None:
    """Let a reply rest until a moment; never past the day that the law sets."""
    session: Session = ctx.obj
    with session.house() as house:
        found = desk.snooze(house, reply, session.moment(until), session.operator(by), session.happened(now))
    if as_json:
        say_json(found.as_json())
    else:
        session.console.print(f"reply {reply} rests until {found.desk.snoozed_until:%Y-%m-%d %H:%M} UTC")


def call(
    ctx: typer.Context,
    reply: Reply,
    at: Until,
    note: Annotated[str, typer.Option("--note", help="What to speak about.")] = "",
    by: By = "",
    now: Now = None,
) -> None:
    """Say that you will phone the customer, and when; the reply is yours, and still waits."""
    session: Session = ctx.obj
    with session.house() as house:
        wanted = desk.CallBack(reply, session.moment(at), session.operator(by), note)
        found = desk.plan_call(house, wanted, session.happened(now))
    session.console.print(f"you call back about reply {reply} on {found.desk.call_at:%Y-%m-%d %H:%M} UTC")


def called(
    ctx: typer.Context,
    reply: Reply,
    note: Annotated[str, typer.Option("--note", help="What was said.")] = "",
    complaint: Annotated[bool, typer.Option("--complaint", help="The customer complained.")] = False,
    by: By = "",
    now: Now = None,
) -> None:
    """Say that you have phoned: the call is logged, and the reply is done."""
    session: Session = ctx.obj
    with session.house() as house:
        said = Said(session.operator(by), note)
        desk.called(house, reply, said, session.happened(now), complaint=complaint)
    session.console.print(f"the call is logged, and reply {reply} is done")


def answer(
    ctx: typer.Context,
    reply: Reply,
    text: Annotated[str, typer.Option("--text", help="Your words to the customer.")] = "",
    ready: Annotated[str, typer.Option("--ready", help="A ready answer of templates/_answers, by its name.")] = "",
    show: Annotated[bool, typer.Option("--show", help="Show the words, and send nothing.")] = False,
    keep_open: Annotated[bool, typer.Option("--keep-open", help="The reply still waits.")] = False,
    by: By = "",
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Answer the customer, by email or, where they wrote by text, by text."""
    session: Session = ctx.obj
    if bool(text) == bool(ready):
        raise UsageError("say what goes to the customer, with exactly one of --text and --ready")
    moment = session.happened(now)
    with session.house() as house:
        words = text or draft_apart(house, reply, ready, moment)
        if show:
            session.console.print(words, markup=False, highlight=False)
            return
        said = Answering(reply, words, session.operator(by), done=not keep_open)
        kept = keep_answer(house, said, moment)
    if as_json:
        say_json(kept.as_json())
        return
    again = (
        "was on its way already" if kept.again else f"goes by {kept.channel} at {kept.goes_at:%Y-%m-%d %H:%M:%S} UTC"
    )
    session.console.print(f"the answer to reply {reply} {again}", markup=False)


def undo(
    ctx: typer.Context,
    reply: Reply,
    step: Annotated[
        int | None, typer.Option("--step", help="Only this step, as `notifier inbox show` numbers them.")
    ] = None,
    by: By = "",
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Take the last step with a reply back, where it can be; else read why not."""
    session: Session = ctx.obj
    with session.house() as house:
        found = take_back(house, reply, session.operator(by), session.happened(now), step)
    if as_json:
        say_json(found.as_json())
    else:
        what = f"{found.step.by} {step_words(found.step)}"
        session.console.print(f"taken back: {what} (step {found.step.id}); {found.words}", markup=False)
