"""Two texts beside each other, line by line. Colour: pure. Called by the console's page of a template's history."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

AROUND = 2
"""Lines that are the same, before and after each difference."""
MOST_LINES = 4_000
"""Of either text: to compare more takes seconds."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of both. A number of 0: that side has no such line. `changed`: they differ; `gap`: some are left out."""

    before: str = ""
    after: str = ""
    before_line: int = 0
    after_line: int = 0
    changed: bool = False
    gap: bool = False


def side_by_side(before: str, after: str) -> list[Row]:
    """The rows around each difference; none where there is none."""
    old, new = before.splitlines()[:MOST_LINES], after.splitlines()[:MOST_LINES]
    rows: list[Row] = []
    groups = list(SequenceMatcher(None, old, new, autojunk=True).get_grouped_opcodes(AROUND))
    for number, group in enumerate(groups):
        if number:
            rows.append(Row(gap=True))
        for kind, from_old, to_old, from_new, to_new in group:
            rows += _rows(old[from_old:to_old], new[from_new:to_new], (from_old, from_new), changed=kind != "equal")
    return rows


def _rows(old: list[str], new: list[str], starts: tuple[int, int], *, changed: bool) -> Iterator[Row]:
    for n in range(max(len(old), len(new))):
        here, there = n < len(old), n < len(new)
        yield Row(
            before=old[n] if here else "",
            after=new[n] if there else "",
            before_line=starts[0] + n + 1 if here else 0,
            after_line=starts[1] + n + 1 if there else 0,
            changed=changed,
        )
