"""A wording as its editor shows it: what is written, what it would say, and what is wrong with it. Colour: root.

Called by the console's editor. Reads only; what is to be rendered is handed back as a job for the limited processes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from notifier.pipeline.house import House
from notifier.pipeline.in_force import house_in_force, trying
from notifier.pipeline.preview_content import Preview, Wanted, preview_of
from notifier.pipeline.previews import Previews
from notifier.pipeline.sample import sample_content
from notifier.pipeline.wording_check import STAND_INS, placed, tones_of
from notifier.pipeline.wording_history import Standing, standing
from notifier.render.faults import Written, faults
from notifier.render_pool import Answer, RenderFailure, RenderJob
from notifier.terms.draft_fault import Fault
from notifier.terms.time import local_day
from notifier.terms.wording import Severity, Texts, Wording

SAMPLE = "a made-up order"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The order that a draft is shown with: the shop's number, or BRAND:NUMBER. Without one: a made-up order."""

    order: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """A message as its reader would get it, and the faults of its wording. `failed`: it cannot be filled in."""

    faults: list[Fault]
    subject: str = ""
    text: str = ""
    failed: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """A wording with the texts at hand: those that were typed, else those of `texts_at_hand`.

    `preview` is what the message would say, `written` the same texts to be looked at for faults.
    """

    standing: Standing
    texts: Texts
    preview: Preview
    written: Written

    @property
    def wording(self) -> Wording:
        """Whose texts they are."""
        return self.standing.wording

    @property
    def job(self) -> RenderJob:
        """To be rendered, without MIME."""
        return RenderJob(self.written.source, self.preview.content)

    async def answers(self, previews: Previews, operator: int, *, fresh: bool = False) -> list[Answer]:
        """What came of the job; where a part beside the texts failed, last of the same with a sound part in its place.

        Raises Overtaken where it is `fresh` and this operator (an id) has asked for a newer one, and RenderError.
        """
        found = [await (previews.newest(operator, self.job) if fresh else previews.shown(operator, self.job))]
        beside = {part: text for part, text in STAND_INS.items() if part not in self.wording.parts}
        if isinstance(found[0], RenderFailure) and _file(self.wording, found[0]) in beside:
            again = RenderJob(self.written.source.saying(beside), self.preview.content)
            found.append(await previews.shown(operator, again))
        return found

    def filled(self, *answers: Answer) -> "Filled":
        """The last of the answers, with what is wrong with the texts and, by all answers, with filling them in."""
        found = faults(self.written)
        told = {(one.part, one.line) for one in found if one.severity is Severity.FAULT}
        failed = [_failed(self.wording, one) for one in answers if isinstance(one, RenderFailure)]
        found += [one for one in failed if _is_new(one, told)]
        shown = answers[-1]
        if isinstance(shown, RenderFailure):
            return Filled(found, failed=True)
        return Filled(found, shown.subject, shown.text)


def view(house: House, wording: Wording, chosen: Chosen, texts: Texts | None, now: datetime) -> View:
    """A wording at the UTC instant `now`; `texts` are those being typed. Raises UsageError for no such order."""
    house = house_in_force(house)
    at_hand = standing(house, wording)
    given = texts or texts_at_hand(house, at_hand)
    tried = trying(house, wording, given)
    shown = _preview(tried, wording, chosen, now)
    said = shown.content
    source = tried.catalogue.source(wording.purpose, said.locale, said.brand.key)
    # A brand with words of its own would hide the draft that is for all brands.
    source = replace(source, locale=wording.locale).saying(given)
    purpose = tried.catalogue.purposes[wording.purpose]
    tones = tones_of(tried, wording, given)
    return View(at_hand, given, shown, Written(source, purpose, said.brand, house.catalogue, wording.parts, tones))


def texts_at_hand(house: House, at_hand: Standing) -> Texts:
    """What one begins with: the draft, else what is sent now, else what was published and waits for the other channel.

    Where the wording has no text of its own: what is sent instead, another locale's or that of all brands.
    """
    own = (at_hand.draft.texts if at_hand.draft else None) or at_hand.texts or at_hand.published
    return own or _standing_in(house_in_force(house), at_hand.wording)


def email_in(answers: Sequence[Answer]) -> str:
    """The HTML of the last one; "" where the email cannot be filled in."""
    shown = answers[-1]
    return "" if isinstance(shown, RenderFailure) else shown.html


def _standing_in(house: House, wording: Wording) -> Texts:
    source = house.catalogue.source(wording.purpose, wording.locale or "en", wording.brand)
    return {part: source.part(part) for part in wording.parts}


def _preview(house: House, wording: Wording, chosen: Chosen, now: datetime) -> Preview:
    if chosen.order:
        wanted = Wanted(wording.purpose, wording.channel, wording.locale or "en", wording.brand)
        return preview_of(house, chosen.order, wanted, now)
    today = local_day(now, house.judging.policy.timezone)
    purpose, look = house.catalogue.purposes[wording.purpose], house.brand(wording.brand)
    content = sample_content(purpose, wording.locale or "en", look, wording.channel, today)
    return Preview(content, "", (SAMPLE,))


def _file(wording: Wording, failure: RenderFailure) -> str:
    """The name of the file at fault; "" where none is."""
    return placed(wording, failure.where, "").file.rpartition("/")[2]


def _is_new(failed: Fault, told: set[tuple[str, int]]) -> bool:
    """One fault is told once, and why a draft cannot be filled in only where nothing else says so."""
    if failed.severity is not Severity.FAULT:
        return True
    return (failed.part, failed.line) not in told and not (told and failed.line == 0)


def _failed(wording: Wording, failure: RenderFailure) -> Fault:
    """Why a draft could not be filled in: at its part and line, or a warning that names the file beside it."""
    fault = placed(wording, failure.where, failure.text)
    if fault.severity is not Severity.FAULT:
        return Fault("", 0, 0, Severity.WARNING, str(fault))
    return Fault(_file(wording, failure), fault.line, 0, Severity.FAULT, fault.text)
