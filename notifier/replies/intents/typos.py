"""Long words with one letter wrong, left out, doubled or exchanged. Colour: pure. Called by phrasebook and classify.

Only words of many letters are mended: `testing` is no `texting`, but nothing else is near `unsubscribe`. Each word is
looked up by what is left of it without one letter, so the cost is that of its length.
"""

from collections.abc import Iterable, Iterator

SHORTEST, LONGEST = 9, 20


class Typos:
    """The words of the lists that are long enough, findable with one fault."""

    def __init__(self, words: Iterable[str]) -> None:
        self._known = frozenset(word for word in words if SHORTEST <= len(word) <= LONGEST and word.isascii())
        self._near: dict[str, set[str]] = {}
        for word in sorted(self._known):
            for left in (word, *_shorter(word)):
                self._near.setdefault(left, set()).add(word)

    def mended(self, word: str) -> str:
        """The one known word that `word` is near to; else `word` itself. Another ending is no fault."""
        if not SHORTEST - 1 <= len(word) <= LONGEST or word in self._known or not word.isalpha():
            return word
        found = set().union(*(self._near.get(left, ()) for left in (word, *_shorter(word))))
        fits = {one for one in found if one[0] == word[0] and one[-2:] == word[-2:]}
        return fits.pop() if len(fits) == 1 else word


def _shorter(word: str) -> Iterator[str]:
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]
