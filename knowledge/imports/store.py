"""The imported records on disk: one SQLite file, written in one transaction: a failed import changes nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sized
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from knowledge.errors import ImportStoreBroken
from knowledge.record import Procedure

_SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
    code TEXT NOT NULL, province TEXT NOT NULL, format TEXT NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (code, province, format)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS run (
    at TEXT NOT NULL, files TEXT NOT NULL, records INTEGER NOT NULL, unusable INTEGER NOT NULL);
"""


@dataclass(frozen=True)
class Kept:
    """An imported record and the format that it came in."""

    record: Procedure
    format: str


class ImportStore:
    """All imported records; a later one of the same procedure, province and format takes the place of the earlier."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def exists(self) -> bool:
        """Whether anything was imported yet."""
        return self._path.is_file()

    def add(self, records: Iterable[Kept], files: Iterable[str], unusable: Sized) -> int:
        """Keeps the records, all or none of them; returns how many came. `unusable` is counted when all are read."""
        count = 0
        with self._transaction() as connection:
            connection.executescript(_SCHEMA)
            connection.execute("BEGIN")
            for item in records:
                connection.execute(
                    "INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?)",
                    (
                        item.record.code,
                        item.record.province or "",
                        item.format,
                        item.record.model_dump_json(exclude_defaults=True),
                    ),
                )
                count += 1
            connection.execute(
                "INSERT INTO run VALUES (?, ?, ?, ?)",
                (datetime.now(UTC).isoformat(timespec="seconds"), json.dumps(list(files)), count, len(unusable)),
            )
        return count

    def by_code(self) -> Iterator[tuple[str, list[Kept]]]:
        """Each code with everything that was imported of it, in the order of the codes."""
        if not self.exists:
            return
        try:
            with closing(self._open()) as connection:
                rows = connection.execute("SELECT code, format, json FROM record ORDER BY code, province, format")
                for code, group in groupby(rows, key=lambda row: str(row[0])):
                    yield code, [Kept(Procedure.model_validate_json(text), form) for _, form, text in group]
        except (sqlite3.Error, ValueError) as error:
            raise ImportStoreBroken(f"{self._path}: {error}.") from error

    def forget(self) -> int:
        """Deletes everything that was imported; returns how many records there were."""
        if not self.exists:
            return 0
        with self._transaction() as connection:
            return connection.execute("DELETE FROM record").rowcount

    def __len__(self) -> int:
        if not self.exists:
            return 0
        with self._transaction() as connection:
            return int(connection.execute("SELECT count(DISTINCT code) FROM record").fetchone()[0])

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """The open file: committed at the end, rolled back after an error."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ImportStoreBroken(f"{self._path}: {error}.") from error
        try:
            with closing(self._open()) as connection, connection:
                yield connection
        except sqlite3.Error as error:
            raise ImportStoreBroken(f"{self._path}: {error}.") from error

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=30, isolation_level=None)
