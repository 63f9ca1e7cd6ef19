"""Lines that only say who writes and from which phone. Colour: pure. Called by new_words.

Rather a name too much than a word too few: what follows thanks is kept, a postscript is kept.
"""

import re
from collections.abc import Sequence

from notifier.replies.mail.labels import AFTER, CLOSING, DISCLAIMER, FOOTER, RECIPIENT, SHORT_CLOSING, folded
from notifier.replies.mail.quotes import CUT

MOST_NAMES = 4

_DELIMITER = re.compile(r"\s{0,3}(?:--|—|––)\s{0,3}")
_RULE = re.compile(r"[\s_=*~-]{5,}")
_ADDRESS = re.compile(r"@|\bwww\.|://")
_LETTERS = re.compile(r"[^\W\d_]+")
_NAME = re.compile(r"(?:[^\W\d_][\w.'-]{0,30}[ ,]{0,2}){0,4}")


def without_signature(lines: Sequence[str], name: str) -> tuple[list[str], list[str]]:
    """The lines above the signature, and a postscript below it; and those left out that read like sentences.

    `name` is the writer's own as From shows it. A signature ends where a quote was cut out: what follows is an answer.
    """
    kept: list[str] = []
    below: list[str] = []
    signing, disclaiming = False, False
    for at, line in enumerate(lines):
        if line == CUT:
            signing, disclaiming = False, False
            kept.append("")
            continue
        plain = folded(line)
        if plain and (FOOTER.match(plain) or _RULE.fullmatch(plain)):
            continue
        if AFTER.match(plain + " "):
            signing = False
        elif any(one.strip() for one in kept):
            disclaiming = disclaiming or _disclaims(lines, at)
            signs = _signs(line, plain, name)
            if signing and not (signs or disclaiming) and _speaks(line):
                below.append(line)
            signing = signing or signs or disclaiming
        if not signing:
            kept.append(line)
    return _without_name(kept, name), below


def _speaks(line: str) -> bool:
    """Whether a line below a signature's mark reads like a sentence: most of its words begin small, as in no title."""
    words = _LETTERS.findall(line)
    small = sum(not one[0].isupper() for one in words)
    ends = line.rstrip().endswith((".", "!", "?"))
    return len(words) >= (2 if ends else 3) and small * 2 >= len(words) and not _ADDRESS.search(line)


def _signs(line: str, plain: str, name: str) -> bool:
    """Whether a line is the mark above a signature, or how a letter ends, perhaps with the name behind it."""
    if _DELIMITER.fullmatch(line):
        return True
    if brief := SHORT_CLOSING.match(plain):
        behind = set(_LETTERS.findall(brief["name"]))
        return not brief["name"] or (bool(behind) and behind <= set(_LETTERS.findall(folded(name))))
    found = CLOSING.match(plain)
    if not found:
        return False
    # The name begins where folding left it: marks may be gone, so the words are counted from the end.
    words = line.split()[-len(found["name"].split()) :] if found["name"] else []
    return len(words) <= MOST_NAMES and all(one[:1].isupper() for one in words) and bool(_NAME.match(found["name"]))


def _disclaims(lines: Sequence[str], at: int) -> bool:
    """Whether a paragraph begins here that a company adds below each mail."""
    if at and lines[at - 1].strip():
        return False
    paragraph = []
    for line in lines[at : at + 12]:
        if not line.strip():
            break
        paragraph.append(folded(line))
    joined = " ".join(paragraph)
    return bool(DISCLAIMER.search(joined) and RECIPIENT.search(joined))


def _without_name(lines: list[str], name: str) -> list[str]:
    """Without the writer's own name in the last lines, unless nothing else is left."""
    own = set(_LETTERS.findall(folded(name)))
    left = list(lines)
    while left and own and any(one.strip() for one in left[:-1]):
        words = _LETTERS.findall(folded(left[-1]))
        if left[-1].strip() and not (words and all(_is_name(one, own) for one in words) and len(words) <= MOST_NAMES):
            break
        left.pop()
    return left


def _is_name(word: str, own: set[str]) -> bool:
    return word in own or (len(word) == 1 and any(one.startswith(word) for one in own))
