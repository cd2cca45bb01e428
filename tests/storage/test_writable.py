"""Whether a database can be written is found out without writing, on both kinds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bot.delivery.database import GatewayDatabase
from storage.errors import DatabaseUnavailable
from storage.writable import check_writable
from tests.postgres import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/kept.sqlite"
        return
    server: Postgres = request.getfixturevalue("postgres")
    address = server.fresh_database()
    yield address
    server.drop(address)


def test_a_database_that_can_be_written(url: str) -> None:
    database = GatewayDatabase(url)
    check_writable(database)
    check_writable(database)
    database.close()


def test_one_that_is_not_there() -> None:
    database = GatewayDatabase("sqlite:////proc/nowhere/kept.sqlite")
    with pytest.raises(DatabaseUnavailable):
        check_writable(database)


def test_one_whose_lock_somebody_holds(tmp_path: Path) -> None:
    database = GatewayDatabase(f"sqlite:///{tmp_path}/kept.sqlite?timeout=0")
    check_writable(database)
    engine = database.engine()
    with engine.connect() as holder, engine.connect() as other:
        holder.execute(text("SELECT 1"))  # begins, which takes the lock
        other.connection.cursor().execute("PRAGMA busy_timeout=0")
        with pytest.raises(Exception, match="locked"):
            other.execute(text("SELECT 1"))
    check_writable(database)
    database.close()


def test_a_copy_that_only_reads(postgres: Postgres) -> None:
    address = postgres.fresh_database()
    database = GatewayDatabase(address)
    check_writable(database)
    database.close()
    engine = create_engine(address)
    with engine.begin() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
    engine.dispose()
    with pytest.raises(DatabaseUnavailable):
        check_writable(database)
    database.close()
    postgres.drop(address)
