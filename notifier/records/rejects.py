"""The files beside an import: rejected rows, and values that were dropped from rows that were kept. Colour: store."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from notifier.errors import ImportRefused
from notifier.terms.cells import harmless

HEADER = ("line", "field", "reason", "row")


class SideFile:
    """A CSV that comes into being with its first row; one left over from an earlier import of the same file goes."""

    def __init__(self, folder: Path, name: str, what: str) -> None:
        self.path = folder / f"{name}.{what}.csv"
        self._stream: IO[str] | None = None
        self._writer: Any = None
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise ImportRefused(f"{self.path}: cannot be written ({error}); rejected rows go there") from error

    def add(self, line: int, column: str, reason: str, cells: Sequence[str]) -> None:
        """One row: where, which field, why, and the row as it was in the file."""
        if self._stream is None:
            try:
                self._stream = self.path.open("w", encoding="utf-8", newline="", errors="backslashreplace")
            except OSError as error:
                raise ImportRefused(f"{self.path}: cannot be written ({error}); rejected rows go there") from error
            self._writer = csv.writer(self._stream)
            self._writer.writerow(HEADER)
        self._writer.writerow((line, column, harmless(reason), _raw(cells)))

    def close(self) -> str | None:
        """Close it; returns its path, None when there was nothing to write."""
        if self._stream is None:
            return None
        self._stream.close()
        return str(self.path)


def _raw(cells: Sequence[str]) -> str:
    """The cells as one line of CSV, each made harmless for whoever splits them again (HOSTILE.md 16)."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow([harmless(cell).replace("\0", "\\0") for cell in cells])
    line = text.getvalue()
    # a number stays as it is in its own cell, but at the head of a line a spreadsheet takes its sign for a formula's
    return f"'{line}" if line[:1] in ("+", "-") else line
