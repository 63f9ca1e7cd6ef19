"""A reply as sentences, clauses and folded words: case, width, marks and look-alikes gone. Colour: pure.

Called by read and phrasebook, so that phrases and replies are folded alike. Each step is linear in the text.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

MOST_WORDS = 1_500
"""Of a longer reply the first and the last half of this many words are read, and a person looks."""

_LOOK_ALIKES = str.maketrans(
    dict(
        zip(
            "АВЕКМНОРСТУХІЈЅаеорсухіјѕһԁԛԝктмнвΑΒΕΖΗΙΚΜΝΟΡΤΥΧαορτεικνυᏚᎢᎪᏟᎬᏢøłıđ",
            "ABEKMHOPCTYXIJSaeopcyxijshdqwktmhbABEZHIKMNOPTYXaopteikvuSTACEPolid",
            strict=True,
        )
    )
    | {"œ": "oe", "æ": "ae", "ß": "ss"}
)
_NAMED = re.compile(r"(?:LATIN LETTER SMALL CAPITAL|NEGATIVE (?:SQUARED|CIRCLED) LATIN CAPITAL LETTER) ([A-Z])$")
_WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
_END = re.compile(r"[.!?;\n\r…。！？]+|,|:|\(|\)|\s[-–—]+\s|–|—|/|\|")
_ELIDED = re.compile(r"(l|d|j|n|m|t|s|c|qu|jusqu|lorsqu|puisqu)'(.+)")
_RUN = re.compile(r"([a-z])\1\1+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_QUOTED = re.compile(r"[\"“„«”][^\"“”„«»]{0,4000}[\"”“»]")
_SENTENCE_ENDS = re.compile(r"[.!?;\n\r…。！？]")
_NUMBER_SIGN = re.compile(r"#(?!\w)")
_QUOTED_WORDS = 3
_MOST_SQUEEZED = 80
_MOST_HYPHENS = 8


@dataclass(frozen=True, slots=True)
class Clause:
    """Words up to a mark. `sentence` counts the sentences; `asks`: the sentence ends with a question mark."""

    words: tuple[str, ...]
    sentence: int
    asks: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply in pieces. `first_line` are the words of its first line, `emoji` its pictures, `raw` its bare words
    with their case, `squeezed` all letters and digits of a short reply in one, `cut`: it was too long to be read whole.
    """

    clauses: tuple[Clause, ...]
    emoji: tuple[str, ...]
    raw: tuple[str, ...]
    squeezed: str
    first_line: tuple[str, ...]
    cut: bool

    @property
    def words(self) -> tuple[str, ...]:
        """All its words in order."""
        return tuple(word for clause in self.clauses for word in clause.words)

    @property
    def asks(self) -> bool:
        """Whether any of its sentences ends with a question mark."""
        return any(clause.asks for clause in self.clauses)


@lru_cache(maxsize=4096)
def _character(one: str) -> str:
    """What one character stands for: letters and digits behind decorations, a space for a picture."""
    if one in "’‘`´":
        return "'"
    kind = unicodedata.category(one)
    if kind in ("Cf", "Me") or one == "\ufe0f":
        return ""
    if found := _NAMED.match(unicodedata.name(one, "")):
        return found[1]
    if kind in ("No", "Nd") and unicodedata.digit(one, None) is not None:
        return str(unicodedata.digit(one))
    plain = unicodedata.normalize("NFKC", one)
    if kind[0] == "S" and one not in "$@":
        return plain if len(plain) == 1 and plain.isalnum() else " "
    return " " if kind in ("Cc", "Cs", "Co", "Cn", "Zs", "Zl") and one not in "\n\r" else plain


def plain(text: str) -> str:
    """The text with one kind of letters, digits, apostrophes and spaces."""
    return "".join(map(_character, text))


def fold(word: str) -> str:
    """Small letters without marks; a run of three alike is one; a word written in look-alikes is read as Latin."""
    if not word.isascii():
        mapped = word.translate(_LOOK_ALIKES)
        bare = "".join(one for one in unicodedata.normalize("NFKD", mapped) if not unicodedata.combining(one))
        word = bare.casefold() if bare.casefold().isascii() else _unmarked(word)
    else:
        word = word.lower()
    return _RUN.sub(r"\1", word)


def _unmarked(word: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(one))


def spellings(word: str) -> frozenset[str]:
    """How a word of a phrase may be written: with its umlauts, without, or as ae, oe, ue."""
    return frozenset({fold(word), fold(word.translate(_UMLAUTS))})


def words_of(text: str) -> Iterator[str]:
    """The folded words of a plain text. An apostrophe joins (`don't` is `dont`) but for French elisions."""
    for found in _WORD.finditer(text):
        word = found[0]
        pieces = [word] if word.count("-") > _MOST_HYPHENS or any(one.isdigit() for one in word) else word.split("-")
        for piece in pieces:
            elided = _ELIDED.fullmatch(piece.lower())
            for part in elided.groups() if elided else (piece,):
                yield fold(part.replace("'", ""))


def take_apart(text: str, spelled: Callable[[str], str], breaks: frozenset[str]) -> Reply:
    """The reply in pieces; `spelled` says which words are meant by one, a word of `breaks` begins a clause."""
    whole = _NUMBER_SIGN.sub(" number ", plain(_without_quotes(text)))
    shortened, cut = _shortened(whole)
    clauses = tuple(_broken(_clauses(shortened, spelled), breaks))
    first = next((line for line in shortened.splitlines() if line.strip()), "")
    raw = tuple(_WORD.findall(shortened))
    return Reply(clauses, _emoji(text), raw, _squeezed(shortened), _spelled(first, spelled), cut)


def _squeezed(text: str) -> str:
    if len(text) > _MOST_SQUEEZED:
        return ""
    return fold("".join(one for one in text if one.isalnum() or one in "$@"))


def _broken(clauses: Iterable[Clause], breaks: frozenset[str]) -> Iterator[Clause]:
    for clause in clauses:
        begins = [0, *(at for at, word in enumerate(clause.words) if at and word in breaks), len(clause.words)]
        for begin, end in pairwise(begins):
            yield Clause(clause.words[begin:end], clause.sentence, clause.asks)


def _without_quotes(text: str) -> str:
    """Without what stands in quotation marks, which are somebody else's words, unless nothing else is left."""
    left = _QUOTED.sub(lambda found: " , " if len(found[0].split()) >= _QUOTED_WORDS else found[0], text)
    return left if any(one.isalnum() for one in left) else text


def _shortened(text: str) -> tuple[str, bool]:
    spans = [found.span() for found in _WORD.finditer(text)]
    if len(spans) <= MOST_WORDS:
        return text, False
    half = MOST_WORDS // 2
    return text[: spans[half - 1][1]] + "\n" + text[spans[-half][0] :], True


def _spelled(text: str, spelled: Callable[[str], str]) -> tuple[str, ...]:
    return tuple(piece for word in words_of(text) for piece in spelled(word).split())


def _clauses(text: str, spelled: Callable[[str], str]) -> Iterator[Clause]:
    found: list[tuple[tuple[str, ...], int]] = []
    asking: set[int] = set()
    at, sentence = 0, 0
    for mark in [*_END.finditer(text), None]:
        words = _spelled(text[at : mark.start() if mark else None], spelled)
        if words:
            found.append((words, sentence))
        if mark is None:
            break
        if "?" in mark[0] or "？" in mark[0]:
            asking.add(sentence)
        if _SENTENCE_ENDS.search(mark[0]):
            sentence += 1
        at = mark.end()
    return (Clause(words, where, where in asking) for words, where in found)


def _emoji(text: str) -> tuple[str, ...]:
    return tuple(one for one in text[: 4 * MOST_WORDS] if unicodedata.category(one) == "So")
