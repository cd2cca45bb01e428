"""`python -m actions`: without a command it serves, with the desk's routes if there is a token for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from rasa_sdk import endpoint, executor
from typer.testing import CliRunner

from actions import __main__ as main
from actions import assistant, logs
from actions.desk.desk import Desk
from actions.desk.settings import desk_settings
from knowledge.settings import ROOT


class Server:
    """Stands in for the action server: what was added to it, how it was run."""

    def __init__(self) -> None:
        self.routes: list[str] = []
        self.listeners: list[str] = []
        self.run_with: dict[str, Any] = {}
        self.config = SimpleNamespace(REQUEST_MAX_SIZE=0)

    def blueprint(self, routes: Any) -> None:
        self.routes.append(routes.name)

    def register_listener(self, listener: Any, moment: str) -> None:
        self.listeners.append(moment)

    def register_middleware(self, middleware: Any, moment: str) -> None:
        self.listeners.append(moment)

    def run(self, **options: Any) -> None:
        self.run_with = options


@pytest.fixture
def server(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server()
    loaded: list[str] = []
    monkeypatch.setattr(endpoint, "create_app", lambda actions: server)
    monkeypatch.setattr(executor.ActionExecutor, "register_package", lambda _, package: loaded.append(package))
    for name in ("library", "forms", "register"):
        monkeypatch.setattr(assistant, name, partial(loaded.append, name))
    monkeypatch.setattr(assistant, "desk", lambda: desk)
    monkeypatch.setattr(logs, "set_up_logs", lambda counted: None)  # its hooks are of the whole process
    monkeypatch.setenv("MOTCUA_INNER_TOKEN", "a-token-of-the-gateway")
    desk_settings.cache_clear()
    yield server
    desk_settings.cache_clear()
    assert sorted(loaded) == sorted(
        ["library", "forms", "register", *(f"actions.{name}" for name in main.WITH_ACTIONS)]
    )


@pytest.mark.parametrize(("words", "port"), [((), 5055), (("--port", "6001"), 6001)])
def test_it_serves_on_loopback(server: Server, words: tuple[str, ...], port: int) -> None:
    assert CliRunner().invoke(main.app, words).exit_code == 0
    assert (server.run_with["host"], server.run_with["port"]) == ("127.0.0.1", port)
    assert server.run_with["single_process"] is True
    assert server.routes == ["inner", "upkeep"]
    assert server.config.REQUEST_MAX_SIZE == main.LARGEST_REQUEST
    assert server.listeners == ["after_server_start", "before_server_stop", "request"]


def test_with_a_token_there_are_the_routes(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_DESK_TOKEN", "a-token-of-the-officers")
    assert CliRunner().invoke(main.app, []).exit_code == 0
    assert server.routes == ["desk", "inner", "upkeep"]


def test_every_module_with_actions_is_known() -> None:
    defining = re.compile(r"^class \w+\((?:Action|FormValidationAction)\):", re.MULTILINE)
    found = {path.stem for path in (ROOT / "actions").glob("*.py") if defining.search(path.read_text(encoding="utf-8"))}
    assert set(main.WITH_ACTIONS) == found
