from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect

from bot.channels.zalo_tables import ZaloSentRow, ZaloTokenRow
from bot.delivery.database import GatewayDatabase
from tests.postgres import Postgres

TABLES = (ZaloTokenRow, ZaloSentRow)


def described(url: str) -> dict[str, dict[str, bool]]:
    """By table its columns, and whether each may be empty."""
    database = GatewayDatabase(url)
    found = inspect(database.engine())
    names = [table.__tablename__ for table in TABLES]
    columns = {name: {one["name"]: one["nullable"] for one in found.get_columns(name)} for name in names}
    indexes = {name: {one["name"] for one in found.get_indexes(name)} for name in names}
    assert indexes == {table.__tablename__: {index.name for index in table.metadata.tables[table.__tablename__].indexes}
                       for table in TABLES}  # fmt: skip
    database.close()
    return columns


def test_the_steps_make_the_tables_that_the_code_knows(tmp_path: Path, postgres: Postgres) -> None:
    known = {
        table.__tablename__: {
            column.name: bool(column.nullable) for column in table.metadata.tables[table.__tablename__].columns
        }
        for table in TABLES
    }
    url = postgres.fresh_database()
    try:
        assert described(url) == known
    finally:
        postgres.drop(url)
    assert described(f"sqlite:///{tmp_path / 'gateway.sqlite'}") == known
