"""What a newcomer does first, and what of it they have done: read from the audit log. Colour: door. Called by today."""

from dataclasses import dataclass
from functools import partial

from fastapi.responses import Response

from notifier.pipeline import audited
from notifier.terms.operator import Role
from notifier.web.console.asked import Asked
from notifier.web.console.nav import HOME
from notifier.web.console.routes import Routes

HIDE = "first_steps.hide"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to try: what the audit log calls having done it, in words, where, and for whom."""

    notes: tuple[str, ...]
    words: str
    why: str
    path: str
    role: Role


STEPS = (
    Step(
        ("template.publish",),
        "Mend the template of a held message",
        "Open a held message, follow it to its template, and publish what you mended: the messages go by themselves.",
        "/console/messages?state=held",
        Role.EDITOR,
    ),
    Step(
        ("draft.test",),
        "Send yourself a test",
        "The editor sends what you see beside it to your own address.",
        "/console/templates",
        Role.EDITOR,
    ),
    Step(
        ("reply.act", "reply.answer", "reply.done"),
        "Answer a customer",
        "The inbox holds what needs a person, the nearest deadline first. Press ? there for its keys.",
        "/console/inbox",
        Role.AGENT,
    ),
    Step(
        ("run.say",),
        "Decide on a stopped run",
        "When too many customers would be written to at once, the bot stops and shows you what it would say.",
        "/console/runs",
        Role.LEAD,
    ),
    Step(
        ("slip.approve",),
        "Say that a supplier slipped",
        "One form: whom it concerns, what the law asks for, what they will read.",
        "/console/slip",
        Role.LEAD,
    ),
    Step(
        ("account.password",),
        "Choose your own password",
        "Whoever made your account knows the first one.",
        "/console/me",
        Role.VIEWER,
    ),
)


async def steps_of(asked: Asked) -> list[tuple[Step, bool]]:
    """The steps that are this operator's to do, each with whether it is done; none once they were hidden."""
    names = [name for step in STEPS for name in step.notes]
    done = await asked.run(partial(audited.done_by, asked.house, asked.operator, (*names, HIDE)))
    theirs = [step for step in STEPS if asked.operator.may(step.role)]
    theirs = [step for step in theirs if not (asked.operator.outside and step.path == "/console/me")]
    found = [(step, bool(done & {*step.notes})) for step in theirs]
    return [] if HIDE in done or all(is_done for _, is_done in found) else found


async def hide(asked: Asked) -> Response:
    """Show them no more."""
    return asked.to(HOME, "Hidden.")


def routes(to: Routes) -> None:
    """The routes."""
    to.post(f"{HOME}/first-steps/hide", Role.VIEWER, hide, HIDE)
