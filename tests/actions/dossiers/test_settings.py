"""The settings of the register: what belongs together, what is secret, and which addresses are safe."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from actions.dossiers.errors import SettingMissing
from actions.dossiers.settings import DossierSettings, Kind

REST = {"dossiers": "rest", "dossiers_url": "https://dvc.example.vn/rest/v1/", "dossiers_token": "hidden-token"}
LGSP = {
    "dossiers": "lgsp",
    "dossiers_url": "https://lgsp.example.vn/KetNoi",
    "dossiers_user": "hidden-user",
    "dossiers_password": "hidden word",
}


def test_without_settings_dossiers_are_made_up_and_in_the_own_database() -> None:
    settings = DossierSettings()
    assert (settings.dossiers, settings.demonstration) == (Kind.EMBEDDED, True)
    assert (settings.dossiers_timeout, settings.dossiers_longest, settings.dossiers_cache) == (3.0, 8.0, 5.0)


def test_they_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_DOSSIERS", "rest")
    monkeypatch.setenv("MOTCUA_DOSSIERS_URL", "http://127.0.0.1:8090/rest/v1")
    monkeypatch.setenv("MOTCUA_DOSSIERS_TOKEN", "sandbox")
    monkeypatch.setenv("MOTCUA_DOSSIERS_TIMEOUT", "0.5")
    settings = DossierSettings()
    assert (settings.dossiers, settings.dossiers_timeout) == (Kind.REST, 0.5)
    assert settings.dossiers_token.get_secret_value() == "sandbox"


@pytest.mark.parametrize(
    ("given", "demonstration"),
    [
        ({}, True),
        ({"dossiers_demonstration": False}, False),
        (REST, False),
        ({**REST, "dossiers_demonstration": True}, True),
        (LGSP, False),
    ],
)
def test_dossiers_are_made_up_if_embedded_or_if_somebody_says_so(given: dict[str, object], demonstration: bool) -> None:
    assert DossierSettings.model_validate(given).demonstration is demonstration


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"dossiers": "rest"}, "MOTCUA_DOSSIERS_URL, MOTCUA_DOSSIERS_TOKEN"),
        ({**REST, "dossiers_token": ""}, "MOTCUA_DOSSIERS_TOKEN"),
        ({"dossiers": "lgsp"}, "MOTCUA_DOSSIERS_URL, MOTCUA_DOSSIERS_USER, MOTCUA_DOSSIERS_PASSWORD"),
        ({**LGSP, "dossiers_password": ""}, "MOTCUA_DOSSIERS_PASSWORD"),
    ],
)
def test_what_is_missing_is_named_at_the_start(given: dict[str, object], missing: str) -> None:
    with pytest.raises(SettingMissing, match=f"\\[R401\\] .* needs {missing}\\."):
        DossierSettings.model_validate(given)


@pytest.mark.parametrize(
    "wrong",
    [
        {"dossiers": "oracle"},
        {"dossiers_url": "http://dvc.example.vn/rest/v1"},
        {"dossiers_url": "http://127.0.0.1.example.vn/"},
        {"dossiers_url": "https://user:word@dvc.example.vn"},
        {"dossiers_url": "https://user@dvc.example.vn"},
        {"dossiers_url": "https://dvc.example.vn/rest?x=1"},
        {"dossiers_url": "https://dvc.example.vn/re st"},
        {"dossiers_url": "dvc.example.vn"},
        {"dossiers_url": "ftp://dvc.example.vn"},
        {"dossiers_url": "https://"},
        {"dossiers_url": "https://dvc.example.vn:port/"},
        {"dossiers_page": "javascript:alert(1)"},
        {"dossiers_token": "two words"},
        {"dossiers_token": "khoá"},
        {"dossiers_token": "a\r\nX-More: 1"},
        {"dossiers_unit": "H41"},
        {"dossiers_unit": "Nghệ An"},
        {"dossiers_timeout": 0},
        {"dossiers_longest": 61},
        {"dossiers_cache": -1},
    ],
)
def test_what_cannot_work_or_is_not_safe_is_refused_at_the_start(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        DossierSettings.model_validate(wrong)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8090/lgsp", "http://localhost:8090", "http://[::1]:8090/x"])
def test_this_machine_may_be_asked_without_encryption(url: str) -> None:
    assert DossierSettings(dossiers_url=url).dossiers_url == url


def test_an_address_is_kept_without_its_last_slash() -> None:
    assert DossierSettings.model_validate(REST).dossiers_url == "https://dvc.example.vn/rest/v1"


@pytest.mark.parametrize("given", [REST, LGSP])
def test_no_secret_is_shown(given: dict[str, object]) -> None:
    settings = DossierSettings.model_validate(given)
    assert "hidden" not in f"{settings!r}{settings}"


def test_no_secret_is_shown_where_it_is_refused() -> None:
    with pytest.raises(ValidationError) as refused:
        DossierSettings.model_validate(
            {"dossiers_url": "https://user:hidden@dvc.example.vn", "dossiers_token": "hid den"}
        )
    assert "hid" not in str(refused.value)


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in DossierSettings.model_fields.values())
