"""Settings of the gateway, and its secret."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from pydantic import ValidationError

import bot.settings
from bot.settings import BotSettings


def test_defaults_listen_on_this_machine_only() -> None:
    settings = BotSettings()
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.allowed_origins == ()
    assert settings.message_length == 2000


def test_the_environment_sets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_PORT", "8100")
    monkeypatch.setenv("MOTCUA_ALLOWED_ORIGINS", '["https://xa.example"]')
    assert BotSettings().port == 8100
    assert BotSettings().allowed_origins == ("https://xa.example",)


def test_a_file_sets_them(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MOTCUA_PORT=8200\nSOMETHING_ELSE=1\n")
    assert BotSettings().port == 8200


@pytest.mark.parametrize(
    ("name", "value"), [("RASA_TIMEOUT", "0"), ("SESSION_DAYS", "0"), ("PORT", "many"), ("NOTICE_SECONDS", "0")]
)
def test_nonsense_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"MOTCUA_{name}", value)
    with pytest.raises(ValidationError):
        BotSettings()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(bot.settings, "ROOT", tmp_path)
    return tmp_path


def test_the_secret_is_made_once_for_this_user_only(root: Path) -> None:
    secret = BotSettings().signing_secret()
    kept = root / "var" / "secret"
    assert len(secret) >= 48
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert BotSettings().signing_secret() == secret
    kept.unlink()
    assert BotSettings().signing_secret() != secret


def test_an_empty_secret_is_made_anew(root: Path) -> None:
    (root / "var").mkdir()
    (root / "var" / "secret").touch(mode=0o600)
    assert len(BotSettings().signing_secret()) >= 48


def test_a_secret_that_is_set_is_used_and_not_written(root: Path) -> None:
    assert BotSettings(secret="given").signing_secret() == "given"
    assert not (root / "var").exists()


def test_what_came_with_files_and_notices_has_its_defaults() -> None:
    settings = BotSettings()
    assert settings.attachment_bytes == 10 * 1024 * 1024
    assert settings.limit_attachments == "20/hour"
    assert settings.notice_seconds == 2
    assert settings.trusted_proxies == ()
    assert settings.inner_token is None


def test_proxies_are_addresses_or_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_TRUSTED_PROXIES", '["127.0.0.1", "10.0.0.0/8", "::1"]')
    assert BotSettings().trusted_proxies == ("127.0.0.1", "10.0.0.0/8", "::1")
    monkeypatch.setenv("MOTCUA_TRUSTED_PROXIES", '["proxy.example"]')
    with pytest.raises(ValidationError):
        BotSettings()
