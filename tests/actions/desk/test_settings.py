"""The desk's settings: what belongs together, what is secret, and the key that is made once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError

from actions.desk import settings as module
from actions.desk.settings import DeskSettings


def test_without_settings_nobody_is_told_and_the_api_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MOTCUA_DATABASE")
    settings = DeskSettings()
    assert settings.database.endswith("var/motcua.sqlite")
    assert (settings.desk_token.get_secret_value(), settings.notice_email, settings.keep_days) == ("", "", 90)


def test_they_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_KEEP_DAYS", "30")
    monkeypatch.setenv("MOTCUA_DESK_TOKEN", "a-token-of-the-officers")
    settings = DeskSettings()
    assert (settings.keep_days, settings.desk_token.get_secret_value()) == (30, "a-token-of-the-officers")


@pytest.mark.parametrize(
    "wrong",
    [
        {"desk_token": "short"},
        {"notice_email": "a@b.vn"},
        {"notice_email": "a@b.vn", "smtp_url": "http://mail.b.vn"},
        {"smtp_url": "smtp://"},
        {"smtp_url": "smtp://mail:port"},
        {"notice_telegram_chat": "-100"},
        {"notice_telegram_token": "123:abc"},
        {"keep_days": 0},
    ],
)
def test_what_cannot_work_is_refused_at_the_start(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        DeskSettings.model_validate(wrong)


def test_no_secret_is_shown() -> None:
    settings = DeskSettings.model_validate(
        {
            "database": "postgresql://u:hidden@db/desk",
            "desk_token": "hidden-hidden-hidden",
            "smtp_url": "smtp://u:hidden@mail",
            "notice_telegram_token": "1:hidden",
            "notice_telegram_chat": "-100",
            "desk_key": "hidden",
        }
    )
    assert "hidden" not in repr(settings)


def test_the_key_is_made_once_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "var" / "desk-key"
    monkeypatch.setattr(module, "KEY_FILE", path)
    settings = DeskSettings(desk_key="")
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: settings.hash_key(), range(8)))
    assert keys == {path.read_bytes()}
    assert len(path.read_text()) > 40
    assert path.stat().st_mode & 0o077 == 0
    assert list(path.parent.iterdir()) == [path]
