"""The database of the actions: one for all rooms that keep something."""

from __future__ import annotations

from pathlib import Path

import storage.work

MIGRATIONS = Path(__file__).parent / "migrations"


class Database(storage.work.Database):
    """The database with the tables of the actions. url: as SQLAlchemy reads it."""

    def __init__(self, url: str) -> None:
        super().__init__(url, MIGRATIONS)
