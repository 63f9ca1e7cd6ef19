"""The lists of words and phrases, read from TOML and proved before anything is read with them. Colour: pure.

Called by phrase_files with the files' texts. docs/intents.md says what each key is for.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from notifier.errors import SettingsError
from notifier.replies.intents.normal import plain as plain_text
from notifier.replies.intents.normal import spellings, words_of
from notifier.replies.intents.patterns import Groups, Phrase, PhraseIndex, read_phrase
from notifier.replies.intents.typos import Typos
from notifier.terms.reply import Intent, OrderAction

KEYWORDS = "keywords.toml"
LEVELS = ("alone", "certain", "likely", "shouted", "offers", "mention", "never")
"""What a phrase of an intent proves: that it is the whole message; for certain; probably; probably, where a keyword is
in capitals and the rest is not; an opt-out of offers alone; only that it is talked about; and, over any of these, that
it is not meant."""

CUES = ("condition", "courtesy", "doubt", "question", "request", "mistake")
"""Phrases that change how others are read."""

_WORD_LISTS = ("padding", "pointing", "negation", "negation_after", "around_choice", "breaks")
_TABLES = ("groups", "spelling", "numbers")
_KEYWORD_LISTS = ("opt_out", "standing", "opt_in", "opt_in_offers", "help")
_PHRASED = frozenset(Intent) - {Intent.UNCLEAR}


class Mark(NamedTuple):
    """What a phrase stands for: a cue, or an intent and a level; and the language of its list."""

    name: str
    level: str
    language: str


@dataclass(frozen=True, slots=True)
class Keywords:
    """The words of RULES.md S5 and S6, folded, and what a picture alone means."""

    opt_out: frozenset[tuple[str, ...]]
    standing: frozenset[tuple[str, ...]]
    opt_in: frozenset[tuple[str, ...]]
    opt_in_offers: frozenset[tuple[str, ...]]
    help: frozenset[tuple[str, ...]]
    actions: Mapping[str, OrderAction]
    emoji: Mapping[str, Intent]


@dataclass(slots=True)
class Phrasebook:
    """All languages in one, because a customer writes in whichever she likes."""

    keywords: Keywords
    index: PhraseIndex[Mark]
    whole: PhraseIndex[Mark]
    typos: Typos
    spelling: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    lists: dict[str, frozenset[str]] = field(default_factory=dict)
    negation: dict[str, frozenset[str]] = field(default_factory=dict)
    negation_after: dict[str, frozenset[str]] = field(default_factory=dict)

    def spelled(self, word: str) -> str:
        """The word, or words, that are meant by a folded `word`."""
        return self.spelling.get(word) or self.typos.mended(word)

    @property
    def padding(self) -> frozenset[str]:
        """Words that say nothing here: greetings, please, thanks, now."""
        return self.lists["padding"]


def read_phrasebook(texts: Mapping[str, str]) -> Phrasebook:
    """The phrasebook of the files `texts`, by name. Raises SettingsError with every fault, with file and key."""
    faults: list[str] = []
    tables = {name: _table(name, text, faults) for name, text in sorted(texts.items())}
    if KEYWORDS not in tables:
        faults.append(f"{KEYWORDS}: is missing; it holds the words of RULES S5 and S6")
    keywords = _keywords(tables.pop(KEYWORDS, {}), faults)
    phrases: list[tuple[str, Mark, Groups, str]] = []
    for name, table in tables.items():
        faults += _shape_faults(name, table)
        if not faults:
            phrases += _phrases(name, table)
    if faults or keywords is None:
        raise SettingsError(faults)
    return _book(keywords, tables, phrases)


def _book(
    keywords: Keywords, tables: Mapping[str, Mapping[str, Any]], phrases: Sequence[tuple[str, Mark, Groups, str]]
) -> Phrasebook:
    faults: list[str] = []
    parts: list[tuple[Phrase, Mark]] = []
    whole: list[tuple[Phrase, Mark]] = []
    for text, mark, groups, where in phrases:
        try:
            found = read_phrase(f"^ {text} $" if mark.level == "alone" else text, groups)
        except ValueError as error:
            faults.append(f"{where}: {text!r} cannot be read: {error}")
            continue
        (whole if mark.level == "alone" else parts).append((found, mark))
    if faults:
        raise SettingsError(faults)
    known = {word for phrase, _ in (*parts, *whole) for word in phrase.words}
    book = Phrasebook(keywords, PhraseIndex(parts), PhraseIndex(whole), Typos(known))
    for key in _WORD_LISTS:
        said = (word for table in tables.values() for word in table.get(key, ()))
        book.lists[key] = _forms(said)
    for name, table in tables.items():
        language = name.removesuffix(".toml")
        book.negation[language] = _forms(table.get("negation", ()))
        book.negation_after[language] = _forms(table.get("negation_after", ()))
    for table in tables.values():
        for wrong, right in table.get("spelling", {}).items():
            book.spelling[wrong] = " ".join(words_of(plain_text(right)))
        book.numbers |= {word: str(digit) for word, digit in table.get("numbers", {}).items()}
    return book


def _forms(words: Iterable[str]) -> frozenset[str]:
    return frozenset(form for word in words for form in spellings(plain_text(word).replace("'", "")))


def _table(name: str, text: str, faults: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        faults.append(f"{name}: {error}")
        return {}


def _shape_faults(name: str, table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        if key in _WORD_LISTS or key in CUES:
            yield from _list_faults(f"{name}: {key}", value)
        elif key in _TABLES:
            texts = isinstance(value, dict) and all(isinstance(one, str | list) for one in value.values())
            if not texts:
                yield f"{name}: [{key}] must be a table of texts"
        elif key not in _PHRASED:
            yield f"{name}: {key} is unknown; use an intent or one of {', '.join((*_WORD_LISTS, *CUES, *_TABLES))}"
        elif not isinstance(value, dict):
            yield f"{name}: {key} must be a table [{key}] with {', '.join(LEVELS)}"
        else:
            yield from (f"{name}: {key}.{one} is unknown; use {', '.join(LEVELS)}" for one in value.keys() - {*LEVELS})
            for level in value.keys() & {*LEVELS}:
                yield from _list_faults(f"{name}: {key}.{level}", value[level])


def _list_faults(where: str, value: Any) -> Iterator[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
        yield f"{where} must be a list of texts"


def _phrases(name: str, table: Mapping[str, Any]) -> Iterator[tuple[str, Mark, Groups, str]]:
    language, groups = name.removesuffix(".toml"), table.get("groups", {})
    for cue in CUES:
        for text in table.get(cue, ()):
            yield text, Mark(cue, "", language), groups, f"{name}: {cue}"
    for intent in sorted(_PHRASED & table.keys()):
        for level, texts in table[intent].items():
            for text in texts:
                yield text, Mark(intent, level, language), groups, f"{name}: {intent}.{level}"


def _keywords(table: Mapping[str, Any], faults: list[str]) -> Keywords | None:
    before = len(faults)
    for key in _KEYWORD_LISTS:
        faults += _list_faults(f"{KEYWORDS}: {key}", table.get(key))
    actions, emoji = table.get("actions", {}), table.get("emoji", {})
    faults += [
        f"{KEYWORDS}: actions.{key} must be one of {', '.join(OrderAction.__members__)}"
        for key, value in actions.items()
        if value not in OrderAction.__members__
    ]
    faults += [f"{KEYWORDS}: emoji.{key} is no intent" for key in emoji if key not in _PHRASED]
    if len(faults) > before:
        return None
    said = {key: frozenset(tuple(words_of(plain_text(word))) for word in table[key]) for key in _KEYWORD_LISTS}
    return Keywords(
        **said,
        actions={word: OrderAction[name] for word, name in actions.items()},
        emoji={one: Intent(key) for key, pictures in emoji.items() for one in pictures},
    )
