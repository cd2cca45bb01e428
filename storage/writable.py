"""Whether a database can be written now: for those who ask whether a process is ready."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from storage.errors import DatabaseUnavailable
from storage.work import Database


def check_writable(database: Database) -> None:
    """Opens the database if need be, and takes what a writer needs. Writes nothing. Raises DatabaseUnavailable.

    SQLite: the write lock (storage/engine.py takes it at the beginning of each transaction). PostgreSQL: that it is no
    copy that only reads.
    """
    database.do(_take_what_a_writer_needs)


def _take_what_a_writer_needs(session: Session) -> None:
    if session.get_bind().dialect.name != "postgresql":
        session.execute(text("SELECT 1"))
    elif session.scalar(text("SHOW transaction_read_only")) != "off":
        raise DatabaseUnavailable("the database only reads: a copy, or set so")
