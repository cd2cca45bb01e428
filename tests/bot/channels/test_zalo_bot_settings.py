"""Settings of the Zalo bot."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.channels.zalo_bot_settings import ZaloBotSettings

TOKEN = "123:made-up"


def settings(**values: object) -> ZaloBotSettings:
    return ZaloBotSettings.model_validate(values)


def test_without_a_token_there_is_no_bot() -> None:
    assert not settings().enabled
    with pytest.raises(ValueError, match="token"):
        settings().bot_token()


def test_the_token_comes_from_the_environment_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "token"
    path.write_text(f"{TOKEN}\n")
    assert settings(token_file=path).bot_token() == TOKEN
    monkeypatch.setenv("MOTCUA_ZALO_BOT_TOKEN", "9:other")
    assert ZaloBotSettings().bot_token() == "9:other"
    assert ZaloBotSettings().enabled
    assert "9:other" not in repr(ZaloBotSettings())


@pytest.mark.parametrize("token", ["made-up", "1:", "1:a/b", "1:a b"])
def test_what_is_no_token_is_refused_without_being_told(token: str) -> None:
    with pytest.raises(ValueError, match="a number, a colon") as raised:
        settings(token=token).bot_token()
    assert token not in str(raised.value)


def test_the_public_address_may_be_that_of_all_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_PUBLIC_URL", "https://all.example/")
    assert ZaloBotSettings().public_url == "https://all.example"
    monkeypatch.setenv("MOTCUA_ZALO_BOT_PUBLIC_URL", "https://bot.example")
    assert ZaloBotSettings().public_url == "https://bot.example"
    assert ZaloBotSettings(public_url="https://given.example").public_url == "https://given.example"


def test_the_secret_is_the_same_for_the_same_token() -> None:
    made = settings(token=TOKEN).secret()
    assert made == settings(token=TOKEN).secret()
    assert made != settings(token="124:made-up").secret()
    assert 8 <= len(made) <= 256
    assert TOKEN not in made
    assert settings(token=TOKEN, webhook_secret="eight888").secret() == "eight888"


@pytest.mark.parametrize(
    "wrong",
    [
        {"webhook_secret": "seven77"},
        {"webhook_secret": "x" * 257},
        {"webhook_secret": "bí mật của tôi"},
        {"base_url": "http://bot-api.example"},
        {"base_url": "bot-api.example"},
        {"public_url": "http://citizens.example"},
        {"mode": "webhook"},
        {"mode": "both"},
        {"rate": "often"},
        {"rate_chat": "1"},
        {"file_hosts": [""]},
        {"poll_seconds": 0},
    ],
)
def test_what_cannot_work_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as raised:
        settings(**wrong)
    assert "bí mật" not in str(raised.value)
