"""The gateway's database for asynchronous code: each piece of work in a thread, with the name of this process."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import ParamSpec, TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.delivery.database import GatewayDatabase
from storage.vault import Vault

T = TypeVar("T")
P = ParamSpec("P")

LEASE = timedelta(seconds=6)  # renewed while work goes on; after a crash somebody else goes on when it has run out
POSTGRES_THREADS = 8


def _clock() -> datetime:
    return datetime.now(UTC)


class Store:
    """Database, vault and clock of the rooms below. process: the name that leases carry; a new one at every start.

    Work may come from any thread through do(), or from the event loop through run().
    """

    def __init__(self, database: GatewayDatabase, vault: Vault, now: Callable[[], datetime] = _clock) -> None:
        self.vault = vault
        self.now = now
        self.process = secrets.token_hex(16)
        self._database = database
        # SQLite has one writer: threads that wait in line here wait less than those which knock again and again.
        threads = 1 if database.url.startswith("sqlite") else POSTGRES_THREADS
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="store")

    def do(self, work: Callable[[Session], T]) -> T:
        """What work gives, committed. Raises DatabaseUnavailable."""
        return self._database.do(work)

    def look(self, work: Callable[[Session], T]) -> T:
        """What work reads; it waits for nobody who writes, and must not write. Raises DatabaseUnavailable."""
        return self._database.look(work)

    def alone(self, session: Session, number: int) -> None:
        """Waits within a transaction until no other gateway is in one of this number; SQLite has one writer anyway."""
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})

    async def run(self, function: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        """Calls a function that uses do(), in a thread. Raises what it raises."""
        call = functools.partial(contextvars.copy_context().run, function, *given, **named)
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def close(self) -> None:
        """Ends the threads and closes the connections."""
        self._threads.shutdown()
        self._database.close()
