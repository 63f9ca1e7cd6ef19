"""What the law forbids and demands in a wording, as far as its text alone tells. Colour: pure. Called by faults.

RULES.md F3 to F5, F8 to F10, F12, E1, E2, U1. That a filled message says it is proved by lint.
"""

from collections.abc import Iterator, Mapping, Sequence

from notifier.render.catalogue import TemplateSource
from notifier.render.environment import Wrong
from notifier.render.lint import PERCENT, adverts, demands, words_faults
from notifier.render.paths import Used
from notifier.render.probes import is_tried, probes
from notifier.terms.content import BrandLook
from notifier.terms.purpose import Purpose
from notifier.terms.wording import Severity
from notifier.terms.words import MessageClass, NoticeKind

__all__ = ["binds", "demanded", "promotions", "ways_out", "words_faults"]

Found = tuple[Wrong, Severity, str]
_OFFERS = ("reward.", "alternatives[].")
_FACTS = ("items[].name", "items[].short_name", "headline")
_ORDER = ("orders", "headline", "items[].name", "items[].short_name", "items[].order")
NOTHING_SOLD = "a notice carries no promotion; take it out"


def binds(purpose: Purpose) -> bool:
    """Whether the law has something to say of a purpose's words."""
    return is_tried(purpose)


def demanded(
    source: TemplateSource, purpose: Purpose, look: BrandLook, part: str, paths: Sequence[Used]
) -> Iterator[Found]:
    """What a part must say and says nowhere; that it does in each kind of message, only a filled one tells."""
    there = {one.path for one in paths}
    if not is_tried(purpose):
        return
    if part == "subject.txt" and not there & set(_ORDER):
        yield Wrong(1, "", "the subject must name the order (E1)"), Severity.FAULT, "add {{ orders }}"
    elif part == "email.md":
        for demand in demands(purpose, source, look):
            if not there & set(demand.by):
                yield Wrong(0, "", f"must say {demand.what}"), Severity.FAULT, f"add {demand.remedy}"
        yield from _facts_first(purpose, paths)
    elif part == "sms.txt" and "must.see_email" not in there and _may_be_notice(purpose, look, source.speaks):
        what = "a text beside a notice must point to the email (F9)"
        yield Wrong(0, "", what), Severity.FAULT, "add {{ must.see_email }}"


def _may_be_notice(purpose: Purpose, look: BrandLook, locale: str) -> bool:
    return any(one.content.notice is not NoticeKind.NONE for one in probes(purpose, look, locale))


def _facts_first(purpose: Purpose, paths: Sequence[Used]) -> Iterator[Found]:
    """An offer beside order facts stands below them (E1)."""
    if purpose.message_class is not MessageClass.SERVICE:
        return
    for one in paths:
        if one.path in _FACTS:
            return
        if one.path.startswith(_OFFERS):
            what = "the order's facts come before an offer (E1)"
            yield Wrong(one.line, one.word, what), Severity.FAULT, "move the offer below the items"
            return


def promotions(
    words: Mapping[str, str], purpose: Purpose, part: str, said: str, paths: Sequence[Used]
) -> Iterator[Found]:
    """An offer in a required message (F12), and a subject that reads like an advertisement (E1)."""
    required = purpose.message_class is MessageClass.REQUIRED
    if required:
        for one in paths:
            if one.path.startswith(_OFFERS):
                what = f"{one.path} is an offer, which a required message may not carry (F12)"
                yield Wrong(one.line, one.word, what), Severity.FAULT, "take it out"
        for found in PERCENT.finditer(said):
            what = f"{found[0]!r} speaks of a percentage, which a required message may not (F12)"
            yield Wrong(_line(said, found.start()), found[0].strip(), what), Severity.FAULT, NOTHING_SOLD
    if required or (part == "subject.txt" and is_tried(purpose)):
        rule = "F12" if required else "E1"
        for found in adverts(words, said):
            what = f"{found[0]!r} reads like an advertisement ({rule})"
            yield Wrong(_line(said, found.start()), found[0], what), Severity.FAULT, "say it in other words"


def ways_out(source: TemplateSource, purpose: Purpose, paths: Sequence[Used]) -> Iterator[Found]:
    """A marketing email says how to get no more of them, and where the shop is (E2)."""
    if purpose.message_class is not MessageClass.MARKETING:
        return
    there = {one.path for one in paths}
    if "links.unsubscribe" not in source.layout and "links.unsubscribe" not in there:
        remedy = "add [{{ unsubscribe_label }}]({{ links.unsubscribe }})"
        yield Wrong(0, "", "marketing must say how to get no more of it (E2)"), Severity.FAULT, remedy
    named = "brand.imprint" in source.layout or "brand.postal_address" in source.layout
    if not named and not there & {"brand.imprint", "brand.postal_address"}:
        yield Wrong(0, "", "marketing must carry the shop's address (E2)"), Severity.FAULT, "add {{ brand.imprint }}"


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
