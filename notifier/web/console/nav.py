"""The areas of the console as its menu lists them. Colour: door. Called by asked.

An area is a module beside this one, named in `opening`, and a row here.
"""

from dataclasses import dataclass

from notifier.terms.operator import Operator, Role

HOME = "/console"


@dataclass(frozen=True, slots=True)
class Area:
    """One entry of the menu: where it leads, how it is called, its picture in icons.svg, who sees it."""

    path: str
    name: str
    icon: str
    role: Role = Role.VIEWER


AREAS = (
    Area(HOME, "Today", "home"),
    Area("/console/inbox", "Inbox", "inbox"),
    Area("/console/actions", "Actions", "square-tick"),
    Area("/console/backorders", "Backorders", "package"),
    Area("/console/messages", "Messages", "mail"),
    Area("/console/contacts", "Contacts", "chart-line"),
    Area("/console/templates", "Templates", "template"),
    Area("/console/slip", "Supplier slip", "truck-delivery", Role.EDITOR),
    Area("/console/import", "Import", "upload", Role.EDITOR),
    Area("/console/runs", "Runs", "list-check"),
    Area("/console/pauses", "Pauses", "player-pause"),
    Area("/console/policy", "Policy", "adjustments"),
    Area("/console/team", "Team", "users", Role.LEAD),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An area, and whether the page at hand is in it."""

    area: Area
    active: bool


def areas_for(operator: Operator, path: str) -> list[Entry]:
    """What the menu shows somebody at `path`."""
    return [Entry(area, _is_in(area, path)) for area in AREAS if operator.may(area.role)]


def _is_in(area: Area, path: str) -> bool:
    return path == area.path or (area.path != HOME and path.startswith(f"{area.path}/"))
