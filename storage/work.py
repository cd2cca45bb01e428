"""One piece of work, one transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import structlog
from alembic.util import CommandError
from sqlalchemy import CursorResult, Delete, Engine, Update
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from storage.engine import ONLY_READS, open_database
from storage.errors import DatabaseUnavailable

log = structlog.get_logger(__name__)
T = TypeVar("T")


class Database:
    """A database that the first piece of work opens and brings up to date. Calls may come from any thread.

    url: as SQLAlchemy reads it. migrations: the folder with the steps that make its tables.
    """

    def __init__(self, url: str, migrations: Path) -> None:
        self.url = url
        self._migrations = migrations
        self._engine: Engine | None = None
        self._opening = threading.Lock()

    def do(self, work: Callable[[Session], T]) -> T:
        """What `work` gives, committed. It may be called more than once, so it must have no other effects.

        Two processes that write the same at once are tried again. Raises DatabaseUnavailable; an error that is not the
        database's own comes through and takes everything back.
        """

        @retry(retry=retry_if_exception_type(IntegrityError), stop=stop_after_attempt(3), reraise=True)
        def once() -> T:
            with Session(self.engine(), expire_on_commit=False) as session, session.begin():
                return work(session)

        return _available(once)

    def look(self, work: Callable[[Session], T]) -> T:
        """What `work` reads; it waits for nobody who writes. Nothing is committed: what it writes is taken back.

        Raises DatabaseUnavailable; an error that is not the database's own comes through.
        """

        def once() -> T:
            with Session(self.engine().execution_options(**{ONLY_READS: True})) as session:
                return work(session)

        return _available(once)

    def engine(self) -> Engine:
        """The engine, opened once."""
        with self._opening:
            if self._engine is None:
                self._engine = open_database(self.url, self._migrations)
            return self._engine

    def close(self) -> None:
        """Closes the connections."""
        with self._opening:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None


def _available(work: Callable[[], T]) -> T:
    """What a piece of work gives. Raises DatabaseUnavailable."""
    try:
        return _connected(work)
    except (SQLAlchemyError, CommandError, OSError) as error:
        log.error("database_unavailable", error=type(error).__name__)
        raise DatabaseUnavailable(cause(error)) from error


@retry(
    retry=retry_if_exception_type(OperationalError),
    stop=stop_after_attempt(2),
    wait=wait_random_exponential(max=0.2),
    reraise=True,
)
def _connected(work: Callable[[], T]) -> T:
    """Once more where the server of the database was restarted in between."""
    return work()


def rows_changed(session: Session, change: Delete | Update) -> int:
    """Runs a change; how many rows it was."""
    return cast("CursorResult[Any]", session.execute(change)).rowcount


def cause(error: Exception) -> str:
    """The driver's own words, which hold neither the statement nor its values."""
    original = getattr(error, "orig", None) or error
    return (
        f"{type(original).__name__}: {original}".splitlines()[0] if isinstance(error, SQLAlchemyError) else str(error)
    )
