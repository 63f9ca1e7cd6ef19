"""Pauses: what is stopped, by whom and why; stop more, let it go again. Colour: door. Added by console.opening."""

from functools import partial

from fastapi.responses import Response

from notifier.errors import UsageError
from notifier.pipeline import pauses
from notifier.pipeline.reasons import purpose_words
from notifier.terms.operator import Role
from notifier.terms.pause import Pause
from notifier.terms.words import Channel
from notifier.web.console import reading
from notifier.web.console.asked import Asked
from notifier.web.console.routes import Routes

PAUSES = "/console/pauses"
MOST_REASON = 300


async def show(asked: Asked) -> Response:
    """What is paused."""
    found = await asked.run(partial(pauses.paused_now, asked.house))
    purposes = [one.name for one in asked.house.purposes]
    decides = asked.operator.may(Role.LEAD)
    return asked.page(
        "pauses/pauses.html",
        found=found,
        purposes=purposes,
        decides=decides,
        channels=list(Channel),
        purpose=purpose_words,
    )


async def pause(asked: Asked) -> Response:
    """Stop something."""
    reason = " ".join(asked.form.get("reason", "").split())[:MOST_REASON]
    if not reason:
        raise UsageError("Write why: whoever resumes must know")
    await asked.run(partial(pauses.pause, asked.house, _what(asked), asked.operator.name, reason, asked.now))
    return asked.to(PAUSES, "Paused. Nothing of it goes out until somebody resumes it.")


def _what(asked: Asked) -> Pause:
    channel, form = asked.form.get("channel", ""), asked.form
    if channel and channel not in tuple(Channel):
        raise UsageError("There is no such channel. Open the page again")
    return Pause(form.get("purpose", ""), Channel(channel) if channel else None, bool(form.get("required")))


async def resume(asked: Asked) -> Response:
    """Let go again what the page showed: one pause, or all of them."""
    ids = [one for text in asked.form.get("pauses", "").split(",") if (one := reading.whole(text)) is not None]
    only = bool(asked.form.get("required_only"))
    await asked.run(partial(pauses.resume, asked.house, ids, asked.operator.name, asked.now, required_only=only))
    return asked.to(PAUSES, "What the law requires goes again; the rest stays paused." if only else "It goes again.")


def routes(to: Routes) -> None:
    """The routes."""
    to.get(PAUSES, Role.VIEWER, show)
    to.post(f"{PAUSES}/pause", Role.LEAD, pause, "pause", ("purpose", "channel", "required"))
    to.post(f"{PAUSES}/resume", Role.LEAD, resume, "resume", ("pauses", "required_only"))
