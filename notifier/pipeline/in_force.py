"""The shop as the team has it now: what was published since its files were read lies over them. Colour: root.

Called wherever work begins that words or figures matter to, with the transaction of that work, so that every process on
every machine follows at its next claim, without a restart. It costs one row by its key; what was published is read
again only when that has changed.
"""

from collections.abc import Iterator
from dataclasses import replace

import structlog

from notifier import policy_changes, wordings
from notifier.errors import RenderError
from notifier.pipeline.house import Gathered, House
from notifier.pipeline.judged_by import judged_by
from notifier.render.catalogue import Catalogue, TextsByPlace
from notifier.settings import Settings
from notifier.settings.laid import lay
from notifier.store.engine import Transaction
from notifier.store.meta import mark_in_force
from notifier.terms.wording import Texts, Wording

log = structlog.get_logger(__name__)


def in_force(tx: Transaction, house: House) -> House:
    """The house with what is published now: packaged files < the shop's folder < the database; and with the figures of
    the policy as the console sets them, over settings.toml and under the environment.

    Calling it again on what it gave is the same as calling it once.
    """
    mark = mark_in_force(tx)
    kept = house.published.newest
    files = (house.catalogue.written, house.settings)
    if kept is None or kept.mark != mark or kept.written is not files[0] or kept.read is not files[1]:
        kept = Gathered(mark, files[0], _gathered(tx, house.catalogue), files[1], figured(tx, house.settings))
        # One assignment: threads that meet here do the same work twice, and read nothing that is half done.
        house.published.newest = kept
    house = replace(house, catalogue=replace(kept.catalogue, purposes=house.catalogue.purposes))
    return judged_by(house, kept.settings) if kept.settings is not None else house


def figured(tx: Transaction, settings: Settings | None) -> Settings | None:
    """The settings with the console's figures over them; None where it sets none."""
    kept = policy_changes.in_force(tx) if settings is not None else {}
    if settings is None or not kept:
        return None
    laid, left_out = lay(settings, {key: one.value for key, one in kept.items()})
    if left_out:
        log.warning("figures of the console contradict the settings and do not count", keys=left_out)
    return laid


def house_in_force(house: House) -> House:
    """As `in_force`, in a short transaction of its own, for who has none."""
    with house.store.read() as tx:
        return in_force(tx, house)


def _gathered(tx: Transaction, catalogue: Catalogue) -> Catalogue:
    published: dict[tuple[str, str, str, str], str] = {}
    for one in wordings.in_force(tx):
        if one.wording.purpose in catalogue.purposes:
            published |= dict(places(one.wording, one.texts))
    return catalogue.over(published)


def places(wording: Wording, texts: Texts) -> Iterator[tuple[tuple[str, str, str, str], str]]:
    """The texts by their places in the catalogue."""
    return (((wording.brand, wording.purpose, wording.locale, part), text) for part, text in texts.items())


def trying(house: House, wording: Wording, texts: Texts) -> House:
    """The house as if these texts were published; what lies in its catalogue now is beneath."""
    return replace(house, catalogue=house.catalogue.trying(dict(places(wording, texts))))


def texts_in(catalogue: TextsByPlace, wording: Wording) -> Texts:
    """The parts of a wording that stand at exactly its place; none where it is not written there."""
    found = {part: catalogue.get((wording.brand, wording.purpose, wording.locale, part)) for part in wording.parts}
    return {part: text for part, text in found.items() if text is not None}


def whole_in(catalogue: TextsByPlace, wording: Wording) -> Texts:
    """All parts of a wording of which at least one stands at its place; none where none does.

    What it lacks there is that of all brands in its language, then the English.
    """
    found = texts_in(catalogue, wording)
    if found:
        anybody, english = replace(wording, brand=""), replace(wording, locale="")
        for beneath in (anybody, english, replace(english, brand="")):
            found = {**texts_in(catalogue, beneath), **found}
    return found


def version_of(house: House, purpose: str, locale: str, brand: str) -> str:
    """The version (hash) of the template that answers now; "" where none does."""
    try:
        return house.catalogue.source(purpose, locale, brand).version
    except RenderError:
        return ""
