"""The server: on loopback only, able to end a connection; it stops cleanly and starts again over the same database."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from actions.dossiers.sandbox import serving
from actions.dossiers.sandbox.serving import listening, serve
from actions.dossiers.sandbox.settings import SandboxSettings
from storage.vault import Vault
from tests.actions.dossiers.sandbox_server import PATIENCE


def test_it_listens_on_this_machine_only() -> None:
    with listening(0) as place:
        assert place.getsockname()[0] == "127.0.0.1"


def test_a_port_in_use_is_said_at_once() -> None:
    with listening(0) as place, pytest.raises(OSError, match="in use"):
        listening(place.getsockname()[1])


def test_it_serves_until_it_is_stopped(vault: Vault, database_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice: what was done the first time is there the second time."""
    made: list[uvicorn.Server] = []
    make = serving.make_server

    def remembered(app: Any) -> uvicorn.Server:
        made.append(make(app))
        return made[-1]

    monkeypatch.setattr(serving, "make_server", remembered)
    codes = []
    for _ in range(2):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        settings = SandboxSettings(port=port, database=f"sqlite:///{database_file}")
        running = threading.Thread(target=serve, args=(settings, vault), daemon=True)
        running.start()
        transport = httpx.HTTPTransport(retries=20)  # until it listens
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE, transport=transport) as client:
            codes.append({one["code"] for one in client.get("/sandbox/dossiers").json()})
            assert client.post("/sandbox/dossiers", json={"script": "land"}).status_code == 201
        made[-1].should_exit = True
        running.join(PATIENCE)
        assert not running.is_alive()
    assert len(codes[1] - codes[0]) == 1
