"""What an agent does about one customer: log a call, hold them, release them. Colour: door. Added by console.opening.

The forms are a piece of the customer's page (`doing/_customer_actions.html`).
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from fastapi.responses import Response

from notifier.errors import UsageError
from notifier.pipeline.holds import Said, call, hold, release
from notifier.pipeline.people import asked_for
from notifier.terms.operator import Role
from notifier.terms.time import local_day, span
from notifier.web.console import reading
from notifier.web.console.asked import Asked
from notifier.web.console.routes import Answer, Routes

CUSTOMER = "/console/customers/{customer}"

Deed = Callable[[Asked, int], str]


def held(asked: Asked, one: int) -> str:
    """Messages without news are held back."""
    found = hold(asked.house, asked_for(asked.house, one), _said(asked), asked.now, _day(asked.form.get("until", "")))
    if found.until is None:
        return "Held until somebody lifts it. News and what the law requires go on."
    last = local_day(found.until - timedelta(seconds=1), asked.house.judging.policy.timezone)
    return f"Held through {last.day} {last:%B %Y}. News and what the law requires go on."


def _day(text: str) -> date | None:
    found = reading.day(text)
    if text and found is None:
        raise UsageError("Choose a day, or none for a hold without an end")
    return found


def released(asked: Asked, one: int) -> str:
    """Every hold is lifted."""
    found = release(asked.house, asked_for(asked.house, one), _said(asked), asked.now)
    return "The hold is lifted." if found.lifted else "There was no hold."


def called(asked: Asked, one: int) -> str:
    """A call is logged."""
    complaint = bool(asked.form.get("complaint"))
    found = call(asked.house, asked_for(asked.house, one), _said(asked), asked.now, complaint=complaint)
    if found.until is None:
        return "The call is logged. Messages without news are held back until somebody lifts that."
    days = (found.until - asked.now).days
    quiet = f" Messages without news are held back for {span(found.until - asked.now)}." if days else ""
    return f"The call is logged.{quiet}"


def _said(asked: Asked) -> Said:
    return Said(asked.operator.name, asked.form.get("note", ""))


def _answer(deed: Deed) -> Answer:
    async def answer(asked: Asked) -> Response:
        one = reading.key_of(asked.path, "customer")
        words = await asked.run(partial(deed, asked, one))
        return asked.to(f"/console/customers/{one}", words)

    return answer


def routes(to: Routes) -> None:
    """The routes."""
    to.post(f"{CUSTOMER}/hold", Role.AGENT, _answer(held), "customer.hold", ("until",))
    to.post(f"{CUSTOMER}/release", Role.AGENT, _answer(released), "customer.release")
    to.post(f"{CUSTOMER}/call", Role.AGENT, _answer(called), "customer.call", ("complaint",))
