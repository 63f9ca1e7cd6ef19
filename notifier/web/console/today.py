"""The first page. Colour: door. Added by console.opening."""

from fastapi.responses import Response

from notifier.terms.operator import Role
from notifier.web.console.asked import Asked
from notifier.web.console.nav import HOME
from notifier.web.console.routes import Routes


async def show(asked: Asked) -> Response:
    """Where one begins."""
    return asked.page("today/today.html")


def routes(to: Routes) -> None:
    """The routes."""
    to.get(HOME, Role.VIEWER, show)
