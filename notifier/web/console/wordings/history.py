"""Versions of a template: who, when, what is different, and in which messages each was used. Colour: door.

Added by wordings.
"""

from functools import partial

from fastapi.responses import Response

from notifier.pipeline.house import House
from notifier.pipeline.remembered import Memory
from notifier.pipeline.wording_history import FILE, history, remembered_messages, standing, texts_of
from notifier.render.side_by_side import Row, side_by_side
from notifier.terms.operator import Role
from notifier.terms.wording import Texts, VersionKind, Wording
from notifier.web.console.asked import Asked
from notifier.web.console.routes import Routes
from notifier.web.console.wordings.editor import NAMES, PAGE, number_in, wording_asked
from notifier.web.console.wordings.listing import OTHER, href

DRAFT = "draft"
KINDS = {
    VersionKind.PUBLISHED: "published",
    VersionKind.ROLLED_BACK: "rolled back",
    VersionKind.TAKEN_BACK: "back to the file",
}


async def show(asked: Asked) -> Response:
    """All versions, newest first."""
    wording = wording_asked(asked)
    past = await asked.run(partial(history, asked.house, wording))
    now = await asked.run(partial(standing, asked.house, wording))
    return asked.page(
        "wordings/history.html",
        wording=wording,
        title=asked.house.catalogue.purposes[wording.purpose].title,
        href=href,
        past=past,
        standing=now,
        kinds=KINDS,
        other=OTHER[wording.channel],
        may_write=asked.operator.may(Role.EDITOR),
    )


async def show_difference(asked: Asked) -> Response:
    """Two versions beside each other: numbers, 0 for the file, `draft` for the draft, which may be gone by now."""
    wording = wording_asked(asked)
    before, after = asked.query.get("from", str(FILE)), asked.query.get("to", DRAFT)
    parts = await asked.run(partial(_difference, asked.house, wording, (before, after)))
    return asked.page(
        "wordings/difference.html",
        wording=wording,
        title=asked.house.catalogue.purposes[wording.purpose].title,
        href=href,
        parts=parts,
        names=NAMES,
        before=_called(before),
        after=_called(after),
    )


def _called(number: str) -> str:
    return {str(FILE): "the file", DRAFT: "the draft"}.get(number, f"version {number}")


def _difference(house: House, wording: Wording, which: tuple[str, str]) -> dict[str, list[Row]] | None:
    """By part; None where it is about a draft and there is none."""
    before, after = (_texts(house, wording, one) for one in which)
    if before is None or after is None:
        return None
    return {part: side_by_side(before.get(part, ""), after.get(part, "")) for part in wording.parts}


def _texts(house: House, wording: Wording, which: str) -> Texts | None:
    if which == DRAFT:
        draft = standing(house, wording).draft
        return draft.texts if draft else None
    return texts_of(house, wording, number_in(which))


async def show_uses(asked: Asked, memory: Memory) -> Response:
    """The messages that had a version."""
    wording, number = wording_asked(asked), number_in(asked.query.get("number", ""))
    found = await asked.run(partial(remembered_messages, asked.house, memory, (wording, number), asked.now))
    return asked.page("wordings/uses.html", wording=wording, number=number, found=found, href=href)


def routes(to: Routes) -> None:
    """For whoever is signed in."""
    to.get(PAGE + "/history", Role.VIEWER, show)
    to.get(PAGE + "/difference", Role.VIEWER, show_difference)
    to.get(PAGE + "/uses", Role.VIEWER, partial(show_uses, memory=Memory()))
