"""A wording as its editor shows it: what is written, what it would say, and what is wrong with it. Colour: root.

Called by the console's editor. Reads only; what is to be rendered is handed back as a job for the limited processes.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from notifier.pipeline.house import House
from notifier.pipeline.in_force import house_in_force, trying
from notifier.pipeline.preview_content import Preview, Wanted, preview_of
from notifier.pipeline.sample import sample_content
from notifier.pipeline.wording_check import tones_of
from notifier.pipeline.wording_history import Standing, standing
from notifier.render.catalogue import FIELDS
from notifier.render.faults import Written, faults
from notifier.render_pool import Answer, RenderFailure, RenderJob
from notifier.terms.draft_fault import Fault, Weight
from notifier.terms.time import local_day
from notifier.terms.wording import Texts, Wording

SAMPLE = "a made-up order"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The order that a draft is shown with, by the shop's number, and its brand where several have that number.

    Without one: a made-up order.
    """

    order: str = ""
    brand: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """A message as its reader would get it, and the faults of its wording. `failed`: it cannot be filled in."""

    faults: list[Fault]
    subject: str = ""
    html: str = ""
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

    def filled(self, answer: Answer) -> "Filled":
        """What came of the job, with what is wrong with the texts and with filling them in."""
        found = faults(self.written)
        if not isinstance(answer, RenderFailure):
            return Filled(found, answer.subject, answer.html, answer.text)
        failed = _failed(answer)
        told = {(one.part, one.line) for one in found if one.weight is Weight.ERROR}
        # One fault is told once, and why it cannot be filled in only where nothing else says so.
        new = (failed.part, failed.line) not in told and not (told and failed.line == 0)
        return Filled([*found, failed] if new else found, failed=True)


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


def _standing_in(house: House, wording: Wording) -> Texts:
    source = house.catalogue.source(wording.purpose, wording.locale or "en", wording.brand)
    return {part: source.part(part) for part in wording.parts}


def _preview(house: House, wording: Wording, chosen: Chosen, now: datetime) -> Preview:
    if chosen.order:
        wanted = Wanted(wording.purpose, wording.channel, wording.locale or "en", wording.brand)
        return preview_of(house, chosen.order, wanted, now, chosen.brand)
    today = local_day(now, house.judging.policy.timezone)
    purpose, look = house.catalogue.purposes[wording.purpose], house.brand(wording.brand)
    content = sample_content(purpose, wording.locale or "en", look, wording.channel, today)
    return Preview(content, "", "", due=False, made_up=(SAMPLE,))


def _failed(failure: RenderFailure) -> Fault:
    """Why a draft could not be filled in, at its part and line where that is known."""
    file, _, line = failure.where.partition(" line ")
    part = file.rpartition("/")[2]
    return Fault(part if part in FIELDS else "", int(line) if line.isdigit() else 0, 0, Weight.ERROR, failure.text)
