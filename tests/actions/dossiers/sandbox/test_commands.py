"""`python -m actions.dossiers sandbox` and `openapi`."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from actions.dossiers.__main__ import app
from actions.dossiers.sandbox import serving
from actions.dossiers.sandbox.serving import listening
from actions.dossiers.sandbox.settings import SandboxSettings
from knowledge.settings import ROOT
from tests.actions.dossiers.sandbox_server import PATIENCE


def test_openapi_prints_json() -> None:
    result = CliRunner().invoke(app, ["openapi"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["openapi"].startswith("3.")


def test_options_go_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[SandboxSettings] = []

    def serve(settings: SandboxSettings, vault: Any) -> None:
        seen.append(settings)

    monkeypatch.setattr(serving, "serve", serve)
    monkeypatch.setenv("MOTCUA_SANDBOX_PORT", "18091")
    monkeypatch.setenv("MOTCUA_SANDBOX_SEED", "7")
    words = ["sandbox", "--port", "18092", "--speed", "60", "--token", "t", "--database", "sqlite:///x.sqlite"]
    assert CliRunner().invoke(app, words).exit_code == 0
    (settings,) = seen
    assert (settings.port, settings.seed, settings.speed, settings.database) == (18092, 7, 60, "sqlite:///x.sqlite")
    assert settings.token.get_secret_value() == "t"


def test_wrong_options_are_one_line() -> None:
    result = CliRunner().invoke(app, ["sandbox", "--speed", "-1"])
    assert result.exit_code == 1
    assert "MOTCUA_SANDBOX_SPEED" in result.output
    assert result.output.count("\n") == 1


def test_a_port_in_use_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_VAULT_KEY", Fernet.generate_key().decode())
    with listening(0) as place:
        result = CliRunner().invoke(app, ["sandbox", "--port", str(place.getsockname()[1])])
    assert result.exit_code == 1
    assert "--port" in result.output


def test_it_runs_says_where_and_what_it_is_and_ends_with_a_signal(database_file: Path) -> None:
    words = ["-m", "actions.dossiers", "sandbox", "--port", "0", "--database", f"sqlite:///{database_file}"]
    environment = {**os.environ, "MOTCUA_VAULT_KEY": Fernet.generate_key().decode(), "NO_COLOR": "1"}
    with subprocess.Popen(
        [sys.executable, *words], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        said = next(line for line in process.stdout if "sandbox_province" in line)
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert found
        assert "no real system" in said
        assert httpx.get(f"{found.group()}/rest/v1/health", timeout=PATIENCE, trust_env=False).is_success
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) in (0, -signal.SIGTERM)
