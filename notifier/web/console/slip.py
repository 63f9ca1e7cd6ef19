"""A supplier slipped: say it, see whom it concerns and what they will read, approve. Colour: door.

Added by console.opening. An editor looks, a lead approves; to look changes nothing, so it is a GET.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from fastapi.responses import Response

from notifier.errors import Permanent, UsageError
from notifier.pipeline import slip as slips
from notifier.pipeline.reasons import because, purpose_words
from notifier.pipeline.slip_letters import Letter, Read, read
from notifier.pipeline.slip_look import FATES, SlipLook
from notifier.terms.operator import Role
from notifier.terms.slip import KINDS, LONGEST_REASON, Slip
from notifier.terms.time import typed_day
from notifier.web.console import reading
from notifier.web.console.asked import Asked
from notifier.web.console.routes import Routes

SLIP = "/console/slip"

KIND_WORDS = {
    "F3": "US law: first notice, with a day (F3)",
    "F4": "US law: first notice whose silence cancels (F4)",
    "F5": "US law: renewed notice (F5)",
    "EU": "EU and UK law",
    "none": "No notice by law",
}


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form."""

    po: str = ""
    sku: str = ""
    day: str = ""
    no_date: bool = False
    reason: str = ""

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> "Typed":
        """From a query or a form."""
        po, sku, day, reason = (fields.get(name, "").strip() for name in ("po", "sku", "day", "reason"))
        return cls(po, sku, day, bool(fields.get("no_date")), reason)

    def slip(self) -> Slip:
        """What it says. Raises UsageError with the remedy."""
        if self.no_date == bool(self.day):
            raise UsageError("Write the new day, or mark that nobody knows one")
        try:
            day = typed_day(self.day) if self.day else None
        except ValueError:
            raise UsageError(f"{self.day!r} is no day: write one like 2026-11-23") from None
        try:
            return Slip(self.po, self.sku, day, self.reason)
        except ValueError as fault:
            raise UsageError(str(fault)) from None


async def show(asked: Asked) -> Response:
    """The form; once it is filled in, what it would do."""
    typed = Typed.of(asked.query)
    if not asked.query.get("look"):
        return await _page(asked, typed)
    try:
        found, letters = await asked.run(partial(_look, asked, typed))
        act = partial(read, letters, asked.desk.previews.pool.render)
        read_letters = await asked.rendered(act) if letters else []
    except Permanent as fault:
        return await _page(asked, typed, str(fault))
    return await _page(asked, typed, "", found, read_letters)


def _look(asked: Asked, typed: Typed) -> tuple[SlipLook, list[Letter]]:
    return slips.look(asked.house, typed.slip(), asked.now)


async def _page(
    asked: Asked, typed: Typed, fault: str = "", found: SlipLook | None = None, letters: list[Read] | None = None
) -> Response:
    past = await asked.run(partial(slips.past, asked.house))
    words = {"kinds": KINDS, "kind_words": KIND_WORDS, "fates": FATES, "because": because, "purpose": purpose_words}
    return asked.page(
        "slip/slip.html",
        422 if fault else 200,
        typed=typed,
        fault=fault,
        found=found,
        letters=letters or [],
        shown=json.dumps(found.shown) if found else "",
        past=past,
        longest=LONGEST_REASON,
        approves=asked.operator.may(Role.LEAD),
        **words,
    )


async def approve(asked: Asked) -> Response:
    """Write it down by the word of who asks."""
    act = partial(slips.approve, asked.house, Typed.of(asked.form).slip(), _shown(asked.form.get("shown", "")))
    found = await asked.run(partial(act, asked.operator.name, asked.now))
    told = f"{found.slip.what} is written down as slip {found.id}. The next plan tells the customers."
    return asked.to(SLIP, told, f"{SLIP}/{found.id}/undo")


def _shown(text: str) -> dict[str, int]:
    """How many customers were shown, by purpose and kind, as the page had it."""
    try:
        said = json.loads(text)
        return {str(name): int(count) for name, count in said.items()}
    except (ValueError, AttributeError, TypeError):
        raise UsageError("The page did not say what was shown. Look at the slip again, and approve it then") from None


async def undo(asked: Asked) -> Response:
    """Take it back."""
    number = reading.key_of(asked.path, "slip")
    back = await asked.run(partial(slips.undo, asked.house, number, asked.operator.name, asked.now))
    return asked.to(SLIP, f"Slip {number} is undone: {slips.taken_back(back)}.")


def routes(to: Routes) -> None:
    """The routes."""
    to.get(SLIP, Role.EDITOR, show)
    to.post(f"{SLIP}/approve", Role.LEAD, approve, "slip.approve", ("po", "sku", "day"))
    to.post(f"{SLIP}/{{slip}}/undo", Role.LEAD, undo, "slip.undo")
