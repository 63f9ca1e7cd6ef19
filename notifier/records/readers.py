"""Reads rows out of CSV, JSON Lines and JSON, one at a time, in constant memory. Colour: store. Called by importer.

A row comes as its cells in the order of the file's columns. What is wrong with one row rejects that row; what makes the
rest of the file doubtful refuses the file.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from typing import Any, NamedTuple, NoReturn, Protocol

from notifier.errors import ImportRefused
from notifier.records.columns import header_shown
from notifier.records.inspect import Feed, Shape
from notifier.records.json_keys import DECODER, KeyTwiceError

LARGEST_CELL = 1_000_000
LARGEST_RECORD = 4_000_000
"""Characters of one record, all its lines together: it is in memory as a whole."""
MOST_COLUMNS = 1000
_CHUNK = 256 * 1024


class RawRow(NamedTuple):
    """One row as it stands in the file. `fault` says why its cells cannot be trusted ("" when they can)."""

    line: int
    cells: Sequence[str]
    fault: str = ""

    @property
    def blank(self) -> bool:
        """Whether there is nothing in it."""
        return not self.fault and not any(map(str.strip, self.cells))


class Rows(Protocol):
    """A file, or a query's answer, as rows. `columns` are known before the first row."""

    name: str
    columns: tuple[str, ...]

    def __iter__(self) -> Iterator[RawRow]: ...

    def position(self) -> int:
        """Bytes read so far, for the progress bar."""
        ...


def open_rows(shape: Shape) -> Rows:
    """Return the rows of the inspected file. Raises ImportRefused for a header that cannot be used."""
    return CsvRows(shape) if shape.layout == "csv" else JsonRows(shape)


def cell_fault(cells: Sequence[str]) -> str:
    """Why a row of text cannot be stored as it is: NUL bytes and lone surrogates (HOSTILE.md 4)."""
    joined = "\x1f".join(cells)
    if "\0" in joined:
        return "has a NUL byte; the file is damaged here"
    if not joined.isascii():
        try:
            joined.encode()
        except UnicodeEncodeError:
            return "has half a character (a lone surrogate); the file is damaged here"
    return ""


class CsvRows:
    """Rows of a delimited file; iterating again reads it again."""

    def __init__(self, shape: Shape) -> None:
        self.name, self._shape, self._feed = shape.path.name, shape, None
        feed = Feed(shape)
        try:
            header = next(_records(feed.text, shape), None)
        finally:
            feed.close()
        if header is None or header.fault:
            fault = header.fault if header else "is missing"
            raise ImportRefused(f"{shape.path}, line {header.line if header else 1}: the header {fault}")
        self.columns = tuple(_header(shape, header.cells))

    _feed: Feed | None

    def position(self) -> int:
        """Bytes read so far."""
        return self._feed.position() if self._feed else self._shape.size

    def __iter__(self) -> Iterator[RawRow]:
        self._feed = Feed(self._shape)
        width = len(self.columns)
        try:
            records = _records(self._feed.text, self._shape)
            next(records, None)
            for row in records:
                found = len(row.cells)
                if row.fault or found == width:
                    yield row
                elif not any(map(str.strip, row.cells)):
                    yield RawRow(row.line, ())
                elif found > width and not any(row.cells[width:]):
                    yield RawRow(row.line, row.cells[:width])
                else:
                    yield RawRow(row.line, row.cells, f"has {found} cells where the header has {width}")
        finally:
            self._feed.close()
            self._feed = None


def _header(shape: Shape, cells: Sequence[str]) -> Iterator[str]:
    seen: set[str] = set()
    for cell in cells:
        name = cell.strip().lstrip("\ufeff")
        folded = name.casefold()
        if folded and folded in seen:
            raise ImportRefused(
                f"{shape.path}, line 1: two columns have the same name; rename one. It has {header_shown(cells)}"
            )
        seen.add(folded)
        yield name


def _lines(text: TextIOWrapper, shape: Shape) -> Iterator[str]:
    number = 0
    while line := text.readline(LARGEST_RECORD):
        number += 1
        if len(line) == LARGEST_RECORD:
            raise ImportRefused(f"{shape.path}, line {number}: longer than {LARGEST_RECORD:,} characters; no row is")
        yield line


class _Record:
    """The lines of the record at hand, counted, because a quoted cell may span any number of them."""

    def __init__(self, lines: Iterator[str], shape: Shape) -> None:
        self._lines, self._shape, self._line, self._length = lines, shape, 1, 0

    def begin(self, line: int) -> None:
        """A new record begins in this line."""
        self._line, self._length = line, 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self._length += len(line)
            if self._length > LARGEST_RECORD:
                raise ImportRefused(
                    f"{self._shape.path}, line {self._line}: the record that begins here is longer than "
                    f"{LARGEST_RECORD:,} characters; perhaps a quotation mark never closes"
                )
            yield line


def _records(text: TextIOWrapper, shape: Shape) -> Iterator[RawRow]:
    csv.field_size_limit(LARGEST_CELL)  # of the whole process: the csv module knows no other way
    lines = _lines(text, shape)
    for _ in range(shape.skip):
        next(lines, None)
    record = _Record(lines, shape)
    reader = csv.reader(record, delimiter=shape.delimiter, strict=True)
    while True:
        line = reader.line_num + 1 + shape.skip
        record.begin(line)
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield RawRow(line, (), _quote_fault(str(error), shape, line))
            continue
        yield RawRow(line, cells, cell_fault(cells))


def _quote_fault(error: str, shape: Shape, line: int) -> str:
    if "unexpected end of data" in error:
        raise ImportRefused(f"{shape.path}, line {line}: a quotation mark opens here and never closes; mend the file")
    if "field larger" in error:
        raise ImportRefused(
            f"{shape.path}, line {line}: a cell is larger than 1 MB; perhaps a quotation mark here never closes"
        )
    return "has a quotation mark in the wrong place; double it inside a quoted cell"


class JsonRows:
    """Objects of a JSON array, of the first array in an object, or of JSON Lines. Nested keys read as `outer.inner`.

    The columns are the union of all objects' keys, which costs one reading of the file.
    """

    def __init__(self, shape: Shape) -> None:
        self.name, self._shape, self._feed = shape.path.name, shape, None
        names: dict[str, None] = {}
        for _, value, fault in self._objects():
            if not fault:
                names.update(dict.fromkeys(value))
            if len(names) > MOST_COLUMNS:
                raise ImportRefused(f"{shape.path}: has more than {MOST_COLUMNS} different keys; no list of rows does")
        self.columns = tuple(_header(shape, tuple(names)))
        self._keys = tuple(names)

    _feed: Feed | None

    def position(self) -> int:
        """Bytes read so far."""
        return self._feed.position() if self._feed else self._shape.size

    def __iter__(self) -> Iterator[RawRow]:
        for line, value, fault in self._objects():
            cells = [value.get(name, "") for name in self._keys]
            yield RawRow(line, cells, fault or cell_fault(cells))

    def _objects(self) -> Iterator[tuple[int, dict[str, str], str]]:
        self._feed = Feed(self._shape)
        try:
            if self._shape.layout == "jsonl":
                yield from _json_lines(self._feed.text, self._shape)
            else:
                yield from _JsonArray(self._feed.text, self._shape).objects()
        finally:
            self._feed.close()
            self._feed = None


def _cells(value: Any, shape: Shape, line: int) -> tuple[dict[str, str], str]:
    if not isinstance(value, dict):
        return {}, "is no JSON object"
    found: dict[str, str] = {}
    todo = [("", value)]
    while todo:
        prefix, part = todo.pop()
        for key, item in part.items():
            if isinstance(item, dict):
                todo.append((f"{prefix}{key}.", item))
            else:
                found[f"{prefix}{key}"] = _cell(item, shape, line)
    return found, ""


def _cell(item: Any, shape: Shape, line: int) -> str:
    if item is None:
        return ""
    if isinstance(item, bool):
        return "true" if item else "false"
    text = item if isinstance(item, str) else json.dumps(item)
    if len(text) > LARGEST_CELL:
        raise ImportRefused(f"{shape.path}, line {line}: a value is larger than 1 MB")
    return text


def _json_lines(text: TextIOWrapper, shape: Shape) -> Iterator[tuple[int, dict[str, str], str]]:
    for line, raw in enumerate(_lines(text, shape), start=1):
        if not raw.strip():
            yield line, {}, ""
            continue
        try:
            value = DECODER.decode(raw.lstrip("\ufeff"))
        except KeyTwiceError as error:
            raise ImportRefused(f"{shape.path}, line {line}: the key {str(error)!r} is there twice; keep one") from None
        except (ValueError, RecursionError):
            yield line, {}, "is no JSON"
            continue
        yield (line, *_cells(value, shape, line))


class _JsonArray:
    """One JSON document read by and by: only the object at hand is in memory."""

    def __init__(self, text: TextIOWrapper, shape: Shape) -> None:
        self._text, self._shape = text, shape
        self._buffer, self._at, self._line, self._ended = "", 0, 1, False

    def objects(self) -> Iterator[tuple[int, dict[str, str], str]]:
        """Line, cells and fault of each object."""
        self._enter()
        while True:
            mark = self._peek()
            if mark == ",":
                self._skip(1)
            elif mark == "]":
                return
            else:
                line = self._line
                yield (line, *_cells(self._value(), self._shape, line))

    def _enter(self) -> None:
        if self._peek() == "[":
            self._skip(1)
            return
        self._skip(1)
        while self._peek() != "}":
            if self._peek() == ",":
                self._skip(1)
                self._peek()
            self._value()
            if self._peek() != ":":
                self._refuse("is no JSON object")
            self._skip(1)
            if self._peek() == "[":
                self._skip(1)
                return
            self._value()
        self._refuse("holds no list of rows")

    def _more(self) -> None:
        chunk = self._text.read(_CHUNK)
        if not chunk:
            self._ended = True
        self._buffer, self._at = self._buffer[self._at :] + chunk, 0
        if len(self._buffer) > LARGEST_RECORD:
            self._refuse(f"one object is longer than {LARGEST_RECORD:,} characters")

    def _peek(self) -> str:
        while True:
            while self._at < len(self._buffer) and self._buffer[self._at] in " \t\r\n\ufeff":
                self._skip(1)
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if self._ended:
                self._refuse("ends before its list of rows does; the file is cut off")
            self._more()

    def _skip(self, count: int) -> None:
        self._line += self._buffer.count("\n", self._at, self._at + count)
        self._at += count

    def _value(self) -> Any:
        while True:
            try:
                value, end = DECODER.raw_decode(self._buffer, self._at)
            except KeyTwiceError as error:
                self._refuse(f"has the key {str(error)!r} twice in one object; keep one")
            except RecursionError:
                self._refuse("is nested too deeply")
            except ValueError as error:
                if self._ended:
                    self._refuse(f"is no valid JSON ({error})")
                self._more()
                continue
            if end == len(self._buffer) and not self._ended:
                self._more()  # a number may go on in the next chunk
                continue
            self._skip(end - self._at)
            return value

    def _refuse(self, why: str) -> NoReturn:
        raise ImportRefused(f"{self._shape.path}, line {self._line}: the JSON {why}")
