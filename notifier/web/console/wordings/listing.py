"""All templates: purposes, channels, languages and brands, each with how it stands. Colour: door. Added by wordings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from fastapi.responses import Response

from notifier.pipeline.house import House
from notifier.pipeline.wording_states import Listed, every_wording
from notifier.terms.operator import Role
from notifier.terms.purpose import Purpose
from notifier.terms.wording import DraftState, Wording
from notifier.terms.words import Channel, MessageClass
from notifier.web.console.asked import Asked
from notifier.web.console.routes import Routes

ROOT = "/console/templates"
_DRAFT = {
    DraftState.EDITING: "draft open",
    DraftState.SUBMITTED: "draft waits for approval",
    DraftState.APPROVED: "draft approved",
}
OTHER = {Channel.EMAIL: "text", Channel.SMS: "email"}
"""What a version waits for whose language is not whole yet."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One wording in the list: its page, its language and brand, and in words with a badge's tone how it stands."""

    href: str
    locale: str
    brand: str
    badges: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Group:
    """One purpose with the wordings of each channel."""

    purpose: Purpose
    required: bool
    by_channel: Mapping[Channel, Sequence[Cell]]


def href(wording: Wording, page: str = "", **more: str) -> str:
    """The page of a wording, or one beneath it; `more` are further parameters, left out where they are empty."""
    query = {"locale": wording.locale, "brand": wording.brand} | more
    kept = urlencode({name: value for name, value in query.items() if value})
    path = f"{ROOT}/{wording.purpose}/{wording.channel}" + (f"/{page}" if page else "")
    return path + (f"?{kept}" if kept else "")


async def show(asked: Asked) -> Response:
    """The list."""
    groups = await asked.run(partial(_groups, asked.house))
    brands = [key for key in asked.house.brands if len(asked.house.brands) > 1]
    return asked.page("wordings/list.html", groups=groups, brands=brands, may_write=asked.operator.may(Role.EDITOR))


def _groups(house: House) -> list[Group]:
    found = every_wording(house)

    def cells(purpose: str, channel: Channel) -> list[Cell]:
        return [_cell(one) for one in found if (one.wording.purpose, one.wording.channel) == (purpose, channel)]

    return [
        Group(
            one,
            one.message_class is MessageClass.REQUIRED,
            {channel: cells(one.name, channel) for channel in Channel},
        )
        for one in house.purposes
    ]


def _cell(one: Listed) -> Cell:
    badges: list[tuple[str, str]] = []
    if one.standing is None:
        badges.append(("missing translation", "bad"))
    elif one.standing.waits:
        badges.append((f"published, waits for the {OTHER[one.wording.channel]}", "wait"))
    elif one.standing.is_published:
        badges.append((f"published, version {one.standing.number}", "good"))
    elif not one.standing.texts:
        badges.append(("not in force yet", "quiet"))
    else:
        badges.append(("packaged", "quiet") if one.packaged else ("the shop's file", "news"))
    if one.held:
        badges.append((f"broken: {one.held} held", "bad"))
    if one.standing and one.standing.draft:
        badges.append((_DRAFT[one.standing.draft.state], "wait"))
    return Cell(href(one.wording), one.wording.locale or "en", one.wording.brand, badges)


def routes(to: Routes) -> None:
    """The list, for whoever is signed in."""
    to.get(ROOT, Role.VIEWER, show)
