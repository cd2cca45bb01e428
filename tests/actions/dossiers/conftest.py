"""A province's system for the tests of who asks it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.actions.dossiers.sandbox_server import Sandbox, running_sandbox


@pytest.fixture(scope="session")
def sandbox_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The sandbox as it comes; take `sandbox` instead."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(sandbox_server: Sandbox) -> Iterator[Sandbox]:
    """A province's system on a real port, with the examples as its dossiers and no faults."""
    yield sandbox_server
    sandbox_server.reset()
