"""The token, the secret that is made of it, and what a webhook needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from bot.channels.telegram_settings import TelegramSettings

TOKEN = "123:abc_DEF-4"


def settings(**given: object) -> TelegramSettings:
    return TelegramSettings(_env_file=None, **given)  # type: ignore[call-arg, arg-type]


def test_without_a_token_there_is_no_telegram() -> None:
    assert not settings().enabled
    with pytest.raises(ValueError, match="BotFather"):
        settings().bot_token()


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_TELEGRAM_TOKEN", TOKEN)
    assert settings().enabled
    assert settings().bot_token() == TOKEN
    assert settings().mode == "polling"


def test_the_token_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    assert settings(token_file=file).bot_token() == TOKEN


@pytest.mark.parametrize("token", ["abc", "123", "123:", ":abc", "123:a/b", "123:a b", f"{TOKEN}\n{TOKEN}"])
def test_what_is_no_token_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(ValueError, match="BotFather") as raised:
        settings(token=SecretStr(token)).bot_token()
    assert token not in str(raised.value)


def test_the_secret_is_the_same_in_every_process_and_another_for_another_bot() -> None:
    mine = settings(token=SecretStr(TOKEN)).secret()
    assert mine == settings(token=SecretStr(TOKEN)).secret()
    assert mine != settings(token=SecretStr("124:abc_DEF-4")).secret()
    assert re.fullmatch(r"[A-Za-z0-9_-]{32,256}", mine)
    assert TOKEN not in mine


def test_a_secret_of_ones_own_is_taken() -> None:
    assert settings(token=SecretStr(TOKEN), webhook_secret=SecretStr("own_1")).secret() == "own_1"


@pytest.mark.parametrize("secret", ["with space", "é", "a" * 257])
def test_a_secret_that_telegram_would_refuse_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(ValidationError) as raised:
        settings(webhook_secret=SecretStr(secret))
    assert secret not in str(raised.value)


@pytest.mark.parametrize("url", ["", "http://bot.example", "bot.example"])
def test_a_webhook_needs_an_address_with_https(url: str) -> None:
    with pytest.raises(ValidationError):
        settings(token=SecretStr(TOKEN), mode="webhook", public_url=url)


def test_the_webhook_has_its_address() -> None:
    given = settings(token=SecretStr(TOKEN), mode="webhook", public_url="https://bot.example/")
    assert given.webhook_url() == "https://bot.example/channels/telegram"


def test_no_secret_shows() -> None:
    shown = repr(settings(token=SecretStr(TOKEN), webhook_secret=SecretStr("own_1")))
    assert TOKEN not in shown
    assert "own_1" not in shown


def test_the_address_of_all_channels_counts_and_one_of_its_own_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_PUBLIC_URL", "https://all.example")
    assert settings().public_url == "https://all.example"
    monkeypatch.setenv("MOTCUA_TELEGRAM_PUBLIC_URL", "https://own.example/")
    assert settings().public_url == "https://own.example"
