"""The customer's own new words in a letter. Colour: pure. Called by read.

Own checks first; then mail-parser-reply looks at what they left, for marks of languages that they do not know. It is
given short lines without empty runs, because its patterns take minutes for thousands of empty lines.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailparser_reply import EmailReplyParser

from notifier.replies.mail.quotes import CUT, without_quotes
from notifier.replies.mail.signatures import without_signature
from notifier.terms.incoming import MOST_WORDS

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "cs", "da", "sv", "ja", "ko", "zh", "david")
"""Of the library's languages, without Polish: it takes any line that begins with `Data:` for a header."""
SHORT = 160
SEEN_LINES = 150
"""Characters and lines that the library gets: a fifth of a second at worst."""

_NAMES_SOMEBODY = re.compile(r"\d|@")


@dataclass(frozen=True, slots=True)
class Words:
    """New words. `quoted`: others' were left out, `unclear`: they may have been the customer's, `cut`: too long.

    `below` are sentences below a signature: a motto, or what was forgotten above it.
    """

    text: str
    quoted: bool = False
    unclear: bool = False
    cut: bool = False
    below: str = ""


def new_words(text: str, name: str) -> Words:
    """What the writer of this letter wrote now; `name` is who From says it is."""
    kept = without_quotes(text)
    lines = _tidy(kept.lines)
    seen = _second_opinion(lines)
    above, below = without_signature(lines[:seen] if seen is not None else lines, name)
    joined = "\n".join(_tidy(above))
    unclear, cut = kept.unclear or seen is not None, len(joined) > MOST_WORDS
    return Words(joined[:MOST_WORDS], kept.quoted, unclear, cut, "\n".join(below)[:MOST_WORDS])


def _tidy(lines: Sequence[str]) -> list[str]:
    """Without blanks around, and with single blank lines at most; CUT is one."""
    tidy: list[str] = []
    for line in lines:
        bare = line.strip()
        empty = bare in ("", CUT)
        if empty and tidy and tidy[-1] in ("", CUT):
            tidy[-1] = max(tidy[-1], bare)
        elif tidy or not empty:
            tidy.append(bare)
    while tidy and tidy[-1] in ("", CUT):
        tidy.pop()
    return tidy


def _second_opinion(lines: Sequence[str]) -> int | None:
    """The line from which on the library finds an older mail that names a day or an address; None: nowhere."""
    short = "\n".join(line[:SHORT] if line != CUT else "" for line in lines[:SEEN_LINES])
    replies = EmailReplyParser(languages=list(LANGUAGES)).read(short).replies
    older = next((one for one in replies if one.headers), None)
    if older is None or not _NAMES_SOMEBODY.search(older.headers or ""):
        return None
    own: list[str] = [one.content for one in replies[: replies.index(older)]]
    return sum(content.count("\n") + 1 for content in own if content)
