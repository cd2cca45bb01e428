"""What only reads waits for nobody and changes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.delivery.database import GatewayDatabase
from bot.pause_tables import ONLY, PauseRow
from storage.errors import DatabaseUnavailable


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "gateway.sqlite"


@pytest.fixture
def database(file: Path) -> Iterator[GatewayDatabase]:
    made = GatewayDatabase(f"sqlite:///{file}")
    made.do(lambda session: None)
    yield made
    made.close()


def pause(session: Session) -> None:
    session.add(PauseRow(id=ONLY, since=datetime.now(UTC), reason="bảo trì"))
    session.flush()


def rows(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(PauseRow)) or 0


def test_a_look_sees_what_was_written(database: GatewayDatabase) -> None:
    assert database.look(rows) == 0
    database.do(pause)
    assert database.look(rows) == 1


def test_a_look_waits_for_nobody_who_writes(database: GatewayDatabase, file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert database.look(rows) == 0
        with (
            pytest.raises(sqlite3.OperationalError, match="locked"),
            closing(sqlite3.connect(file, timeout=0)) as other,
        ):
            other.execute("BEGIN IMMEDIATE")
        writer.execute("ROLLBACK")


def test_what_a_look_writes_is_taken_back(database: GatewayDatabase) -> None:
    database.look(pause)
    assert database.look(rows) == 0


def test_an_error_of_the_work_comes_through(database: GatewayDatabase) -> None:
    def broken(session: Session) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        database.look(broken)


def test_a_database_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    away = GatewayDatabase(f"sqlite:///{tmp_path / 'file' / 'below.sqlite'}")
    with pytest.raises(DatabaseUnavailable):
        away.look(rows)
