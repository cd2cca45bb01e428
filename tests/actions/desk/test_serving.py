"""`python -m actions`: without a command it serves, with the desk's routes if there is a token for them."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from rasa_sdk import endpoint, executor
from sanic import Sanic
from typer.testing import CliRunner

from actions import __main__ as main
from actions.desk.desk import Desk
from actions.desk.errors import DeskUnavailable
from actions.desk.settings import DeskSettings, desk_settings
from knowledge.settings import ROOT


class Server:
    """Stands in for the action server: what was added to it, how it was run."""

    def __init__(self) -> None:
        self.routes: list[str] = []
        self.listeners: list[str] = []
        self.run_with: dict[str, Any] = {}

    def blueprint(self, routes: Any) -> None:
        self.routes.append(routes.name)

    def register_listener(self, listener: Any, moment: str) -> None:
        self.listeners.append(moment)

    def run(self, **options: Any) -> None:
        self.run_with = options


@pytest.fixture
def server(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server()
    loaded: list[str] = []
    registered = SimpleNamespace(register_package=loaded.append)
    monkeypatch.setattr(endpoint, "create_app", lambda actions: server)
    monkeypatch.setattr(executor, "ActionExecutor", lambda: registered)
    assistant = SimpleNamespace(library=lambda: loaded.append("library"), desk=lambda: desk)
    monkeypatch.setitem(sys.modules, "actions.assistant", assistant)
    desk_settings.cache_clear()
    yield server
    desk_settings.cache_clear()
    assert sorted(loaded) == sorted(["library", *(f"actions.{name}" for name in main.WITH_ACTIONS)])


@pytest.mark.parametrize(("words", "port"), [((), 5055), (("--port", "6001"), 6001)])
def test_it_serves_on_loopback(server: Server, words: tuple[str, ...], port: int) -> None:
    assert CliRunner().invoke(main.app, words).exit_code == 0
    assert (server.run_with["host"], server.run_with["port"]) == ("127.0.0.1", port)
    assert server.run_with["single_process"] is True
    assert server.routes == []
    assert server.listeners == ["after_server_start", "before_server_stop"]


def test_with_a_token_there_are_the_routes(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_DESK_TOKEN", "a-token-of-the-officers")
    assert CliRunner().invoke(main.app, []).exit_code == 0
    assert server.routes == ["desk"]


def test_every_module_with_actions_is_known() -> None:
    defining = re.compile(r"^class \w+\((?:Action|FormValidationAction)\):", re.MULTILINE)
    found = {path.stem for path in (ROOT / "actions").glob("*.py") if defining.search(path.read_text(encoding="utf-8"))}
    assert set(main.WITH_ACTIONS) == found


async def test_the_desk_forgets_every_day_whatever_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    days: list[float] = []
    forgot: list[int] = []

    async def sleep(seconds: float) -> None:
        days.append(seconds)
        if len(days) == 3:
            raise InterruptedError

    def forget() -> None:
        forgot.append(len(days))
        if len(forgot) == 1:
            raise DeskUnavailable("It is away.")

    monkeypatch.setattr(main.asyncio, "sleep", sleep)
    desk: Any = SimpleNamespace(forget=forget)
    with pytest.raises(InterruptedError):
        await main._forget_daily(desk)
    assert forgot == [0, 1, 2]
    assert days == [main.A_DAY] * 3


async def test_a_real_server_takes_them(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    forgot = asyncio.Event()
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(desk, "forget", lambda: loop.call_soon_threadsafe(forgot.set))
    monkeypatch.setattr(Sanic, "test_mode", True)
    app = endpoint.create_app(executor.ActionExecutor())
    main.add_desk(app, desk, DeskSettings(desk_token="a-token-of-the-officers"))
    assert {"desk/hand-overs", "desk/review"} <= {route.path for route in app.router.routes}
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        server: Any = await app.create_server(sock=place, return_asyncio_server=True)
        await server.startup()
        await server.after_start()
        await forgot.wait()
        await server.before_stop()
        server.close()
    with contextlib.suppress(asyncio.CancelledError):
        await app.ctx.forgetting
    assert app.ctx.forgetting.cancelled()
