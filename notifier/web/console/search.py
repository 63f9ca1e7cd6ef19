"""The answer to the box at the top of every page. Colour: door. Added by console.opening."""

from functools import partial

from fastapi.responses import Response

from notifier.pipeline.search import search
from notifier.queries.search import MOST
from notifier.terms.operator import Role
from notifier.web.console.asked import Asked
from notifier.web.console.routes import Routes


async def show(asked: Asked) -> Response:
    """What was found."""
    typed = asked.query.get("q", "")
    found = await asked.run(partial(search, asked.house, typed))
    return asked.page("search/search.html", typed=typed.strip()[:200], found=found, most=MOST)


def routes(to: Routes) -> None:
    """The routes."""
    to.get("/console/search", Role.VIEWER, show)
