"""Lines that others wrote: quotes, what stands above them, copied headers, forwarded threads. Colour: pure.
Called by new_words.

A quoted `> reply YES` must never be read (HOSTILE 71), so what cannot be told apart is left unread, and that is said.
"""

import re
from dataclasses import dataclass

from notifier.replies.mail.labels import ABOVE, DATED, FIRST_PERSON, FROM, OPENS, OTHER_LABELS, REST, WROTE, folded

MOST_LINES = 4_000
"""Lines that are looked at; what is below them is left out."""
WRAPS_AT = 60
"""Characters from which a quoted line may have been broken in two, so that its end stands below without a mark."""
ATTRIBUTION_LINES = 4
LONGEST_ATTRIBUTION = 400
HEADER_LINES = 6

CUT = "\ufffc"

_QUOTED = re.compile(r"\s{0,20}(?:>|＞|&gt;)")
_DECORATION = re.compile(r"[*_]+|^\s+")


@dataclass(frozen=True, slots=True)
class Kept:
    """What is left, with a line CUT wherever something was taken away. `quoted`: it was taken as others', `unclear`: it
    may have been the customer's.
    """

    lines: tuple[str, ...]
    quoted: bool
    unclear: bool


@dataclass(frozen=True, slots=True)
class _Line:
    """One line: as it stands, folded without bold marks, and whether it is marked as a quote."""

    text: str
    plain: str
    quoted: bool


def without_quotes(text: str) -> Kept:
    """The lines that nobody but the writer of this mail wrote."""
    all_lines = text.split("\n")
    lines = [_Line(one, folded(_DECORATION.sub("", one)), bool(_QUOTED.match(one))) for one in all_lines[:MOST_LINES]]
    end, doubtful = _end(lines)
    own: list[str] = []
    quoted, unclear = end < len(lines), doubtful or len(all_lines) > MOST_LINES
    at = 0
    while at < end:
        taken = _attribution(lines, at)
        if not taken and lines[at].quoted:
            broken = _broken(lines, at, end)
            unclear = unclear or broken > 0
            taken = 1 + broken
        if not taken:
            own.append(lines[at].text)
        elif own[-1:] != [CUT]:
            own.append(CUT)
        quoted = quoted or taken > 0
        at += taken or 1
    return Kept(tuple(own), quoted, unclear)


def _end(lines: list[_Line]) -> tuple[int, bool]:
    """The first line below which only older mails follow; whether the customer may have written what is below it."""
    for at, line in enumerate(lines):
        if not line.plain or line.quoted:
            continue
        if REST.match(line.plain) or ABOVE.search(line.plain) or _copied_header(lines, at):
            return at, False
        above = _attribution(lines, at)
        if above and not _quote_follows(lines, at + above):
            return at, not any("@" in one.plain for one in lines[at : at + above])
    return len(lines), False


def _quote_follows(lines: list[_Line], at: int) -> bool:
    while at < len(lines) and not lines[at].plain:
        at += 1
    return at < len(lines) and lines[at].quoted


def _attribution(lines: list[_Line], at: int) -> int:
    """How many lines from `at` on say who wrote what follows (`On …, … wrote:`); 0: none.

    Where no quote follows, it must name an address or a time: else it may be a sentence of the customer's.
    """
    opened = bool(OPENS.match(lines[at].plain))
    joined = ""
    for count, line in enumerate(lines[at : at + ATTRIBUTION_LINES], 1):
        if not line.plain or line.quoted or (count > 1 and not opened):
            return 0
        joined = f"{joined} {line.plain}"
        if len(joined) > LONGEST_ATTRIBUTION:
            return 0
        if WROTE.search(joined):
            if FIRST_PERSON.search(joined):
                return 0
            return count if DATED.search(joined) or _quote_follows(lines, at + count) else 0
    return 0


def _copied_header(lines: list[_Line], at: int) -> bool:
    """Whether a header begins here: From and another label near it, or three others one below the other."""
    kinds: set[str] = set()
    for line in lines[at : at + HEADER_LINES]:
        kind = _label(line.plain)
        if not kind and not kinds:
            return False
        kinds.add(kind)
    kinds.discard("")
    return len(kinds) >= 3 or ("from" in kinds and bool(kinds & {"sent", "subject", "to"}))


def _label(plain: str) -> str:
    if FROM.match(plain):
        return "from"
    return next((kind for kind, label in OTHER_LABELS.items() if label.match(plain)), "")


def _broken(lines: list[_Line], at: int, end: int) -> int:
    """How many lines directly below a long quoted line begin with its end, perhaps, broken off by a mail program."""
    if len(lines[at].text) < WRAPS_AT:
        return 0
    below = at + 1
    while below < end and lines[below].plain and not lines[below].quoted and not _attribution(lines, below):
        below += 1
    return below - at - 1
