"""Everything that is wrong with a wording, told at once and at its line, without any data. Colour: pure.

Called by the console's editor at each pause in typing, so it looks at each part a few times, from left to right, and
fills nothing in: what only shows when a template is filled is found by the render processes, and what the law demands
of a filled one is proved by pipeline.lawful.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

from notifier.render import law_faults, link_faults, texts
from notifier.render.catalogue import LARGEST_FILE, Catalogue, TemplateSource
from notifier.render.context import CATALOGUE
from notifier.render.environment import Sandbox, Wrong, environment, missing, parsed, wrongs, wrongs_in
from notifier.render.fixed import fixed, within_tags
from notifier.render.paths import KNOWN, ONE_OF, Used, inside_loop, unknown, used
from notifier.render.text_cost import costly
from notifier.terms.content import BrandLook
from notifier.terms.draft_fault import Fault
from notifier.terms.purpose import Purpose
from notifier.terms.wording import Severity
from notifier.terms.words import MessageClass, Tone

SUBJECT, EMAIL, TEXT = "subject.txt", "email.md", "sms.txt"
MOST = 50
"""Faults that are told of one part: nobody reads more, and a hostile text may have thousands."""
LONG_SUBJECT = 110
"""Characters; phones show half of them."""
_ALONE = re.compile(r"\{\{((?:(?!\{\{|\}\}).){0,500})\}\}")
_GIVEN = re.compile(r"\{%-?\s*(?:for|set)\s+(\w{1,40})")


@dataclass(frozen=True, slots=True)
class Written:
    """A wording to look at: `source` holds its parts as typed, `parts` are those to look at, `tones` those of the
    brands that send it.
    """

    source: TemplateSource
    purpose: Purpose
    look: BrandLook
    catalogue: Catalogue
    parts: tuple[str, ...] = (SUBJECT, EMAIL, TEXT)
    tones: frozenset[Tone] = frozenset({Tone.FORMAL})


def faults(written: Written) -> list[Fault]:
    """All faults, in the order of the parts and of their lines; those of a part as a whole come first."""
    found: list[Fault] = []
    for part in written.parts:
        text = written.source.part(part)
        each = dict.fromkeys(islice(_of_part(written, part, text), MOST))
        found += sorted((_placed(one, text) for one in each), key=lambda one: (one.line, one.column))
    return found + list(_of_translation(written))


def _of_part(written: Written, part: str, text: str) -> Iterator[tuple[str, Wrong, Severity, str]]:
    """(part, what is wrong, severity, remedy) of one part; no more than this is looked at where it is no template."""
    if not text.strip():
        yield part, Wrong(0, "", "is empty"), Severity.FAULT, "write what the customer reads"
        return
    if len(text.encode("utf-8", "replace")) > LARGEST_FILE:
        what = f"is larger than {LARGEST_FILE // 1024} KB"
        yield part, Wrong(0, "", what), Severity.FAULT, "shorten it"
        return
    sandbox = environment(html=False)
    tree = parsed(sandbox, text)
    if isinstance(tree, Wrong):
        yield part, tree, Severity.FAULT, "a tag is {{ a variable }} or {% if … %} … {% endif %}"
        yield from ((part, one, Severity.FAULT, remedy) for one, remedy in _beside(sandbox, text, tree.line))
        paths: list[Used] = []
    else:
        yield from ((part, one, Severity.FAULT, _remedy(one)) for one in wrongs_in(tree))
        try:
            paths = used(tree)
        except RecursionError:
            paths = []
        for one in paths:
            if not one.exists:
                message, remedy = unknown(one)
                yield part, Wrong(one.line, one.word, message), Severity.FAULT, remedy
    yield from ((part, *rest) for rest in _of_words(written, part, text, paths))
    if not isinstance(tree, Wrong):
        yield from (
            (part, *rest) for rest in law_faults.demanded(written.source, written.purpose, written.look, part, paths)
        )


def _of_words(written: Written, part: str, text: str, paths: list[Used]) -> Iterator[tuple[Wrong, Severity, str]]:
    said = fixed(text)
    source, purpose = written.source, written.purpose
    yield from law_faults.promotions(dict(source.words), purpose, part, said, paths)
    if part == SUBJECT:
        length = 0 if "{%" in text else len(said.strip().partition("\n")[0])
        if length > LONG_SUBJECT:
            yield Wrong(1, "", f"its fixed words alone have {length} characters"), Severity.WARNING, "shorten it"
    elif part == EMAIL:
        yield from link_faults.links(text, said)
        yield from link_faults.markup(said)
        yield from law_faults.ways_out(source, purpose, paths)
    else:
        yield from ((one, Severity.FAULT, "") for one in texts.wrongs(text))
        segments, _ = (0, "") if "{%" in text else texts.measured(texts.simple(said))
        if segments > texts.MAX_SEGMENTS:
            what = f"its fixed words alone need {segments} segments, {texts.MAX_SEGMENTS} are allowed"
            yield Wrong(0, "", what), Severity.FAULT, "shorten it"
        yield from _dear(text, said)


def _dear(text: str, said: str) -> Iterator[tuple[Wrong, Severity, str]]:
    """Each character that makes a text dear, once: those of the text, then those of words within tags."""
    found = [(one.line, one) for one in costly(said)]
    found += [(line, one) for within in within_tags(text) for line, words in within for one in costly(words)]
    for line, one in {one.character: (line, one) for line, one in reversed(found)}.values():
        what = f"{one.shown} makes every such text cost more ({one.name})"
        yield Wrong(line, one.character, what), Severity.WARNING, one.remedy


def _beside(sandbox: Sandbox, text: str, but_line: int) -> Iterator[tuple[Wrong, str]]:
    """What else is wrong where the whole is no template: each {{ }} is looked at by itself, those on `but_line` not."""
    given = frozenset(_GIVEN.findall(text))
    for tag in islice(_ALONE.finditer(text), 200):
        line = text.count("\n", 0, tag.start()) + 1
        if line == but_line:
            continue
        for one in wrongs(sandbox, tag[0], given):
            yield Wrong(line, one.word, one.text), _remedy(one)


def _remedy(wrong: Wrong) -> str:
    """What to write instead of what may not be written."""
    for listed in ONE_OF:
        path = f"{listed}[].{wrong.word}"
        if path in CATALOGUE and wrong.text == missing(wrong.word):
            return inside_loop(path)
    within = [path for path in KNOWN if path.endswith(f".{wrong.word}") and "[]" not in path]
    return f"write {min(within)}" if within and wrong.text == missing(wrong.word) else ""


def _placed(found: tuple[str, Wrong, Severity, str], text: str) -> Fault:
    """With the column of the word at fault, if its line holds it."""
    part, wrong, severity, remedy = found
    lines = text.split("\n")
    column = 0
    if wrong.word and 0 < wrong.line <= len(lines):
        line = lines[wrong.line - 1]
        whole = re.search(rf"(?<!\w){re.escape(wrong.word)}(?!\w)", line)
        column = (whole.start() if whole else line.find(wrong.word)) + 1
    return Fault(part, min(wrong.line, len(lines)), column, severity, wrong.text, remedy)


def _of_translation(written: Written) -> Iterator[Fault]:
    """Languages that other purposes are written in and this one is not, and phrases that its own language lacks."""
    for locale in untranslated(written.catalogue, written.purpose.name):
        what = f"there is no {locale} wording of {written.purpose.name}: customers who speak it get the English one"
        yield Fault("", 0, 0, Severity.WARNING, what, f"open {locale} in the list of templates and write it")
    if law_faults.binds(written.purpose):
        # A notice in two languages is no notice; of other messages English fills the gaps.
        required = written.purpose.message_class is MessageClass.REQUIRED
        each = (
            law_faults.words_faults(written.catalogue, written.source.speaks, tone) for tone in sorted(written.tones)
        )
        for said in dict.fromkeys(chain.from_iterable(each)):
            yield Fault("", 0, 0, Severity.FAULT if required else Severity.WARNING, said)


def untranslated(catalogue: Catalogue, purpose: str) -> tuple[str, ...]:
    """The languages that some other purpose is written in, and this one is not."""
    there = {locale.partition("-")[0] for name in catalogue.purposes for locale in catalogue.locales(name)}
    own = {locale.partition("-")[0] for locale in catalogue.locales(purpose)}
    return tuple(sorted(there - own - {""}))
