"""The real assistant for the tests that need it, and how Hypothesis works here."""

from __future__ import annotations

import fcntl
import io
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import hypothesis
import pytest

from deploy.house.errors import HouseError
from deploy.house.processes import Stop
from deploy.house.screen import Screen
from deploy.house.services import started
from tests.house import own_house

FOREIGN_SITE = "http://127.0.0.1:18599"  # where tests/browser serves a page that embeds the widget
UNLIMITED = "1000000/minute"

hypothesis.settings.register_profile("steady", deadline=None, max_examples=60)
hypothesis.settings.load_profile("steady")


@pytest.fixture(scope="session")
def assistant_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the assistant, its three processes started for these tests; all workers of a run share it."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    address = shared / "address"
    with ExitStack() as held:
        with _locked(shared / "starting", fcntl.LOCK_EX):
            held.enter_context(_locked(shared / "users", fcntl.LOCK_SH) if address.exists() else _hosted(shared))
        yield address.read_text()


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
    house = own_house(
        folder,
        MOTCUA_ALLOWED_ORIGINS=f'["{FOREIGN_SITE}"]',
        MOTCUA_LIMIT_SESSION=UNLIMITED,
        MOTCUA_LIMIT_ADDRESS=UNLIMITED,
    )
    with ExitStack() as running:
        try:
            running.enter_context(started(house, Screen(io.StringIO()), Stop(), "Start"))
        except HouseError as error:
            pytest.fail("\n".join([*error.lines, str(error)]))
        yield house.address


@contextmanager
def _locked(path: Path, kind: int) -> Iterator[None]:
    """Holds a lock of the system's, which is free again should this process die."""
    with path.open("a") as file:
        fcntl.flock(file, kind)
        yield
