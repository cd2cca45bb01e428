"""The database of the gateway: what comes, what goes, who is where, and the channels' tokens."""

from __future__ import annotations

from pathlib import Path

import storage.work

MIGRATIONS = Path(__file__).parent / "migrations"


class GatewayDatabase(storage.work.Database):
    """The database with the tables of the gateway. url: as SQLAlchemy reads it; it may be the actions' own."""

    def __init__(self, url: str) -> None:
        super().__init__(url, MIGRATIONS)
