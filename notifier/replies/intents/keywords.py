"""The keywords of RULES.md S5 and S6, alone in any decoration. Colour: pure. Called by classify and sentences."""

import re
from collections.abc import Collection, Sequence

from notifier.replies.intents.normal import Reply
from notifier.replies.intents.phrasebook import Phrasebook
from notifier.terms.reply import Confidence, Intent, Wish
from notifier.terms.words import Channel, MessageClass

CANCEL = ("cancel",)
_LEET = str.maketrans({"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "$": "s", "@": "a"})
_LONGEST = 2
_DOUBLE = re.compile(r"(.)\1")


def keyword_wishes(reply: Reply, book: Phrasebook, channel: Channel) -> tuple[Wish, ...]:
    """What a reply wishes that is nothing but a keyword, however dressed; empty for any other reply."""
    found = _keywords(reply, book)
    if not found:
        return ()
    said = tuple(" ".join(word) for word in found)
    lists = book.keywords
    if found <= lists.opt_out:
        out = Wish(Intent.OPT_OUT, Confidence.CERTAIN, said)
        if CANCEL not in found:
            return (out,)
        order = Wish(Intent.CANCEL_ORDER, Confidence.LIKELY, said)
        return (order,) if channel is Channel.EMAIL and found == {CANCEL} else (out, order)
    if found <= lists.opt_in:
        return (Wish(Intent.OPT_IN, Confidence.CERTAIN, said, about=MessageClass.SERVICE),)
    if found <= lists.opt_in_offers:
        return (Wish(Intent.OPT_IN, Confidence.CERTAIN, said, about=MessageClass.MARKETING),)
    return (Wish(Intent.HELP, Confidence.CERTAIN, said),) if found <= lists.help else ()


def stands_alone(words: Sequence[str], book: Phrasebook) -> bool:
    """Whether a clause is nothing but a keyword that means an opt-out even inside a longer reply."""
    bare = [word for word in words if word not in book.padding and word not in book.lists["pointing"]]
    return bool(_in_keywords(bare, book.keywords.standing))


def is_shouted(reply: Reply, book: Phrasebook) -> bool:
    """Whether a keyword stands in capitals in a reply that is not written in capitals."""
    loud = any(word.isupper() and (word.lower(),) in book.keywords.standing for word in reply.raw)
    return loud and any(word.islower() for word in reply.raw)


def _keywords(reply: Reply, book: Phrasebook) -> set[tuple[str, ...]]:
    lists = book.keywords
    every = lists.opt_out | lists.opt_in | lists.opt_in_offers | lists.help
    bare = [word for word in reply.words if word not in book.padding]
    if found := _in_keywords(bare, every):
        return found
    pointed = [word for word in bare if word not in book.lists["pointing"]]
    if found := _in_keywords(pointed, lists.standing):
        return found
    for squeezed, allowed in ((reply.squeezed, every), (reply.squeezed.translate(_LEET), lists.standing)):
        for one in allowed:
            if squeezed == "".join(one):
                return {one}
    for one in lists.standing:
        if _is_row_of("".join(one), reply.squeezed):
            return {one}
    return set()


def _is_row_of(word: str, squeezed: str) -> bool:
    """`stopstop`, or `sstop`."""
    times = len(squeezed) // len(word)
    return times > 0 and (squeezed == word * times or _DOUBLE.sub(r"\1", squeezed) == word)


def _in_keywords(words: Sequence[str], allowed: Collection[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """The keywords that `words` are a row of; empty where there is any other word among them."""
    found: set[tuple[str, ...]] = set()
    at = 0
    while at < len(words):
        size = next((n for n in range(_LONGEST, 0, -1) if tuple(words[at : at + n]) in allowed), 0)
        if not size:
            return set()
        found.add(tuple(words[at : at + size]))
        at += size
    return found
