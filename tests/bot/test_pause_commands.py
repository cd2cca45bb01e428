"""`pause`, `resume` and `paused` at a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from bot.delivery.database import GatewayDatabase
from bot.pause import Pause
from bot.pause_commands import add_pause_commands

RUN = CliRunner()


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    add_pause_commands(app)
    return app


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GatewayDatabase]:
    url = f"sqlite:///{tmp_path / 'gateway.sqlite'}"
    monkeypatch.setenv("MOTCUA_GATEWAY_DATABASE", url)
    found = GatewayDatabase(url)
    yield found
    found.close()


def test_off_and_on_again(app: typer.Typer, database: GatewayDatabase) -> None:
    off = RUN.invoke(app, ["pause", "--reason", "bảo trì đến 14 giờ"])
    assert off.exit_code == 0, off.output
    found = Pause(database).now()
    assert found is not None
    assert found.reason == "bảo trì đến 14 giờ"
    assert found.sentence in off.output
    on = RUN.invoke(app, ["resume"])
    assert on.exit_code == 0, on.output
    assert Pause(database).now() is None


def test_a_reason_is_not_needed_when_it_must_be_quick(app: typer.Typer, database: GatewayDatabase) -> None:
    assert RUN.invoke(app, ["pause"]).exit_code == 0
    assert Pause(database).now() is not None


def test_it_can_be_asked(app: typer.Typer, database: GatewayDatabase) -> None:
    assert RUN.invoke(app, ["paused"]).output == "on\n"
    Pause(database).begin("mất điện")
    told = RUN.invoke(app, ["paused"]).output
    assert told.startswith("off since ")
    assert told.endswith(": mất điện\n")


def test_a_reason_that_cannot_be_shown_is_refused(app: typer.Typer, database: GatewayDatabase) -> None:
    refused = RUN.invoke(app, ["pause", "--reason", " "])
    assert refused.exit_code == 2
    assert Pause(database).now() is None


def test_resuming_what_is_on_says_so(app: typer.Typer, database: GatewayDatabase) -> None:
    assert RUN.invoke(app, ["resume"]).output == "it was on\n"


@pytest.mark.parametrize("command", ["pause", "resume", "paused"])
def test_a_database_that_is_away_is_one_line(app: typer.Typer, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_GATEWAY_DATABASE", "sqlite:////proc/no/such/place.sqlite")
    told = RUN.invoke(app, [command])
    assert told.exit_code == 1
    assert told.output.splitlines()[-1].startswith("[A101]")
    assert "Traceback" not in told.output
