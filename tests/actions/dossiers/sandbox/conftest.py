"""A province without a server, whose time stands still until the test moves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from actions.database.work import Database
from actions.dossiers.sandbox.province import Province
from actions.dossiers.sandbox.settings import SandboxSettings
from storage.vault import Vault

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # nine in the morning in Vietnam

Opening = Callable[..., Province]


class RealTime:
    """Our time, as far as the test is concerned."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **length: float) -> None:
        self.now += timedelta(**length)


@pytest.fixture(autouse=True)
def only_our_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of this machine reaches a test."""
    for name in SandboxSettings.model_fields:
        monkeypatch.delenv(f"MOTCUA_SANDBOX_{name.upper()}", raising=False)
    monkeypatch.setitem(SandboxSettings.model_config, "env_file", None)


@pytest.fixture
def real() -> RealTime:
    return RealTime()


@pytest.fixture
def vault() -> Vault:
    return Vault([Fernet.generate_key().decode()])


@pytest.fixture
def database_file(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.sqlite"


@pytest.fixture
def opening(real: RealTime, vault: Vault, database_file: Path) -> Iterator[Opening]:
    """Opens the province of one database, as each start of the sandbox does."""
    opened: list[Database] = []

    def open_again(**options: Any) -> Province:
        opened.append(Database(f"sqlite:///{database_file}"))
        return Province(opened[-1], vault, real=real, **options)

    yield open_again
    for database in opened:
        database.close()


@pytest.fixture
def province(opening: Opening) -> Province:
    """A province just opened for the first time."""
    return opening()
