"""Files of other people's catalogues: recognised by what is in them, read row by row, gzip included.

Any bytes give records or a clear error. A row that cannot be used is reported with its place and passed over; a file
without a single usable row is refused as a whole.
"""

from __future__ import annotations

import gzip
import io
import itertools
import json
import shutil
import sys
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, cast

import ijson
from pydantic import ValidationError

from knowledge.errors import CatalogueFormat
from knowledge.imports import crawl_bqp, crawl_danang, crawl_dvcqg, exchange, portal_detail, spreadsheet
from knowledge.record import Procedure

FORMATS = {
    module.NAME: module for module in (portal_detail, exchange, crawl_dvcqg, crawl_bqp, crawl_danang, spreadsheet)
}
ENDINGS = (".json", ".jsonl", ".ndjson", ".csv", ".xlsx", ".gz")
LONGEST_LINE = 32 * 2**20  # bytes read for one record at most; the longest seen has a quarter of a megabyte
DEEPEST = 100  # values within values; the library that reads arrays needs memory for the square of it
MOST_UNUSABLE = 100_000  # rows; with more the file is something else


@dataclass(frozen=True)
class Read:
    """A row that became a record."""

    record: Procedure
    format: str
    place: str


@dataclass(frozen=True)
class Unusable:
    """A row that did not, and why."""

    place: str
    reason: str


def catalogue_files(path: Path) -> list[Path]:
    """The file itself, or every file of a folder (and below it) that may hold records, by name."""
    if path.is_dir():
        found = sorted(item for item in path.rglob("*") if item.is_file() and item.name.lower().endswith(ENDINGS))
        if not found:
            raise CatalogueFormat(f"{path}: no file in this folder ends in {', '.join(ENDINGS)}.")
        return found
    return [path]


def read_file(
    path: Path, *, form: str | None = None, as_of: date | None = None, at: Callable[[int], None] = lambda place: None
) -> Iterator[Read | Unusable]:
    """The rows of a file, in its order, each as a record or as the reason why not.

    path: "-" is standard input. form: one of FORMATS, else recognised row by row. as_of: the day of the data, where
    the rows do not say it. at: called before each row with the place in the file as it lies on disk, in bytes.
    Raises CatalogueFormat if the file cannot be read at all or holds no usable row.
    """
    usable = unusable = 0
    first: Unusable | None = None
    try:
        with _opened(path) as (raw, packed):
            for place, row in _rows(raw, path.name):
                at(packed.tell())
                item = _record(row, f"{path}, {place}", form, as_of)
                if isinstance(item, Read):
                    usable += 1
                else:
                    first, unusable = first or item, unusable + 1
                if unusable > MOST_UNUSABLE:
                    raise ValueError(f"more than {MOST_UNUSABLE} rows that cannot be used")
                yield item
    except (OSError, EOFError, zlib.error, UnicodeError, zipfile.BadZipFile, ijson.JSONError, ValueError) as error:
        raise CatalogueFormat(f"{path}: cannot be read ({type(error).__name__}: {error}).") from error
    if not usable:
        raise CatalogueFormat(f"{first.place}: {first.reason}" if first else f"{path}: no record in it.")


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """The bytes of a file or of standard input, unpacked where they are gzipped; and the file as it lies on disk."""
    with tempfile.TemporaryFile() as kept:
        if str(path) == "-":
            shutil.copyfileobj(sys.stdin.buffer, kept)
            kept.seek(0)
            raw: BinaryIO = cast(BinaryIO, kept)
        else:
            raw = path.open("rb")
        with raw:
            magic = raw.read(2)
            raw.seek(0)
            if magic == b"\x1f\x8b":
                with gzip.open(raw, "rb") as unpacked:
                    yield cast(BinaryIO, unpacked), raw
            else:
                yield raw, raw


class _Metered(io.RawIOBase):
    """A stream that refuses to go on when a single record takes too much of it, so that no file fills the memory."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self.used = 0

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        part = self._raw.read(len(target))
        self.used += len(part)
        if self.used > LONGEST_LINE:
            raise ValueError(f"no end of a record within {LONGEST_LINE / 2**20:g} MB")
        target[: len(part)] = part
        return len(part)


def _rows(raw: BinaryIO, name: str) -> Iterator[tuple[str, Any]]:
    metered = _Metered(raw)
    for place, row in _recognised(io.BufferedReader(metered, 2**16), name):
        yield place, row
        metered.used = 0


def _recognised(buffered: io.BufferedReader, name: str) -> Iterator[tuple[str, Any]]:
    start = buffered.peek(4096)[:4096]
    if start.startswith(b"PK"):
        yield from spreadsheet.xlsx_rows(buffered)
        return
    lead = start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if lead == b"[":
        yield from _array(buffered)
    elif lead == b"{":
        yield from _objects(buffered)
    elif spreadsheet.looks_like_csv(start):
        yield from spreadsheet.csv_rows(buffered)
    else:
        raise ValueError(f"{name} begins with {start[:20]!r}: neither JSON nor a spreadsheet")


def _array(stream: io.BufferedReader) -> Iterator[tuple[str, Any]]:
    if stream.peek(3)[:3] == b"\xef\xbb\xbf":
        stream.read(3)
    events = ijson.parse(_shallow(ijson.basic_parse(stream, use_float=True)))
    for position, row in enumerate(ijson.items(events, "item"), 1):
        yield f"entry {position}", row


def _shallow(events: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    depth = 0
    for event, value in events:
        depth += event.startswith("start_") - event.startswith("end_")
        if depth > DEEPEST:
            raise ValueError(f"more than {DEEPEST} values within one another")
        yield event, value


def _objects(stream: io.BufferedReader) -> Iterator[tuple[str, Any]]:
    """One object a line, or one object over the whole file."""
    first = stream.readline()
    if _parsed(first) is None:  # the beginning of a longer object, or a broken line
        first += stream.read(LONGEST_LINE // 2)
        one = _parsed(first)
        if one is not None and not stream.peek(1):
            yield "the whole file", one
            return
        first += stream.readline()
    for number, line in enumerate(itertools.chain(io.BytesIO(first), stream), 1):
        if line.strip():
            yield f"line {number}", _parsed(line)


def _parsed(text: bytes) -> Any:
    """The JSON value, or None if it is none (or nested beyond reason)."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _record(row: Any, place: str, form: str | None, as_of: date | None) -> Read | Unusable:
    if isinstance(row, dict) and isinstance(row.get("data"), dict) and "code" in row and "name" not in row:
        row = row["data"]  # a whole answer of the portal
    if not isinstance(row, dict):
        return Unusable(place, "no JSON object.")
    try:
        row = _composed(row)
        module = FORMATS[form] if form else next((item for item in FORMATS.values() if item.recognises(row)), None)
        if module is None:
            keys = ", ".join(str(key)[:40] for key in itertools.islice(row, 6)) or "none"
            return Unusable(place, _printable(f"no known format (keys: {keys})."))
        return Read(module.read(row, as_of), module.NAME, place)
    except KeyError as error:
        return Unusable(place, f"the key {error} is missing.")
    except ValidationError as error:
        first = error.errors()[0]
        return Unusable(place, f"{'.'.join(map(str, first['loc']))}: {first['msg']}.")
    except (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        return Unusable(place, _printable(f"{type(error).__name__}: {str(error)[:200]}."))


def _composed(value: Any) -> Any:
    """The same with every text in NFC: portals also send letters and accents apart, which no pattern would match."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {_composed(key): _composed(item) for key, item in value.items()}
    return [_composed(item) for item in value] if isinstance(value, list) else value


def _printable(text: str) -> str:
    """The text without halves of characters, which no terminal prints."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
