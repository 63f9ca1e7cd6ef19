"""What is wrong with a draft of a template, found before a customer gets it. Colour: root.

Called by pipeline.publishing, which publishes nothing with a fault, and by whoever shows a draft. A draft is strangers'
code: it is compiled and filled in the limited processes only. No transaction is open meanwhile.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from notifier.pipeline.house import House
from notifier.pipeline.in_force import house_in_force, texts_in, trying
from notifier.pipeline.lawful import faults_of, spoken
from notifier.pipeline.sample import sample_content
from notifier.render.catalogue import PARTS, TemplateSource
from notifier.render.faults import Written
from notifier.render.faults import faults as faults_of_text
from notifier.render_pool import Answer, RenderFailure, RenderJob, RenderPool
from notifier.terms.content import BrandLook
from notifier.terms.time import local_day
from notifier.terms.wording import Severity, Texts, Wording, WordingFault
from notifier.terms.words import Channel, Tone

STAND_INS: Texts = {
    "subject.txt": "Order {{ orders }}",
    "email.md": "{{ greeting }}",
    "sms.txt": "{{ brand.name }}: {{ orders }} Reply STOP to stop texts",
}
"""What the parts beside a draft are taken for where they are broken themselves."""

_WHERE = re.compile(r"(?P<file>[^\s:]*?)(?: line (?P<line>\d+))?")
_TOLD = re.compile(rf"{_WHERE.pattern}(?: \((?P<case>[^()]*)\))?: (?P<text>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Tried:
    """A draft as one brand and locale will have it."""

    source: TemplateSource
    look: BrandLook
    locale: str


def check_draft(house: House, pool: RenderPool, wording: Wording, texts: Texts, now: datetime) -> list[WordingFault]:
    """Everything about a draft, the gravest first; nothing in it is a FAULT where it may be published.

    Where its text alone is sound, it is compiled and filled with samples for each brand and locale that would get it,
    and what the law demands is proved: from some 50 ms to a few seconds. Raises RenderError where no limited process
    can be started.
    """
    house, texts = house_in_force(house), {part: texts.get(part, "") for part in wording.parts}
    faults = list(_of_text(trying(house, wording, texts), wording, texts))
    if not is_broken(faults):
        faults += (failing := _syntax(house, pool, wording, texts, now))
        if not is_broken(failing):
            # What is broken beside the draft must not hide what is wrong with the draft.
            tried = trying(house, wording, {**STAND_INS, **texts} if failing else texts)
            faults += [*_law(tried, pool, wording, texts), *_length(tried, pool, wording, texts, now)]
    faults += _translations(house, wording)
    return sorted(dict.fromkeys(faults), key=lambda one: (-one.severity, one.file, one.line))


def is_broken(faults: Iterable[WordingFault]) -> bool:
    """Whether any of them keeps a draft from being published."""
    return any(one.severity is Severity.FAULT for one in faults)


def would_get(tried: House, wording: Wording, texts: Texts) -> list[Tried]:
    """The templates of `tried` that these texts are part of, one for each brand and locale that they change."""
    catalogue = tried.catalogue
    found: dict[tuple[str, str], Tried] = {}
    locales = dict.fromkeys((wording.locale, *spoken(catalogue, wording.purpose)))
    looks = [tried.brand(wording.brand)] if wording.brand else list(tried.brands.values())
    for look in looks:
        for locale in locales:
            source = catalogue.source(wording.purpose, locale or "en", look.key)
            if source.locale == wording.locale and _holds(source, texts):
                found.setdefault((source.version, look.key), Tried(source, look, locale or "en"))
    if not found:
        # Each brand has words of its own: what is published for all of them must still be sound.
        source = catalogue.source(wording.purpose, wording.locale or "en", "")
        return [Tried(source, tried.brand(""), wording.locale or "en")]
    return list(found.values())


def tones_of(tried: House, wording: Wording, texts: Texts) -> frozenset[Tone]:
    """How the brands speak that would get these texts."""
    return frozenset(one.source.tone for one in would_get(tried, wording, texts))


def would_hold(tried: House, what: tuple[Wording, Texts], key: tuple[str, str]) -> bool:
    """Whether a customer of this (brand, locale) would get these texts."""
    wording, texts = what
    brand, locale = key
    if wording.brand not in ("", brand):
        return False
    source = tried.catalogue.source(wording.purpose, locale, brand)
    return source.locale == wording.locale and _holds(source, texts)


def _holds(source: TemplateSource, texts: Texts) -> bool:
    return all(source.part(part) == text for part, text in texts.items())


def _syntax(house: House, pool: RenderPool, wording: Wording, texts: Texts, now: datetime) -> list[WordingFault]:
    """Faults of each part by itself, so that a broken one hides no other, then of all of them together."""
    alone = [trying(house, wording, {**STAND_INS, part: texts[part]}) for part in wording.parts]
    each = [Tried(_source(one, wording), house.brand(wording.brand), wording.locale or "en") for one in alone]
    answers = _samples(house, pool, each, wording, now)
    found = [
        _within(placed(wording, answer.where, answer.text), wording.file(part))
        for part, answer in zip(wording.parts, answers, strict=True)
        if isinstance(answer, RenderFailure)
    ]
    if not found:
        tried = trying(house, wording, texts)
        whole = _samples(tried, pool, would_get(tried, wording, texts), wording, now)
        found = [placed(wording, one.where, one.text) for one in whole if isinstance(one, RenderFailure)]
    return list(dict.fromkeys(found))


def _within(fault: WordingFault, file: str) -> WordingFault:
    """A fault that names no file, like that of a text that took too long, is in the one that was tried."""
    return fault if fault.file else replace(fault, file=file)


def _of_text(tried: House, wording: Wording, texts: Texts) -> Iterator[WordingFault]:
    """What the editor tells at its line, and no sample has met."""
    purpose, look = tried.catalogue.purposes[wording.purpose], tried.brand(wording.brand)
    tones = tones_of(tried, wording, texts)
    written = Written(_source(tried, wording), purpose, look, tried.catalogue, wording.parts, tones)
    for one in faults_of_text(written):
        remedy = f"{' ' if one.message.endswith('?') else '; '}{one.remedy}" if one.remedy else ""
        file = wording.file(one.part) if one.part else ""
        yield WordingFault(file, one.line, one.severity, one.message + remedy)


def _source(tried: House, wording: Wording) -> TemplateSource:
    return tried.catalogue.source(wording.purpose, wording.locale or "en", wording.brand)


def _samples(
    house: House, pool: RenderPool, tries: Sequence[Tried], wording: Wording, now: datetime
) -> Sequence[Answer]:
    purpose = house.catalogue.purposes[wording.purpose]
    today = local_day(now, house.judging.policy.timezone)
    return pool.render(
        [RenderJob(one.source, sample_content(purpose, one.locale, one.look, wording.channel, today)) for one in tries]
    )


def placed(wording: Wording, where: str, text: str) -> WordingFault:
    """A fault at its file and line; only a warning where that is none of the draft's files."""
    match = _WHERE.fullmatch(where)
    file, line = (match["file"], int(match["line"] or 0)) if match else (where, 0)
    folder, _, part = file.rpartition("/")
    if file in ("", wording.purpose):
        return WordingFault("", 0, Severity.FAULT, text)
    if folder == f"{wording.purpose}/{wording.locale}".rstrip("/") and part in wording.parts:
        return WordingFault(wording.file(part), line, Severity.FAULT, text)
    return WordingFault(file, line, Severity.WARNING, text)


def _law(tried: House, pool: RenderPool, wording: Wording, texts: Texts) -> Iterator[WordingFault]:
    """What the law and E1 demand, each demand once, with the first case that lacks it."""
    cases: dict[tuple[str, str], list[str]] = {}
    for one in would_get(tried, wording, texts):
        for told in faults_of(tried.catalogue, pool, one.source, one.look):
            match = _TOLD.fullmatch(told)
            where, text = (told[: match.start("text") - 2], match["text"]) if match else ("", told)
            cases.setdefault((where.partition(" (")[0], text), []).append((match and match["case"]) or "")
    for (where, text), labels in cases.items():
        more = f" and {len(labels) - 1} more" if len(labels) > 1 else ""
        yield placed(wording, where, f"{text} (in the case: {labels[0]}{more})" if labels[0] else text)


def _length(tried: House, pool: RenderPool, wording: Wording, texts: Texts, now: datetime) -> Iterator[WordingFault]:
    """What a text costs, with a made-up order."""
    if wording.channel is not Channel.SMS:
        return
    samples = _samples(tried, pool, would_get(tried, wording, texts), wording, now)
    filled = [one for one in samples if not isinstance(one, RenderFailure)]
    worst = max(filled, key=lambda one: one.segments, default=None)
    if worst is not None:
        told = f"a sample is billed as {worst.segments} segment{'s' if worst.segments > 1 else ''} ({worst.encoding})"
        yield WordingFault(wording.file("sms.txt"), 0, Severity.NOTE, told)


def _translations(house: House, wording: Wording) -> Iterator[WordingFault]:
    catalogue = house.catalogue
    if wording.locale:
        beside = [part for part in PARTS if part not in wording.parts]
        places = [(brand, wording.purpose, wording.locale, part) for brand in {"", wording.brand} for part in beside]
        there = {place[3] for place in places if place in catalogue.texts}
        drafts = [part for part in beside if part not in there]
        if drafts and not texts_in(catalogue.texts, wording):
            told = f"{wording.locale} counts once it has {' and '.join(drafts)} too; until then English is sent"
            yield WordingFault("", 0, Severity.WARNING, told)
        return
    if translated := sorted({*catalogue.locales(wording.purpose)} - {""}):
        told = f"{', '.join(translated)} keep their own words; change them too if this says something else now"
        yield WordingFault("", 0, Severity.NOTE, told)
