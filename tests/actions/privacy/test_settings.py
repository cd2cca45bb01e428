"""With what personal data is sealed and for how long it is kept is set from outside; all is short by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import ValidationError

from actions.privacy.settings import PrivacySettings
from storage import settings as module

NO_ENV_FILE: dict[str, Any] = {"_env_file": None}
DAYS = ("keep_answers_days", "keep_files_days", "keep_grants_days", "keep_consent_days", "keep_audit_days")


@pytest.fixture(autouse=True)
def only_our_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in PrivacySettings.model_fields:
        monkeypatch.delenv(f"MOTCUA_{name.upper()}", raising=False)
    monkeypatch.setattr(module, "KEY_FILE", tmp_path / "vault-key")


def test_without_settings_what_citizens_gave_is_kept_for_a_month_at_most() -> None:
    known = PrivacySettings(**NO_ENV_FILE)
    assert (known.keep_answers_days, known.keep_files_days, known.keep_grants_days) == (30, 7, 30)
    assert known.keep_consent_days >= known.keep_audit_days


@pytest.mark.parametrize("name", DAYS)
def test_days_are_set_from_outside_and_at_least_one(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"MOTCUA_{name.upper()}", "3")
    assert getattr(PrivacySettings(**NO_ENV_FILE), name) == 3
    monkeypatch.setenv(f"MOTCUA_{name.upper()}", "0")
    with pytest.raises(ValidationError):
        PrivacySettings(**NO_ENV_FILE)


def test_keys_come_from_the_setting_the_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    monkeypatch.setenv("MOTCUA_VAULT_KEY", old)
    sealed = PrivacySettings(**NO_ENV_FILE).vault().seal("a")
    monkeypatch.setenv("MOTCUA_VAULT_KEY", f"{new}, {old}")
    both = PrivacySettings(**NO_ENV_FILE).vault()
    assert both.open(sealed) == "a"
    monkeypatch.setenv("MOTCUA_VAULT_KEY", new)
    assert PrivacySettings(**NO_ENV_FILE).vault().open(both.seal("b")) == "b"


def test_without_one_a_key_is_made_once_and_kept(tmp_path: Path) -> None:
    sealed = PrivacySettings(**NO_ENV_FILE).vault().seal("a")
    assert PrivacySettings(**NO_ENV_FILE).vault().open(sealed) == "a"
    assert (tmp_path / "vault-key").stat().st_mode & 0o077 == 0


def test_no_key_is_shown() -> None:
    key = Fernet.generate_key().decode()
    assert key not in repr(PrivacySettings(vault_key=key, **NO_ENV_FILE))


def test_a_key_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_VAULT_KEY", "much-too-short-a-key")
    with pytest.raises(ValidationError, match="44 characters"):
        PrivacySettings(**NO_ENV_FILE)
