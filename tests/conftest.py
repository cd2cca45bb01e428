"""The real assistant for the tests that need it, and how Hypothesis works here."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import hypothesis
import pytest

from tests.house import Entry, standing, unlimited_house
from tests.postgres import Postgres, shared_postgres

ENTRY = "entry.json"
FOREIGN_SITE = "http://127.0.0.1:18599"  # where tests/browser serves a page that embeds the widget

hypothesis.settings.register_profile("steady", deadline=None, max_examples=60)
hypothesis.settings.load_profile("steady")


@pytest.fixture(scope="session")
def assistant_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the assistant, its processes started for these tests; all workers of a run share it."""
    shared = _shared(tmp_path_factory)
    address = shared / "address"
    with ExitStack() as held:
        with _locked(shared / "starting", fcntl.LOCK_EX):
            held.enter_context(_locked(shared / "users", fcntl.LOCK_SH) if address.exists() else _hosted(shared))
        yield address.read_text()


@pytest.fixture(scope="session")
def assistant(assistant_url: str, tmp_path_factory: pytest.TempPathFactory) -> Entry:
    """The same assistant, with the address of its sandbox province and what opens what both keep."""
    entry = Entry.read(_shared(tmp_path_factory) / ENTRY)
    assert entry.url == assistant_url
    return entry


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL server for these tests; all workers of a run share it. Skips, or fails in CI, if there is none."""
    with shared_postgres(_shared(tmp_path_factory)) as server:
        yield server


def _shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that all workers of a run see."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@contextmanager
def _hosted(folder: Path) -> Iterator[None]:
    """The assistant for all workers; at the end it waits for the others. Who comes later starts it anew."""
    address = folder / "address"
    with _assistant(folder) as url:
        address.write_text(url)
        yield
        with _locked(folder / "starting", fcntl.LOCK_EX), _locked(folder / "users", fcntl.LOCK_EX):
            address.unlink()


@contextmanager
def _assistant(folder: Path) -> Iterator[str]:
    own = folder / f"house-{os.getpid()}"  # what a house keeps is sealed with keys of its own
    house = unlimited_house(own, MOTCUA_ALLOWED_ORIGINS=f'["{FOREIGN_SITE}"]')
    with standing(house):
        house.entry.write(folder / ENTRY)
        yield house.address


@contextmanager
def _locked(path: Path, kind: int) -> Iterator[None]:
    """Holds a lock of the system's, which is free again should this process die."""
    with path.open("a") as file:
        fcntl.flock(file, kind)
        yield
