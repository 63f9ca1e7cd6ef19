"""Finds out what a file is before anything of it is taken: layout, encoding, delimiter, line ends. Colour: store.

Called by importer. A file is read once from end to end here, so that a wrong encoding refuses it instead of half of it.
"""

import codecs
import csv
import gzip
import io
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import IO, cast

from charset_normalizer import from_bytes

from notifier.errors import ImportRefused
from notifier.records.profile import Profile

SAMPLE = 256 * 1024
CHUNK = 1024 * 1024
LARGEST_RATIO = 200
"""A gzip that grows beyond this once 64 MB are out is a bomb: exports shrink to a thirtieth at best (HOSTILE.md 10)."""
_RATIO_FROM = 64 * 1024 * 1024

_FOREIGN = {
    b"PK\x03\x04": "an Excel workbook or a zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"SQLite format 3\0": "a SQLite database",
    b"PAR1": "a Parquet file",
}
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = ",;\t|"
_LIKELY = (
    "cp1252 cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 cp1257 cp932 gb18030 big5 cp949 euc_jp koi8_r mac_roman cp850 "
    "cp437 iso8859_2 iso8859_5 iso8859_7"
).split()
"""What shops export in; among all code pages charset-normalizer guesses too freely (French cp1252 as big5)."""
_ODD = re.compile(
    r"[^\W\d_][£¤¥¦§©¬®¯±²³µ¶¹»¼½¾‹›†‡•…][^\W\d_]|(?<!\w)[£¯³¹][^\W\d_]{2}|[^\W\d_a-zA-Z]{3}|[a-zß-ÿ][À-ÞŠŒŽŸ][a-zß-ÿ]"
)
"""No word of a Western language: a sign between letters, three accented letters in a row, a capital within."""
_LONGEST_SHOWN = 40

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Shape:
    """What the file turned out to be. `layout` is csv, json or jsonl; `digest` is of its text, `skip` its sep= line."""

    path: Path
    layout: str
    encoding: str
    compressed: bool
    delimiter: str = ""
    line_ends: str = ""
    skip: int = 0
    digest: str = ""
    size: int = 0
    note: str = ""
    """What the reader should know of a guess: that the encoding is one, with an example to look at."""


class Feed:
    """The file opened for one reading, with its place in the bytes on disk for the progress bar."""

    def __init__(self, shape: Shape) -> None:
        self._disk = shape.path.open("rb")
        opened = gzip.GzipFile(fileobj=self._disk) if shape.compressed else self._disk
        self.text = io.TextIOWrapper(cast(IO[bytes], opened), encoding=shape.encoding, errors="strict", newline="")

    def position(self) -> int:
        """Bytes read from the disk so far."""
        return self._disk.tell()

    def close(self) -> None:
        """Close the file."""
        self.text.close()
        self._disk.close()


def inspect(path: Path, profile: Profile | None, progress: Progress) -> Shape:
    """Say what `path` is. Raises ImportRefused for a missing or empty file, no text, an unknown or broken encoding."""
    try:
        size = path.stat().st_size
        with path.open("rb") as disk:
            compressed = disk.read(2) == b"\x1f\x8b"
        sample = _sample(path, compressed=compressed)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ImportRefused(f"{path}: the gzip file is damaged or cut off ({error}); fetch it again") from error
    except OSError as error:
        raise ImportRefused(f"{path}: cannot be read ({error}); check the path and its permissions") from error
    if not sample.strip():
        raise ImportRefused(f"{path}: the file is empty; not even a header line is there")
    _refuse_foreign(path, sample)
    encoding = profile.encoding if profile and profile.encoding else _first_guess(sample)
    encoding, digest, note = _settle_encoding(
        path, encoding, compressed=compressed, declared=bool(profile and profile.encoding)
    )
    text = codecs.getincrementaldecoder(encoding)("replace").decode(sample)
    layout = _layout(path, text)
    progress(size, size)
    shape = Shape(path, layout, encoding, compressed, "", _line_ends(text), 0, digest, size, note)
    if layout != "csv":
        return shape
    delimiter, skip = _delimiter(path, text, profile)
    return Shape(path, layout, encoding, compressed, delimiter, shape.line_ends, skip, digest, size, note)


def _open(path: Path, *, compressed: bool) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path, "rb")) if compressed else path.open("rb")


def _sample(path: Path, *, compressed: bool) -> bytes:
    with _open(path, compressed=compressed) as stream:
        return stream.read(SAMPLE)


def _refuse_foreign(path: Path, sample: bytes) -> None:
    for magic, what in _FOREIGN.items():
        if sample.startswith(magic):
            raise ImportRefused(f"{path}: this is {what}, no text; export it as CSV (UTF-8) and import that")
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _utf16_order(sample):
        return
    odd = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in sample[:65536])
    if odd * 20 > min(len(sample), 65536):
        raise ImportRefused(f"{path}: this is no text; export it as CSV, JSON or JSON Lines and import that")


def _utf16_order(sample: bytes) -> str:
    """UTF-16 without a BOM shows as a NUL in every other byte."""
    half = max(len(sample) // 2, 1)
    if sample[1::2].count(0) > 0.4 * half and sample[0::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if sample[0::2].count(0) > 0.4 * half and sample[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    return ""


def _first_guess(sample: bytes) -> str:
    for bom, encoding in _BOMS:
        if sample.startswith(bom):
            return encoding
    return _utf16_order(sample) or "utf-8"


def _settle_encoding(path: Path, encoding: str, *, compressed: bool, declared: bool) -> tuple[str, str, str]:
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        raise ImportRefused(f"{path}: encoding {encoding!r} is unknown; write utf-8, utf-16 or cp1252") from None
    name = "utf-8-sig" if name == "utf-8" else name
    digest, broken = _decode_all(path, name, compressed=compressed)
    if broken is None:
        return name, digest, ""
    line, window = broken
    remedy = f"{path}, line {line}: not readable as {encoding}; set encoding in the profile to what the file is in"
    if declared or name != "utf-8-sig":
        raise ImportRefused(remedy)
    cell = _western(window, remedy)
    digest, broken = _decode_all(path, "cp1252", compressed=compressed)
    if broken is not None:
        raise ImportRefused(f"{path}, line {broken[0]}: neither UTF-8 nor cp1252; set encoding in the profile")
    return "cp1252", digest, f"read as cp1252, a guess: line {line} reads {cell!r}; else set encoding in the profile"


def _western(window: bytes, remedy: str) -> str:
    """The first non-ASCII cell read as cp1252, shortened. Raises ImportRefused where they read better otherwise."""
    cells = dict.fromkeys(cell.strip() for cell in re.split(rb'[\r\n,;\t|"]', window) if not cell.isascii())
    joined = b"\n".join(cells)
    found = list(from_bytes(joined, cp_isolation=_LIKELY, threshold=0.3))
    western = any("cp1252" in one.could_be_from_charset for one in found)
    texts = [cell.decode("cp1252", "replace") for cell in cells]
    odd = sum(bool(_ODD.search(text)) for text in texts)
    if not western or odd * 5 > len(texts):
        other = next((one.encoding for one in found if "cp1252" not in one.could_be_from_charset), "")
        raise ImportRefused(remedy + (f" (perhaps {other})" if other else ""))
    return texts[0][:_LONGEST_SHOWN]


def _decode_all(path: Path, encoding: str, *, compressed: bool) -> tuple[str, tuple[int, bytes] | None]:
    """Digest of the content, and the line with its surroundings where decoding fails."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    digest, lines, out, size = blake2b(digest_size=16), 1, 0, path.stat().st_size
    try:
        with _open(path, compressed=compressed) as stream:
            while chunk := stream.read(CHUNK):
                out += len(chunk)
                if out > _RATIO_FROM and out > LARGEST_RATIO * size:
                    raise ImportRefused(
                        f"{path}: unpacks to more than {LARGEST_RATIO} times its size; unpack it yourself"
                    )
                digest.update(chunk)
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError as error:
                    at = max(error.start, 0)
                    return "", (lines + chunk.count(b"\n", 0, at), chunk[max(at - 2000, 0) : at + SAMPLE])
                lines += chunk.count(b"\n")
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return "", (lines, error.object)
    except (EOFError, OSError, zlib.error) as error:
        raise ImportRefused(f"{path}: the gzip file is damaged or cut off ({error}); fetch it again") from error
    return digest.hexdigest(), None


def _layout(path: Path, text: str) -> str:
    suffixes = [one.lower() for one in path.suffixes if one.lower() != ".gz"]
    if suffixes and suffixes[-1] in (".jsonl", ".ndjson"):
        return "jsonl"
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("["):
        return "json"
    if not start.startswith("{"):
        return "csv"
    first, _, rest = start.partition("\n")
    whole_object_on_first_line = first.rstrip().endswith("}") and rest.lstrip().startswith("{")
    json_file = suffixes and suffixes[-1] == ".json"
    return "jsonl" if whole_object_on_first_line or (not json_file and '":[' not in first.replace(" ", "")) else "json"


def _line_ends(text: str) -> str:
    if "\r\n" in text:
        return "CRLF"
    return "LF" if "\n" in text else ("CR" if "\r" in text else "")


def _delimiter(path: Path, text: str, profile: Profile | None) -> tuple[str, int]:
    lines = text.lstrip("\ufeff").splitlines()
    skip = 0
    if lines and lines[0].lower().startswith("sep=") and len(lines[0]) == 5:
        skip, told = 1, lines[0][4]
        return (profile.delimiter if profile and profile.delimiter else told), skip
    if profile and profile.delimiter:
        return profile.delimiter, skip
    header = next((line for line in lines if line.strip()), "")
    if len(header) > SAMPLE // 2:
        raise ImportRefused(f"{path}: the first line is too long to be a header; is this a text file with columns?")
    counts = {mark: len(next(csv.reader([header], delimiter=mark))) for mark in _DELIMITERS}
    return max(_DELIMITERS, key=lambda mark: counts[mark]), skip
