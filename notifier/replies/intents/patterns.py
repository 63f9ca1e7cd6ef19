"""The small language in which phrases are written, and how one is found in a clause. Colour: pure.

Called by phrasebook and read. A phrase is words in order, with these marks:

`(a|b c)`  one of these         `[a|b]`  one of these, or nothing
`<name>`   one of the words in the file's group of that name
`..`       up to three words, whichever they are but for a denial (`not`); `...`: up to eight
`#`        a word with a digit in it: the number of an order
`^`, `$`   nothing stands before, after it in the clause but padding (`please`, `thanks`)

Finding keeps the set of places that a phrase may have reached, so it costs words times elements and never explodes.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from notifier.replies.intents.normal import plain, spellings, words_of

GAPS = {"..": 3, "...": 8}
_MARK = re.compile(r"\.{2,3}|<\w+>|[()\[\]|^$#]|[^\s()\[\]|<>^$#]+")
_LEFT_OVER = re.compile(r"[<>]")

Groups = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Words:
    """One word of a set."""

    fits: frozenset[str]


@dataclass(frozen=True, slots=True)
class Number:
    """A word with a digit in it."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Up to `most` words."""

    most: int


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several sequences."""

    ways: tuple["Sequence_", ...]


Element = Words | Number | Gap | Choice
Sequence_ = tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase. `first`: the words that it can begin with, None where any can; `text` as it was written."""

    text: str
    elements: Sequence_
    from_start: bool
    to_end: bool
    first: frozenset[str] | None

    @property
    def words(self) -> frozenset[str]:
        """Every word that it can be found by."""
        return frozenset(_every_word(self.elements))


def _every_word(elements: Sequence_) -> Iterator[str]:
    for one in elements:
        if isinstance(one, Words):
            yield from one.fits
        elif isinstance(one, Choice):
            for way in one.ways:
                yield from _every_word(way)


def read_phrase(text: str, groups: Groups) -> Phrase:
    """The phrase written as `text`. Raises ValueError, with what is wrong, where it cannot be read."""
    marks = _MARK.findall(text)
    if _LEFT_OVER.search(re.sub(r"<\w+>", "", text)):
        raise ValueError("a < or > stands alone; write <name>")
    from_start, to_end = marks[:1] == ["^"], marks[-1:] == ["$"]
    inner = marks[from_start : len(marks) - to_end]
    if "^" in inner or "$" in inner:
        raise ValueError("^ stands first and $ last")
    elements, rest = _sequence(inner, groups)
    if rest:
        raise ValueError(f"{rest[0]!r} closes what was never opened")
    if not elements:
        raise ValueError("it is empty")
    if _can_be_nothing(elements):
        raise ValueError("all of it can be left out")
    return Phrase(text, elements, from_start, to_end, _first(elements))


def _sequence(marks: Sequence[str], groups: Groups) -> tuple[Sequence_, Sequence[str]]:
    found: list[Element] = []
    while marks and marks[0] not in (")", "]", "|"):
        mark, marks = marks[0], marks[1:]
        if mark in ("(", "["):
            ways, marks = _ways(marks, groups, ")" if mark == "(" else "]")
            found.append(Choice((*ways, ()) if mark == "[" else ways))
        else:
            found += _plain_element(mark, groups)
    return tuple(found), marks


def _ways(marks: Sequence[str], groups: Groups, closing: str) -> tuple[tuple[Sequence_, ...], Sequence[str]]:
    ways = []
    while True:
        way, marks = _sequence(marks, groups)
        if not way:
            raise ValueError("a choice is empty")
        ways.append(way)
        if marks[:1] != ["|"]:
            break
        marks = marks[1:]
    if marks[:1] != [closing]:
        raise ValueError(f"a {closing} is missing")
    return _short(ways), marks[1:]


def _short(ways: Iterable[Sequence_]) -> tuple[Sequence_, ...]:
    """Ways of one word each become one set of words."""
    single: set[str] = set()
    others: list[Sequence_] = []
    for way in ways:
        if len(way) == 1 and isinstance(way[0], Words):
            single |= way[0].fits
        else:
            others.append(way)
    return (*([(Words(frozenset(single)),)] if single else []), *others)


def _plain_element(mark: str, groups: Groups) -> Iterator[Element]:
    if mark in GAPS:
        yield Gap(GAPS[mark])
    elif mark == "#":
        yield Number()
    elif mark.startswith("<"):
        name = mark[1:-1]
        if name not in groups:
            raise ValueError(f"{mark} is no group; there are {', '.join(sorted(groups))}")
        yield Choice(_short(tuple(_literal(word)) for word in groups[name]))
    else:
        yield from _literal(mark)


def _literal(text: str) -> Iterator[Element]:
    for bare in text.split():
        whole = list(words_of(plain(bare)))
        if not whole:
            raise ValueError(f"{bare!r} is no word")
        if len(whole) == 1:
            yield Words(spellings(plain(bare).replace("'", "").replace("-", "")) | frozenset(whole))
        else:
            yield from (Words(frozenset({word})) for word in whole)


def _can_be_nothing(elements: Sequence_) -> bool:
    return all(
        isinstance(one, Gap) or (isinstance(one, Choice) and any(_can_be_nothing(way) for way in one.ways))
        for one in elements
    )


def _first(elements: Sequence_) -> frozenset[str] | None:
    found: set[str] = set()
    for one in elements:
        if isinstance(one, Words):
            return frozenset(found | one.fits)
        if not isinstance(one, Choice):
            return None
        for way in one.ways:
            begins = _first(way) if way else frozenset()
            if begins is None:
                return None
            found |= begins
        if not any(_can_be_nothing(way) for way in one.ways):
            return frozenset(found)
    return frozenset(found)


def _ends(elements: Sequence_, words: Sequence[str], starts: set[int], walls: Collection[str]) -> set[int]:
    """Where `elements` can end if they begin at one of `starts`; a gap ends before a word of `walls`."""
    for one in elements:
        if isinstance(one, Words):
            starts = {at + 1 for at in starts if at < len(words) and words[at] in one.fits}
        elif isinstance(one, Number):
            starts = {at + 1 for at in starts if at < len(words) and any(c.isdigit() for c in words[at])}
        elif isinstance(one, Gap):
            starts = {end for at in starts for end in _over(words, at, one.most, walls)}
        else:
            starts = set().union(*(_ends(way, words, starts, walls) for way in one.ways))
        if not starts:
            break
    return starts


Mark = TypeVar("Mark")


def _over(words: Sequence[str], at: int, most: int, walls: Collection[str]) -> Iterator[int]:
    yield at
    for end in range(at, min(at + most, len(words))):
        if words[end] in walls:
            break
        yield end + 1


class PhraseIndex(Generic[Mark]):
    """Phrases by the words that they can begin with, so that a clause is gone through once."""

    def __init__(self, phrases: Iterable[tuple[Phrase, Mark]]) -> None:
        self._by_word: dict[str, list[tuple[Phrase, Mark]]] = {}
        self._any: list[tuple[Phrase, Mark]] = []
        for phrase, mark in phrases:
            if phrase.first is None:
                self._any.append((phrase, mark))
            for word in phrase.first or ():
                self._by_word.setdefault(word, []).append((phrase, mark))

    def find(
        self, words: Sequence[str], padding: Collection[str], walls: Collection[str] = ()
    ) -> Iterator[tuple[Mark, int, int]]:
        """Each find: the mark that came with the phrase, where it begins, and behind which word it ends."""
        lead = next((i for i, word in enumerate(words) if word not in padding), len(words))
        tail = next((i for i in range(len(words), 0, -1) if words[i - 1] not in padding), 0)
        for at, word in enumerate(words):
            for phrase, mark in (*self._by_word.get(word, ()), *self._any):
                if phrase.from_start and at > lead:
                    continue
                ends = _ends(phrase.elements, words, {at}, walls)
                if phrase.to_end:
                    ends = {end for end in ends if end >= tail}
                if ends:
                    yield mark, at, max(ends)
