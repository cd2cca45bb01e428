from __future__ import annotations

from datetime import time

import pytest
from pydantic import ValidationError

from actions.watching.settings import WatchSettings, watch_settings
from tests.actions.watching.province import NO_ENV_FILE


def test_by_default_a_quarter_of_an_hour_and_a_quiet_night(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in WatchSettings.model_fields:
        monkeypatch.delenv(f"MOTCUA_{name.upper()}", raising=False)
    settings = WatchSettings(**NO_ENV_FILE)
    assert settings.watch_seconds == 900
    assert settings.watch_most == 20
    assert (settings.quiet_from, settings.quiet_to) == (time(21), time(7))
    assert settings.keep_notices_days == 14


def test_the_environment_sets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_WATCH_SECONDS", "5")
    monkeypatch.setenv("MOTCUA_QUIET_FROM", "22:30")
    settings = WatchSettings(**NO_ENV_FILE)
    assert settings.watch_seconds == 5
    assert settings.quiet_from == time(22, 30)


@pytest.mark.parametrize("wrong", ["21:00Z", "24:00", "abends"])
def test_hours_are_plain_hours_of_vietnam(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("MOTCUA_QUIET_TO", wrong)
    with pytest.raises(ValidationError, match="quiet_to"):
        WatchSettings(**NO_ENV_FILE)


def test_they_are_read_once() -> None:
    watch_settings.cache_clear()
    assert watch_settings() is watch_settings()
