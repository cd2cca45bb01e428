"""A desk over a database of its own, at an hour that the test sets, that tells nobody outside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from actions.desk.desk import Desk
from actions.desk.entries import HandOver
from actions.desk.settings import DeskSettings

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # nine in the morning in Vietnam


class Clock:
    """Stands still until the test sets it on."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def set_on(self, days: float) -> None:
        self.now += timedelta(days=days)


@pytest.fixture(autouse=True)
def only_our_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine reaches a test."""
    for name in DeskSettings.model_fields:
        monkeypatch.delenv(f"MOTCUA_{name.upper()}", raising=False)
    monkeypatch.setitem(DeskSettings.model_config, "env_file", None)
    monkeypatch.setenv("MOTCUA_DATABASE", f"sqlite:///{tmp_path / 'desk.sqlite'}")
    monkeypatch.setenv("MOTCUA_DESK_KEY", "a key for tests")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def told() -> list[HandOver]:
    """The hand-overs that officers were told of."""
    return []


@pytest.fixture
def desk(clock: Clock, told: list[HandOver]) -> Desk:
    """A desk that is open on weekdays from seven to five, Vietnam's time."""

    def open_at(at: datetime) -> bool:
        here = at + timedelta(hours=7)
        return here.weekday() < 5 and 7 <= here.hour < 17

    return Desk(DeskSettings(), open_at=open_at, notify=told.append, now=clock)
