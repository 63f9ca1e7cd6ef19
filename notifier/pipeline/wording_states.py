"""Every wording with how it stands, for the list of templates. Colour: root. Called by the console. Reads only."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from notifier.outbox.held import held_for_templates
from notifier.pipeline.house import House
from notifier.pipeline.in_force import house_in_force
from notifier.pipeline.wording_history import Standing, packaged_texts, standing, standings
from notifier.render.faults import untranslated
from notifier.terms.wording import Wording
from notifier.terms.words import Channel


@dataclass(frozen=True, slots=True)
class Listed:
    """One wording: `packaged`, its text is the one that came with the product; `held`, so many messages wait until it
    is mended. Without `standing`: others are written in its language, and it is not.
    """

    wording: Wording
    standing: Standing | None = None
    packaged: bool = False
    held: int = 0


def every_wording(house: House) -> Sequence[Listed]:
    """All wordings, and those that lack a translation; by purpose, channel, locale and brand."""
    house = house_in_force(house)
    held = _held(house)
    found = [Listed(one.wording, one, _is_packaged(one), held[one.wording]) for one in standings(house)]
    there = {one.wording for one in found}
    lacking = {
        Wording(purpose.name, channel, tag)
        for purpose in house.purposes
        for channel in Channel
        for tag in untranslated(house.catalogue, purpose.name)
    }
    return sorted([*found, *(Listed(one) for one in lacking - there)], key=lambda one: one.wording)


def _is_packaged(one: Standing) -> bool:
    return bool(one.texts) and one.texts == packaged_texts(one.wording)


def _held(house: House) -> Counter[Wording]:
    """How many messages wait for a wording to be mended."""
    found: Counter[Wording] = Counter()
    with house.store.read() as tx:
        held = held_for_templates(tx)
    for one in held:
        if one.purpose in house.catalogue.purposes:
            found[_spoken(house, Wording(one.purpose, Channel(one.channel), one.locale, one.brand))] += one.messages
    return found


def applying(house: House, asked: Wording) -> Wording:
    """The wording that a message of this locale and brand is made of: its own, where it is written or drafted."""
    now = standing(house, asked)
    return asked if now.texts or now.draft else _spoken(house_in_force(house), asked)


def _spoken(house: House, asked: Wording) -> Wording:
    spoken = house.catalogue.source(asked.purpose, asked.locale, asked.brand).locale
    one = replace(asked, locale=spoken)
    own = all((one.brand, one.purpose, spoken, part) in house.catalogue.texts for part in one.parts)
    return one if own else replace(one, brand="")
