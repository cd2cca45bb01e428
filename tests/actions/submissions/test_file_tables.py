"""The table of files is made by its step of migration, on every database."""

from __future__ import annotations

from sqlalchemy import inspect

from actions.database.work import MIGRATIONS
from actions.submissions.file_tables import FileRow
from storage.engine import open_database


def test_the_step_makes_the_table_with_its_indexes(database_url: str) -> None:
    engine = open_database(database_url, MIGRATIONS)
    try:
        inspected = inspect(engine)
        assert {column["name"] for column in inspected.get_columns("file")} == set(FileRow.__table__.columns.keys())
        indexes = {index["name"]: index for index in inspected.get_indexes("file")}
        assert {"ix_file_conversation", "ix_file_submission", "ix_file_expires", "loose_file"} <= set(indexes)
        assert indexes["loose_file"]["unique"]
    finally:
        engine.dispose()
