"""The sandbox's own time: it starts as ours, may run faster, and can be set forward. It survives a restart."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from actions.database.work import Database
from actions.dossiers.sandbox.tables import ClockRow

THE_ROW = 1


def real_time() -> datetime:
    """Our time."""
    return datetime.now(UTC)


class Clock:
    """The sandbox's time. While the sandbox does not run, its time goes on as fast as ours.

    speed: how many times as fast as ours; None: as it was when it was last kept. Calls may come from any thread.
    """

    def __init__(
        self, database: Database, speed: float | None = None, real: Callable[[], datetime] = real_time
    ) -> None:
        self._database = database
        self._real = real
        self._setting = threading.RLock()
        self._since = real()
        kept = database.do(lambda session: session.get(ClockRow, THE_ROW))
        offset = kept.own - kept.real if kept else timedelta()
        self._own = self._since + offset
        self._speed = speed if speed is not None else (kept.speed if kept else 1.0)
        self.keep()

    def __call__(self) -> datetime:
        """The sandbox's time now."""
        with self._setting:
            return self._own + (self._real() - self._since) * self._speed

    @property
    def speed(self) -> float:
        """How many times as fast as ours."""
        return self._speed

    def run_at(self, speed: float) -> None:
        """From now on this fast; 0: it stands still."""
        with self._setting:
            self._set(self(), speed)

    def jump(self, hours: float) -> None:
        """Sets it forward."""
        with self._setting:
            self._set(self() + timedelta(hours=hours), self._speed)

    def as_ours(self) -> None:
        """Back to our time, as fast as ours."""
        with self._setting:
            self._set(self._real(), 1.0)

    def keep(self) -> None:
        """Writes down where it stands, for the next start."""
        with self._setting:
            real, own, speed = self._real(), self(), self._speed

        def work(session: Session) -> None:
            session.merge(ClockRow(id=THE_ROW, real=real, own=own, speed=speed))

        self._database.do(work)

    def _set(self, own: datetime, speed: float) -> None:
        self._since, self._own, self._speed = self._real(), own, speed
        self.keep()
