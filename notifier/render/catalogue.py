"""Which template answers a purpose, locale and brand. Colour: pure.
Built by `template_files`, asked by pipeline and web.

A layer is one folder's text by relative path, `delay/de/email.md`; later layers override earlier ones file by file.
"""

import hashlib
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from notifier.errors import RenderError, SettingsError
from notifier.render.purposes import parsed, read_purpose
from notifier.terms.purpose import Purpose
from notifier.terms.words import Tone

LAYOUT = "_layout.mjml"
FIELDS: Mapping[str, str] = {"subject.txt": "subject", "email.md": "email", "sms.txt": "sms"}
"""The parts of a template by their files, and what its source calls them."""
PARTS = tuple(FIELDS)
INFORMAL = "-informal"
"""How the name of a file of `_words/` ends whose phrases are for brands that address their customers informally."""
ANSWERS = "_answers"
"""The folder of what a person may answer in the inbox: `_answers/<name>/<locale>.md`."""
LARGEST_FILE = 64 * 1024
"""Bytes (HOSTILE 29): a megabyte of template takes seconds to compile."""

Words = tuple[tuple[str, str], ...]

Place = tuple[str, str, str, str]
"""Brand or "", purpose, locale or "", file name."""

TextsByPlace = Mapping[Place, str]


@dataclass(frozen=True, slots=True)
class TemplateSource:
    """One template as written. `locale` is the one found ("" is the English default), `asked` the customer's own.

    `words` are the small phrases of `_words/`, already merged for the locale; `speaks` is the locale that dates and
    money follow: the asked one, unless the template fell back to another language. `tone` is the brand's.
    """

    purpose: str
    locale: str
    brand: str
    subject: str
    email: str
    sms: str
    layout: str
    words: Words = ()
    speaks: str = "en"
    tone: Tone = Tone.FORMAL
    version: str = field(init=False, default="")

    def __post_init__(self) -> None:
        everything = (self.subject, self.email, self.sms, self.layout, self.speaks, self.tone, repr(self.words))
        digest = hashlib.sha256("\x00".join(everything).encode("utf-8", "surrogatepass")).hexdigest()
        object.__setattr__(self, "version", digest)

    def part(self, name: str) -> str:
        """The text of one of PARTS."""
        return str(getattr(self, FIELDS[name]))

    def saying(self, texts: Mapping[str, str]) -> "TemplateSource":
        """The same with other texts, by PARTS."""
        changed: dict[str, Any] = {FIELDS[name]: text for name, text in texts.items()}
        return replace(self, **changed)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every purpose and template there is.

    `informal_words` are laid over `words` of the same locale for the brands in `informal`. `files` is what the folders
    hold, where `texts` has something laid over it (`over`); None: nothing is. `answers`, which a person may send from
    the inbox, are by name and locale.
    """

    purposes: Mapping[str, Purpose]
    texts: TextsByPlace
    words: Mapping[str, Mapping[str, str]]
    informal_words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    informal: frozenset[str] = frozenset()
    files: TextsByPlace | None = None
    answers: Mapping[tuple[str, str], str] = field(default_factory=dict)
    _found: dict[tuple[str, str, str], TemplateSource] = field(default_factory=dict, compare=False, repr=False)

    def source(self, purpose: str, locale: str, brand: str) -> TemplateSource:
        """The template for a customer's BCP 47 locale (de-AT → de → English).

        Raises RenderError for no such purpose.
        """
        # Its version is a hash of all its texts: once for each, not for each message.
        known = self._found.get((purpose, locale, brand))
        if known is None:
            known = self._found[purpose, locale, brand] = self._source(purpose, locale, brand)
        return known

    @property
    def written(self) -> TextsByPlace:
        """What the folders hold, with nothing laid over it."""
        return self.texts if self.files is None else self.files

    def over(self, published: TextsByPlace) -> "Catalogue":
        """The folders' catalogue with these texts over it, in place of those that lay over it before.

        A locale that is new counts once all its parts are there, of a brand its own or those of all brands.
        """
        texts = {**self.written, **published}
        for brand, purpose, locale, _ in sorted(published):
            if not all({(brand, purpose, locale, part), ("", purpose, locale, part)} & texts.keys() for part in PARTS):
                for part in PARTS:
                    texts.pop((brand, purpose, locale, part), None)
        return replace(self, texts=texts, files=self.written, _found={})

    def trying(self, draft: TextsByPlace) -> "Catalogue":
        """A draft's texts over all of this; where a new locale lacks a part, the English one stands in."""
        texts = {**self.texts, **draft}
        for brand, purpose, locale, _ in draft:
            for part in PARTS:
                if self._text(brand, purpose, locale, part) is None and (brand, purpose, locale, part) not in draft:
                    texts[brand, purpose, locale, part] = self._text(brand, purpose, "", part) or ""
        return replace(self, texts=texts, files=self.written, _found={})

    def _source(self, purpose: str, locale: str, brand: str) -> TemplateSource:
        if purpose not in self.purposes:
            raise RenderError(f"there is no template folder {purpose!r}; known: {', '.join(sorted(self.purposes))}")
        for found in (*_chain(locale), ""):
            parts = [self._text(brand, purpose, found, part) for part in PARTS]
            if all(part is not None for part in parts):
                break
        else:
            raise RenderError(f"lacks one of {', '.join(PARTS)}", purpose)
        subject, email, sms = (part or "" for part in parts)
        speaks = _speaks(locale, found)
        layout = self._text(brand, "", "", LAYOUT)
        if layout is None:
            raise RenderError("is missing", LAYOUT)
        tone = self.tone(brand)
        words = tuple(sorted(self.phrases(speaks, brand).items()))
        return TemplateSource(purpose, found, brand, subject, email, sms, layout, words, speaks, tone)

    def _text(self, brand: str, purpose: str, locale: str, name: str) -> str | None:
        own = self.texts.get((brand, purpose, locale, name)) if brand else None
        return own if own is not None else self.texts.get(("", purpose, locale, name))

    def tone(self, brand: str) -> Tone:
        """How a brand addresses its customers."""
        return Tone.INFORMAL if brand in self.informal else Tone.FORMAL

    def phrases(self, locale: str, brand: str) -> Mapping[str, str]:
        """The phrases of `_words/` for a locale in the brand's tone, with those of its language and English beneath."""
        merged: dict[str, str] = {}
        locales = ("en", *reversed(_chain(locale)))
        for words in (self.words, self.informal_words) if self.tone(brand) is Tone.INFORMAL else (self.words,):
            for one in locales:
                merged.update(words.get(one, {}))
        return merged

    def answer_names(self) -> tuple[str, ...]:
        """The ready answers there are."""
        return tuple(sorted({name for name, _ in self.answers}))

    def answer(self, name: str, locale: str, brand: str) -> TemplateSource:
        """A ready answer for a customer's locale (de-AT → de → English) in the brand's tone.

        Its words are the plain text of its email.

        Raises RenderError for one that is not there.
        """
        for found in (*_chain(locale), "en"):
            if (text := self.answers.get((name, found))) is not None:
                speaks = _speaks(locale, found)
                folder = f"{ANSWERS}/{name}"
                words = tuple(sorted(self.phrases(speaks, brand).items()))
                tone = self.tone(brand)
                return TemplateSource(folder, found, brand, name, text, _AS_SMS, _PLAIN, words, speaks, tone)
        raise RenderError(f"there is no ready answer {name!r}; known: {', '.join(self.answer_names())}")

    def locales(self, purpose: str) -> tuple[str, ...]:
        """The locales a purpose is written in, "" (English) first."""
        return tuple(sorted({loc for brand, name, loc, part in self.texts if name == purpose and not brand}))


def tag(locale: str) -> str:
    """A locale as templates are kept by: `DE_at` → `de-AT`; "" for none."""
    return next(iter(_chain(locale)), "")


_PLAIN = "<mjml><mj-body><mj-section><mj-column><mj-text>{{ body }}</mj-text></mj-column></mj-section></mj-body></mjml>"
"""The least page around a ready answer, of which only the plain text is used."""

_AS_SMS = "{{ brand.name }}: reply STOP to stop texts"
"""A ready answer has no text of its own; what stands here passes for one."""


def _chain(locale: str) -> tuple[str, ...]:
    """de-Latn-AT → (de-Latn-AT, de-Latn, de); underscores are read as hyphens."""
    parts = [p for p in locale.replace("_", "-").split("-") if p]
    tags = [part.lower() if i == 0 else part.upper() if len(part) == 2 else part for i, part in enumerate(parts)]
    return tuple("-".join(tags[:n]) for n in range(len(tags), 0, -1))


def _speaks(asked: str, found: str) -> str:
    language = (found or "en").split("-")[0]
    chain = _chain(asked)
    return chain[0] if chain and chain[-1] == language else found or "en"


def assemble(layers: Sequence[tuple[str, Mapping[str, str]]], informal: Collection[str] = ()) -> Catalogue:
    """Build the catalogue from (folder's name, its files); `informal` are the brands that address customers informally.

    Raises SettingsError with every fault found at once.
    """
    texts: dict[Place, str] = {}
    purposes: dict[str, Purpose] = {}
    words: dict[str, dict[str, str]] = {}
    informal_words: dict[str, dict[str, str]] = {}
    answers: dict[tuple[str, str], str] = {}
    faults: list[str] = []
    for folder, files in layers:
        for path, text in sorted(files.items()):
            where = f"{folder}/{path}"
            brand, parts = _brand(path)
            match parts:
                case ["_layout.mjml"]:
                    texts[(brand, "", "", LAYOUT)] = text
                case ["_words", name] if name.endswith(".toml") and not brand:
                    locale = name.removesuffix(".toml")
                    among = informal_words if locale.endswith(INFORMAL) else words
                    among.setdefault(locale.removesuffix(INFORMAL), {}).update(_read_words(text, where, faults))
                case ["_answers", name, file] if (
                    file.endswith(".md") and _chain(file.removesuffix(".md")) and not brand
                ):
                    answers[(name, _chain(file.removesuffix(".md"))[0])] = text
                case [purpose, "purpose.toml"] if not brand:
                    faults += _take_purpose(purposes, purpose, text, where)
                case [purpose, name] if name in PARTS:
                    texts[(brand, purpose, "", name)] = text
                case [purpose, locale, name] if name in PARTS and _chain(locale):
                    texts[(brand, purpose, _chain(locale)[0], name)] = text
                case _:
                    faults.append(f"{where}: is no template file; expected <purpose>/[<locale>/]{' or '.join(PARTS)}")
    faults += [*_unanswered(answers), *_incomplete(purposes, texts)] if not faults else []
    if faults:
        raise SettingsError(faults)
    return Catalogue(purposes, texts, words, informal_words, frozenset(informal), answers=answers)


def _take_purpose(purposes: dict[str, Purpose], name: str, text: str, where: str) -> Sequence[str]:
    """Read a purpose into `purposes`; returns its faults."""
    read, wrong = read_purpose(name, text, where)
    if read is not None:
        purposes[name] = read
    return wrong


def _brand(path: str) -> tuple[str, list[str]]:
    parts = path.split("/")
    return (parts[1], parts[2:]) if parts[0] == "_brands" and len(parts) > 2 else ("", parts)


def _read_words(text: str, where: str, faults: list[str]) -> dict[str, str]:
    try:
        table = parsed(text)
    except tomllib.TOMLDecodeError as error:
        faults.append(f"{where}: {error}")
        return {}
    faults += [f"{where}: {key} must be a text in quotes" for key, value in table.items() if not isinstance(value, str)]
    return {key: value for key, value in table.items() if isinstance(value, str)}


def _unanswered(answers: Mapping[tuple[str, str], str]) -> list[str]:
    lacking = sorted(name for name in {name for name, _ in answers} if (name, "en") not in answers)
    return [f"{ANSWERS}/{name}/en.md: is missing; customers of other languages get it" for name in lacking]


def _incomplete(purposes: Mapping[str, Purpose], texts: TextsByPlace) -> list[str]:
    faults = [] if ("", "", "", LAYOUT) in texts else [f"{LAYOUT}: is missing; copy the packaged one"]
    for purpose in sorted({name for _, name, _, _ in texts if name} | set(purposes)):
        if purpose not in purposes:
            faults.append(f"{purpose}/purpose.toml: is missing; it says class, rung, occasion and title")
        for locale in sorted({loc for brand, name, loc, _ in texts if name == purpose and not brand} | {""}):
            folder = f"{purpose}/{locale}" if locale else purpose
            missing = [part for part in PARTS if ("", purpose, locale, part) not in texts]
            faults += [f"{folder}/{part}: is missing; a locale needs all of {', '.join(PARTS)}" for part in missing]
    return faults
