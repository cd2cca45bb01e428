"""The settings of who may see a dossier."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from actions.dossiers.access_settings import ALL_LETTERS, AccessSettings
from tests.actions.dossiers.doors import NO_ENV_FILE


def test_without_any_they_are_strict(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in AccessSettings.model_fields:
        monkeypatch.delenv(f"MOTCUA_{name.upper()}", raising=False)
    settings = AccessSettings(**NO_ENV_FILE)
    assert (settings.access_free_tries, settings.access_free_tries_code, settings.access_free_tries_address) == (
        3,
        5,
        30,
    )
    assert settings.access_tick == 0.6
    assert settings.access_alphabet == ALL_LETTERS


def test_they_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_ACCESS_TICK", "1.5")
    monkeypatch.setenv("MOTCUA_ACCESS_ALPHABET", " 23456789abcdef ")
    settings = AccessSettings(**NO_ENV_FILE)
    assert settings.access_tick == 1.5
    assert settings.access_alphabet == "23456789ABCDEF"


@pytest.mark.parametrize(
    "wrong",
    [
        {"access_tick": 0},
        {"access_free_tries": 0},
        {"access_free_tries": 99},
        {"access_alphabet": "ĐẠI"},
        {"access_alphabet": "1111111111111"},
    ],
)
def test_what_would_leave_the_door_open_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        AccessSettings(**wrong, **NO_ENV_FILE)  # type: ignore[arg-type]
