"""The areas that the console consists of. Colour: door. Called by web.opening.

A new area is a module here, its row in AREAS, and one in `nav`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter

from notifier import app
from notifier.pipeline.house import House
from notifier.pipeline.previews import Previews
from notifier.settings import Settings
from notifier.terms.time import zone
from notifier.web.console import (
    actions,
    backorders,
    contacts,
    customer_deeds,
    first_steps,
    imports,
    inbox,
    inbox_deeds,
    messages,
    outside,
    pauses,
    people,
    policy,
    runs,
    search,
    sign_in,
    slip,
    team,
    today,
    wordings,
)
from notifier.web.console.assets import Assets
from notifier.web.console.desk import Desk
from notifier.web.console.last_use import LastUse
from notifier.web.console.paper import Paper
from notifier.web.console.routes import Routes
from notifier.web.gate import Room
from notifier.web.threads import Threads

AREAS: tuple[Callable[[Routes], None], ...] = (
    sign_in.routes,
    outside.routes,
    today.routes,
    first_steps.routes,
    inbox.routes,
    inbox_deeds.routes,
    actions.routes,
    customer_deeds.routes,
    runs.routes,
    pauses.routes,
    backorders.routes,
    people.routes,
    messages.routes,
    contacts.routes,
    search.routes,
    wordings.routes,
    slip.routes,
    imports.routes,
    policy.routes,
    team.routes,
)


@dataclass(frozen=True, slots=True)
class Opened:
    """What the console adds to the web: its routers, and the paths at which files come."""

    routers: Sequence[APIRouter] = ()
    rooms: Sequence[Room] = ()


def open_console(settings: Settings, house: House, threads: Threads, clock: Callable[[], datetime]) -> Opened:
    """The console; nothing where it is not to be served."""
    if not settings.console_url:
        return Opened()
    assets = Assets()
    routes = console_routes(open_desk(settings, house, threads, clock, assets))
    return Opened((assets.router(), routes.router), routes.rooms)


def open_desk(
    settings: Settings, house: House, threads: Threads, clock: Callable[[], datetime], assets: Assets
) -> Desk:
    """What its pages share; its processes end when `threads` are closed."""
    previews = Previews(app.open_previews())
    last_use = LastUse(house)
    threads.at_close += [previews.close, last_use.close]
    paper = Paper(settings.shop.name, zone(settings.shop.timezone), assets.version)
    provider = app.open_provider(settings)
    return Desk(settings, house, threads, clock, paper, settings.console_url, previews, last_use, provider)


def console_routes(desk: Desk) -> Routes:
    """All routes of all areas."""
    found = Routes(desk)
    for area in AREAS:
        area(found)
    return found
