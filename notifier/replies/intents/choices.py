"""Digits, letters and their words, bound to nothing but what was offered (RULES.md S7). Colour: pure.

Called by classify.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from notifier.replies.intents.normal import Reply
from notifier.replies.intents.phrasebook import Phrasebook
from notifier.terms.reply import ACTS, DESTRUCTIVE, Confidence, Intent, Offered, OrderAction, Wish

_MOST_FAREWELL = 8
_FAREWELL_LINE = 5
_ARTICLES = frozenset("aeiouy")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a reply that is a choice and nothing else asks for; `wish` is None where it cannot be bound: `why` not."""

    wish: Wish | None
    why: str
    link: bool


def choice(reply: Reply, offered: Offered, book: Phrasebook) -> Chosen | None:
    """The choice that a reply is; None where it is something else."""
    whole = _picks(reply.words, book)
    picks = whole or _before_a_farewell(reply, book)
    if not picks:
        return None
    names = {_name(pick, book) for pick in picks}
    if names == {OrderAction.ETA.value} and any(book.keywords.actions.get(pick) for pick in picks):
        return Chosen(Wish(Intent.ASK_ETA, Confidence.CERTAIN, picks, _if_offered(OrderAction.ETA, offered)), "", False)
    if why := _not_bound(names, reply, offered):
        return Chosen(None, why, offered.anything)
    (name,) = names
    by_letter = name.isalpha()
    intent = Intent.TAKE_ALTERNATIVE if by_letter else ACTS[OrderAction(name)]
    doubtful = intent in DESTRUCTIVE and (not whole or _is_also_a_word(picks, reply, book))
    sure = Confidence.LIKELY if doubtful else Confidence.CERTAIN
    return Chosen(Wish(intent, sure, picks, name), "", name == OrderAction.SWAP)


def _if_offered(action: OrderAction, offered: Offered) -> str:
    return action.value if action in offered.actions and offered.one_line else ""


def _not_bound(names: set[str], reply: Reply, offered: Offered) -> str:
    if len(names) > 1:
        return "names more than one choice"
    (name,) = names
    if name not in offered.letters and name not in offered.actions:
        return f"{name} was not offered"
    if not offered.one_line:
        return "the message is about several lines, so a choice alone does not say which"
    return "asks about a choice instead of making it" if reply.asks else ""


def _picks(words: Sequence[str], book: Phrasebook) -> tuple[str, ...]:
    """The choices that `words` name, if they say nothing else."""
    bare = [word for word in words if word not in book.padding] or list(words)
    left = bare if len(bare) == 1 else [word for word in bare if word not in book.lists["around_choice"]]
    if any(word in book.keywords.actions for word in left):
        left = [word for word in left if word not in _ARTICLES]
    return tuple(left) if left and all(_name(word, book) for word in left) else ()


def _name(word: str, book: Phrasebook) -> str:
    """`1` to `9` or `A` to `Z`: what a word chooses; empty where it is no choice."""
    if word in book.keywords.actions:
        return book.keywords.actions[word].value
    word = book.numbers.get(word, word)
    return word.upper() if len(word) == 1 and word.isascii() and word.isalnum() else ""


def _is_also_a_word(picks: Sequence[str], reply: Reply, book: Phrasebook) -> bool:
    """A number in words, or `a` in small letters, may be the beginning of something else."""
    small = any(pick in _ARTICLES and pick.upper() not in reply.raw for pick in picks)
    return small or any(pick in book.numbers for pick in picks)


def _before_a_farewell(reply: Reply, book: Phrasebook) -> tuple[str, ...]:
    """The choice on the first line of a reply that says no more than a greeting and a name below."""
    picks = _picks(reply.first_line, book)
    rest = reply.words[len(reply.first_line) :]
    if not picks or len(rest) > _MOST_FAREWELL or any(one.isdigit() for word in rest for one in word):
        return ()
    calm = not any(word in book.lists["negation"] for word in rest) and not reply.asks
    names_only = sum(word not in book.padding for word in rest) <= _FAREWELL_LINE
    return picks if calm and names_only else ()
