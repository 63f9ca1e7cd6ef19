"""What the phrases of a reply say, each judged in its clause and sentence. Colour: pure. Called by classify.

A phrase counts for less in a question, behind a condition, in doubt, and for nothing where it is denied.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from notifier.replies.intents.keywords import is_shouted, stands_alone
from notifier.replies.intents.normal import Clause, Reply
from notifier.replies.intents.phrasebook import Mark, Phrasebook
from notifier.terms.reply import DESTRUCTIVE, Confidence, Intent
from notifier.terms.words import MessageClass

EVERYWHERE = "en"
"""The language of which people everywhere mix words into theirs."""

_BEFORE, _AFTER = 5, 2
"""How many words before a phrase, and behind it, a word that denies it may stand."""

_LEVELS = {
    "alone": Confidence.CERTAIN,
    "certain": Confidence.CERTAIN,
    "likely": Confidence.LIKELY,
    "shouted": Confidence.LIKELY,
    "offers": Confidence.CERTAIN,
    "mention": Confidence.GUESS,
}
_RANK = {Confidence.GUESS: 0, Confidence.LIKELY: 1, Confidence.CERTAIN: 2}


DENIAL = "denial"
"""The cue of a word that denies something, and is no part of a phrase that was found."""


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase that was found: what it asks for, how surely, and the words. `asked`: it asks how, not for it."""

    intent: Intent
    confidence: Confidence
    words: tuple[str, ...]
    about: MessageClass | None = None
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """All that a reply says. `denied` are intents that it says it does not want, `cues` what stands anywhere in it."""

    found: tuple[Found, ...]
    denied: frozenset[Intent]
    cues: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Span:
    mark: Mark
    begin: int
    end: int

    def meets(self, other: "_Span") -> bool:
        return self.begin < other.end and other.begin < self.end


def read_sentences(reply: Reply, book: Phrasebook) -> Said:
    """What every clause of the reply says."""
    found: list[Found] = []
    denied: set[Intent] = set()
    cues: set[str] = set()
    walls, shouted = book.lists["negation"], is_shouted(reply, book)
    behind: set[str] = set()
    sentence = -1
    for at, clause in enumerate(reply.clauses):
        if clause.sentence != sentence:
            sentence, behind = clause.sentence, set()
        if _stops_alone(reply.clauses, at, book) and not behind & {"condition", "doubt"}:
            found.append(Found(Intent.OPT_OUT, Confidence.LIKELY, clause.words))
        spans = _spans(clause, book, shouted=shouted and not clause.asks)
        here = {span.mark.name for span in spans if not span.mark.level}
        ahead = _condition_ahead(reply.clauses[at + 1 :], sentence, book)
        for span in _meant(spans):
            if _is_denied(span, clause.words, book):
                denied.add(Intent(span.mark.name))
            elif one := _judged(span, clause, spans, behind | ahead):
                found.append(one)
        if any(word in walls and not _lies_in(at, spans) for at, word in enumerate(clause.words)):
            cues.add(DENIAL)
        behind |= here
        cues |= here
    return Said(tuple(_best(found)), frozenset(denied), frozenset(cues))


def _spans(clause: Clause, book: Phrasebook, *, shouted: bool) -> list[_Span]:
    """Every phrase of the clause, but for conditions that are mere courtesy."""
    spans = [_Span(*one) for one in book.index.find(clause.words, book.padding, book.lists["negation"])]
    polite = [span for span in spans if span.mark.name == "courtesy"]
    return [
        span
        for span in spans
        if not (span.mark.name == "condition" and any(span.meets(one) for one in polite))
        and (shouted or span.mark.level != "shouted")
    ]


def _lies_in(at: int, spans: Iterable[_Span]) -> bool:
    return any(span.begin <= at < span.end for span in spans if span.mark.level)


def _stops_alone(clauses: Sequence[Clause], at: int, book: Phrasebook) -> bool:
    """Whether clause `at` is a keyword alone that begins or ends its sentence: not `stop and think`."""
    clause = clauses[at]
    if clause.asks or not stands_alone(clause.words, book):
        return False
    before = [one for one in clauses[max(0, at - 3) : at] if one.sentence == clause.sentence]
    after = [one for one in clauses[at + 1 : at + 2] if one.sentence == clause.sentence]
    if after and after[0].words[0] in book.lists["breaks"]:
        return False
    return not after or all(word in book.padding for one in before for word in one.words)


def read_whole(reply: Reply, book: Phrasebook) -> tuple[Intent, str, tuple[str, ...]] | None:
    """What a reply means that is nothing but one phrase of a list `alone`: intent, the list's language, words."""
    spans = [_Span(*one) for one in book.whole.find(reply.words, book.padding)]
    if not spans:
        return None
    best = min(spans, key=lambda one: list(Intent).index(Intent(one.mark.name)))
    return Intent(best.mark.name), best.mark.language, reply.words[best.begin : best.end]


def _condition_ahead(clauses: Sequence[Clause], sentence: int, book: Phrasebook) -> set[str]:
    """`condition` where a later clause of the sentence makes one."""
    for clause in clauses[:3]:
        if clause.sentence != sentence:
            break
        if any(mark.name == "condition" for mark, _, _ in book.index.find(clause.words, book.padding)):
            return {"condition_ahead"}
    return set()


def _meant(spans: Sequence[_Span]) -> Iterator[_Span]:
    """The spans of intents that no `never` of the same intent lies over."""
    never = [span for span in spans if span.mark.level == "never"]
    for span in spans:
        if span.mark.level not in _LEVELS:
            continue
        if not any(other.mark.name == span.mark.name and other.meets(span) for other in never):
            yield span


def _is_denied(span: _Span, words: Sequence[str], book: Phrasebook) -> bool:
    before = words[max(0, span.begin - _BEFORE) : span.begin]
    after = words[span.end : span.end + _AFTER]
    language = span.mark.language
    denials = book.negation[language] | book.negation.get(EVERYWHERE, frozenset())
    return any(word in denials for word in before) or any(word in book.negation_after[language] for word in after)


def _judged(span: _Span, clause: Clause, spans: Iterable[_Span], elsewhere: set[str]) -> Found | None:
    """What a span asks for, given the cues around it; None where nothing is left of it."""
    before = {one.mark.name for one in spans if not one.mark.level and one.begin < span.begin + 1}
    here = {one.mark.name for one in spans if not one.mark.level} | elsewhere
    intent, sure = Intent(span.mark.name), _LEVELS[span.mark.level]
    about = MessageClass.MARKETING if span.mark.level == "offers" else None
    found = Found(intent, sure, clause.words[span.begin : span.end], about)
    asks = clause.asks or "question" in before
    if intent is Intent.OPT_OUT:
        if clause.asks and len(found.words) == len(clause.words) == 1:
            return replace(found, confidence=Confidence.GUESS)
        if "condition" in before | (elsewhere - {"condition_ahead"}) or "mistake" in here:
            return replace(found, confidence=Confidence.GUESS)
        return replace(found, confidence=_at_most(sure, Confidence.LIKELY)) if asks or "doubt" in before else found
    if intent in DESTRUCTIVE or intent is Intent.ACCEPT_DELAY:
        if asks and not ("request" in before and "question" not in before):
            return replace(found, confidence=Confidence.GUESS, asked="question" in before)
        if asks or here & {"condition", "condition_ahead", "doubt", "request"}:
            return replace(found, confidence=_at_most(sure, Confidence.LIKELY))
    return found


def _at_most(one: Confidence, other: Confidence) -> Confidence:
    return one if _RANK[one] <= _RANK[other] else other


def _best(found: Iterable[Found]) -> Iterator[Found]:
    """Of each intent the surest, of these the longest; an opt-out of everything outweighs one of offers."""
    best: dict[tuple[Intent, bool], Found] = {}
    for one in found:
        key = (one.intent, one.asked)
        old = best.get(key)
        if old is None or _weight(one) > _weight(old):
            best[key] = one
    return iter(best.values())


def _weight(one: Found) -> tuple[int, bool, int]:
    return _RANK[one.confidence], one.about is None, len(one.words)
