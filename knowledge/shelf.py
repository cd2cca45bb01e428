"""The records of a snapshot in one SQLite file: read when asked for, shared between processes, never all in memory."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from functools import lru_cache
from pathlib import Path

from knowledge.imports.merge import Merged
from knowledge.record import Procedure

KEPT = 512  # records that stay parsed
MAPPED = 2**30  # bytes of the file that may be mapped into memory
_SCHEMA = """
CREATE TABLE record (row INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, json TEXT NOT NULL);
CREATE TABLE variant (code TEXT NOT NULL, province TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (code, province));
"""


class Shelf(Mapping[str, Procedure]):
    """The records by code, in the order in which they were written. Read only; thread-safe."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        self._connection.execute(f"PRAGMA mmap_size={MAPPED}")
        self._codes = [str(code) for (code,) in self._rows("SELECT code FROM record ORDER BY row")]
        self._held = frozenset(self._codes)
        self._record = lru_cache(maxsize=KEPT)(self._read)

    def __getitem__(self, code: str) -> Procedure:
        if code not in self._held:
            raise KeyError(code)
        return self._record(code)

    def __iter__(self) -> Iterator[str]:
        return iter(self._codes)

    def __len__(self) -> int:
        return len(self._codes)

    def __contains__(self, code: object) -> bool:
        return code in self._held

    def variants(self, code: str) -> list[Procedure]:
        """What other provinces have made of a procedure."""
        rows = self._rows("SELECT json FROM variant WHERE code = ? ORDER BY province", code)
        return [Procedure.model_validate_json(text) for (text,) in rows]

    def digest(self) -> str:
        """Changes whenever anything in a record changes."""
        found = hashlib.sha256()
        with self._lock:
            for (text,) in self._connection.execute("SELECT json FROM record ORDER BY code"):
                found.update(text.encode())
            for (text,) in self._connection.execute("SELECT json FROM variant ORDER BY code, province"):
                found.update(text.encode())
        return found.hexdigest()

    def _read(self, code: str) -> Procedure:
        [(text,)] = self._rows("SELECT json FROM record WHERE code = ?", code)
        return Procedure.model_validate_json(text)

    def _rows(self, query: str, *values: str) -> list[tuple[str, ...]]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()


def write_shelf(path: Path, merged: Iterable[Merged]) -> None:
    """Writes the records into a new file."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(_SCHEMA)
        for item in merged:
            connection.execute(
                "INSERT INTO record (code, json) VALUES (?, ?)",
                (item.record.code, item.record.model_dump_json(exclude_defaults=True)),
            )
            connection.executemany(
                "INSERT OR REPLACE INTO variant VALUES (?, ?, ?)",
                (
                    (variant.code, variant.province or "", variant.model_dump_json(exclude_defaults=True))
                    for variant in item.variants
                ),
            )
