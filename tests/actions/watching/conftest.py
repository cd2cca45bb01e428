"""Everything of actions/watching, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from cryptography.fernet import Fernet

from knowledge.working_days import WorkCalendar, load_calendar
from storage.vault import Vault
from tests.actions.watching.province import Clock, Province, Watch


@pytest.fixture(scope="session")
def calendar() -> WorkCalendar:
    return load_calendar()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def vault() -> Vault:
    return Vault([Fernet.generate_key().decode()])


@pytest.fixture
def province() -> Province:
    return Province()


@pytest.fixture
def watches(
    database_url: str, vault: Vault, province: Province, clock: Clock, calendar: WorkCalendar
) -> Iterator[Callable[[], Watch]]:
    """Makes processes over one database."""
    made: list[Watch] = []

    def make() -> Watch:
        made.append(Watch(database_url, vault, province, clock, calendar))
        return made[-1]

    yield make
    for watch in made:
        watch.database.close()


@pytest.fixture
def watch(watches: Callable[[], Watch]) -> Watch:
    return watches()
