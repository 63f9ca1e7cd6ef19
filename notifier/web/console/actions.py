"""Actions: what the shop's own system is asked to do, and a person's word that it has, or will not. Colour: door.

Added by console.opening. Everybody may look.
"""

from functools import partial

from fastapi.responses import Response

from notifier.errors import UsageError
from notifier.pipeline.actions import WORDS, Wanted, do, open_actions, refuse
from notifier.terms.effects import CANCELS
from notifier.terms.operator import Role
from notifier.web.console import reading
from notifier.web.console.asked import Asked
from notifier.web.console.routes import Routes

ACTIONS = "/console/actions"
MOST = 100
MOST_REASON = 300


async def show(asked: Asked) -> Response:
    """What is asked for and not done, the oldest first; of one customer, where the address says so."""
    whose = reading.whole(asked.query.get("customer", ""))
    found = await asked.run(partial(open_actions, asked.house, whose, MOST + 1))
    return asked.page(
        "actions/actions.html",
        found=found[:MOST],
        more=len(found) > MOST,
        whose=whose,
        words=WORDS,
        cancels=CANCELS,
        acts=asked.operator.may(Role.AGENT),
        most_reason=MOST_REASON,
    )


async def done(asked: Asked) -> Response:
    """The shop has done it."""
    (one,) = await asked.run(partial(do, asked.house, [_which(asked)], asked.operator.name, asked.now))
    told = ": the customer is told, and the refund is asked for where money was paid" if one.kind in CANCELS else ""
    return _back(asked, one, f"is done{told}.")


async def refused(asked: Asked) -> Response:
    """The shop will not do it."""
    reason = " ".join(asked.form.get("reason", "").split())[:MOST_REASON]
    (one,) = await asked.run(partial(refuse, asked.house, [_which(asked)], asked.operator.name, reason, asked.now))
    return _back(asked, one, "is refused: tell the customer, it waits in the inbox.")


def _which(asked: Asked) -> int:
    found = reading.whole(asked.form.get("id", ""))
    if found is None:
        raise UsageError("The page did not say which action it is. Open it again")
    return found


def _back(asked: Asked, one: Wanted, what: str) -> Response:
    whose = reading.query_of({"customer": reading.whole(asked.form.get("customer", ""))})
    said = f"Action {one.id} (order {one.order}, line {one.line}) {what}"
    return asked.to(f"{ACTIONS}?{whose}" if whose else ACTIONS, said)


def routes(to: Routes) -> None:
    """The routes."""
    to.get(ACTIONS, Role.VIEWER, show)
    to.post(f"{ACTIONS}/done", Role.AGENT, done, "action.done", ("id",))
    to.post(f"{ACTIONS}/refuse", Role.AGENT, refused, "action.refuse", ("id",))
