"""Settings of the sandbox."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from actions.dossiers.sandbox.settings import SandboxSettings


def test_it_runs_without_any() -> None:
    settings = SandboxSettings()
    assert (settings.port, settings.user, settings.token.get_secret_value()) == (8090, "sandbox", "sandbox")
    assert settings.database.endswith("var/sandbox.sqlite")
    assert settings.speed is None
    assert not settings.faults.away


def test_faults_come_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_SANDBOX_FAULTS", '{"slow": 2, "errors": 0.3}')
    monkeypatch.setenv("MOTCUA_SANDBOX_SPEED", "60")
    settings = SandboxSettings()
    assert (settings.faults.slow, settings.faults.errors, settings.speed) == (2, 0.3, 60)


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "70000"), ("SPEED", "-1"), ("SPEED", "1e9"), ("TOKEN", ""), ("FAULTS", '{"slwo": 2}')],
)
def test_what_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"MOTCUA_SANDBOX_{name}", value)
    with pytest.raises(ValidationError):
        SandboxSettings()


def test_no_secret_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_SANDBOX_TOKEN", "hidden-token")
    monkeypatch.setenv("MOTCUA_SANDBOX_DATABASE", "postgresql+psycopg://me:hidden-password@127.0.0.1/x")
    assert "hidden" not in repr(SandboxSettings())
