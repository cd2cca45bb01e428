"""A gateway with settings of its own, in front of a Rasa and an action server that are none."""

from __future__ import annotations

import atexit
import functools
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.delivery.database import GatewayDatabase
from bot.gateway import Gateway
from bot.inner import Inner
from bot.rasa import Rasa
from bot.server import create_app
from bot.settings import BotSettings
from tests.bot.double import ALLOWED, CLOSED_URL, INNER_TOKEN, FakeActions, FakeRasa

Serve = Callable[..., TestClient]


@pytest.fixture(autouse=True)
def nothing_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the environment nor a .env file says anything."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("MOTCUA_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def rasa() -> FakeRasa:
    return FakeRasa()


@pytest.fixture
def actions() -> FakeActions:
    return FakeActions()


def own_settings(**changes: Any) -> BotSettings:
    """Settings for a gateway without limits in front of nobody, with some changed."""
    values: dict[str, Any] = {
        "rasa_url": CLOSED_URL,
        "actions_url": CLOSED_URL,
        "secret": "for the tests",
        "inner_token": INNER_TOKEN,
        "gateway_database": fresh_database(),
        "allowed_origins": (ALLOWED,),
        "limit_session": "1000000/minute",
        "limit_address": "1000000/minute",
        "limit_attachments": "1000000/minute",
        "limit_attachments_address": "1000000/minute",
    }
    return BotSettings(**values | changes)


@functools.cache
def _made_database() -> Path:
    """A database of a gateway with its tables: making them takes longer than most tests."""
    path = Path(tempfile.mkdtemp(prefix="motcua-gateway-")) / "gateway.sqlite"
    database = GatewayDatabase(f"sqlite:///{path}")
    database.engine()
    database.close()
    atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
    return path


def fresh_database() -> str:
    """The URL of an empty database of a gateway."""
    path = _made_database().with_name(f"{secrets.token_hex(8)}.sqlite")
    shutil.copyfile(_made_database(), path)
    return f"sqlite:///{path}"


def doubled(rasa: FakeRasa, actions: FakeActions, **changes: Any) -> Gateway:
    """A gateway in front of the two doubles, with some settings changed."""
    return Gateway(
        own_settings(**changes),
        rasa=Rasa("http://rasa", 5, transport=rasa.transport),
        inner=Inner("http://actions", INNER_TOKEN, transport=actions.transport),
    )


@pytest.fixture
def serve(rasa: FakeRasa, actions: FakeActions) -> Iterator[Serve]:
    """Serves the application, in this process, with some settings changed."""
    clients = []

    def start(**changes: Any) -> TestClient:
        clients.append(TestClient(create_app(gateway=doubled(rasa, actions, **changes))).__enter__())
        return clients[-1]

    yield start
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def client(serve: Serve) -> TestClient:
    return serve()
