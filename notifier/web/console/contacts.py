"""Contacts by day, purpose and channel: a plot, its numbers as JSON, and the same as a table. Colour: door.

Added by console.opening.
"""

from dataclasses import dataclass, field
from functools import partial

from fastapi.responses import JSONResponse, Response

from notifier.pipeline.contact_days import ContactDays, contact_days, since_when, span_of
from notifier.pipeline.reasons import purpose_words
from notifier.pipeline.remembered import Memory
from notifier.pipeline.wording import way
from notifier.terms.operator import Role
from notifier.web.console import reading
from notifier.web.console.asked import Asked
from notifier.web.console.routes import Routes

CONTACTS = "/console/contacts"
HEARD = "heard from customers"


@dataclass(slots=True)
class Plot:
    """The pages, with the days that they remember."""

    memory: Memory = field(default_factory=Memory)

    async def show(self, asked: Asked) -> Response:
        """The plot, with the table below it."""
        found = await self._days(asked)
        since = await asked.run(partial(since_when, asked.house))
        query = reading.query_of({"from": found.span.first, "to": found.span.last})
        return asked.page(
            "contacts/contacts.html",
            found=found,
            lines=_lines(found),
            numbers=f"{CONTACTS}/days?{query}",
            since=since,
        )

    async def numbers(self, asked: Asked) -> Response:
        """The same for the script: the days, and for each line its name and a number a day."""
        found = await self._days(asked)
        lines = [{"name": name, "counts": counts} for name, counts in _lines(found)]
        return JSONResponse({"days": [one.isoformat() for one in found.span.days], "lines": lines})

    async def _days(self, asked: Asked) -> ContactDays:
        span = span_of(asked.house, asked.query.get("from", ""), asked.query.get("to", ""), asked.now)
        return await asked.run(partial(contact_days, asked.house, self.memory, span, asked.now))


def _lines(found: ContactDays) -> list[tuple[str, list[int]]]:
    lines = [
        (f"{purpose_words(purpose) or 'by hand'}, {way(channel)}", counts)
        for purpose, channel, counts in found.series()
    ]
    return [*lines, (HEARD, found.heard())] if any(found.heard()) else lines


def routes(to: Routes) -> None:
    """The routes."""
    plot = Plot()
    to.get(CONTACTS, Role.VIEWER, plot.show)
    to.get(f"{CONTACTS}/days", Role.VIEWER, plot.numbers)
