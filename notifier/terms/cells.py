"""What a spreadsheet would take for a formula, made harmless (HOSTILE.md 16). Colour: ground.

Used by whatever writes a CSV that a person opens: exports, reject files.
"""

import re

_START = "=+\\-@\t\r＝＋－＠"
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*")
_AT_START = re.compile(rf"\s*[{_START}]")
_AFTER_DELIMITER = re.compile(rf"([;,|\t\r\n]\s*[\"']*\s*)(?=[{_START}])")


def harmless(cell: str) -> str:
    """`cell` with a leading `'` where it begins like a formula, and after a delimiter in it; numbers stay as they are.

    A delimiter inside a cell counts, because a spreadsheet in another country splits the line at another one.
    """
    if _NUMBER.fullmatch(cell):
        return cell
    quoted = _AFTER_DELIMITER.sub(r"\1'", cell)
    return f"'{quoted}" if _AT_START.match(cell) else quoted
