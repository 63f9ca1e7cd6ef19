"""An Excel workbook becomes CSV: its first sheet, as text. Colour: store. Called by pipeline.imports.

A cell that Excel shows as a date is written as an ISO date, so that nobody guesses day or month (HOSTILE.md 8); what
Excel has mangled before (a phone number in scientific notation) is rejected later, row by row, as it is in CSV.
"""

import csv
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from notifier.errors import ImportRefused

MAGIC = b"PK\x03\x04"
MOST_UNPACKED = 512 * 1024**2
LARGEST_RATIO = 200
"""A workbook that grows beyond this is a bomb: sheets shrink to a twentieth at best (HOSTILE.md 10)."""
_RATIO_FROM = 16 * 1024**2
MOST_ROWS = 1_048_576
MOST_COLUMNS = 1000


def is_workbook(path: Path) -> bool:
    """Whether it is a zip archive that calls itself a workbook; anything else is read, or refused, as it is."""
    try:
        with path.open("rb") as file:
            begins = file.read(4) == MAGIC
        if not begins:
            return False
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def write_csv(path: Path, into: Path) -> str:
    """Write the first sheet of the workbook `path` as CSV (UTF-8) to `into`; returns the sheet's name.

    Raises ImportRefused for one that is damaged, locked by a password, empty, or unpacks to far more than it is.
    """
    _refuse_bombs(path)
    from openpyxl import load_workbook  # a tenth of a second that only workbooks need

    try:
        with path.open("rb") as file:  # of a path it would ask for the name's ending
            book = load_workbook(file, read_only=True, data_only=True)
            sheet = next((one for one in book.worksheets if one.sheet_state == "visible"), None)
            if sheet is None:
                raise ImportRefused(f"{path.name}: the workbook has no sheet that can be seen")
            _write(sheet, path.name, into)
            return str(sheet.title)
    except ImportRefused:
        raise
    except Exception as error:
        raise ImportRefused(
            f"{path.name}: the workbook cannot be read ({type(error).__name__}); save it again, or as CSV (UTF-8)"
        ) from error


def _refuse_bombs(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        whole = sum(one.file_size for one in archive.infolist())
    if whole > MOST_UNPACKED or (whole > _RATIO_FROM and whole > LARGEST_RATIO * path.stat().st_size):
        raise ImportRefused(
            f"{path.name}: unpacks to {whole // 1024**2} MB, which no export does; save it as CSV (UTF-8)"
        )


def _write(sheet: Any, name: str, into: Path) -> None:
    with into.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        width = 0
        for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            row = _without_the_blank_end([_text(cell) for cell in cells])
            if number > MOST_ROWS or len(row) > MOST_COLUMNS:
                raise ImportRefused(f"{name}: has too many rows or columns; save what matters as CSV (UTF-8)")
            width = width or len(row)
            out.writerow([*row, *[""] * (width - len(row))])


def _without_the_blank_end(row: list[str]) -> list[str]:
    """A sheet is as wide as its widest row was ever formatted; a row that says more than the header keeps it."""
    while row and not row[-1]:
        row.pop()
    return row


def _text(cell: Any) -> str:
    """One cell on one line, so that a row of the sheet is a line of the file and faults name the right one."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
        case date() | time():
            return cell.isoformat()
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
    return " ".join(str(cell).splitlines())
