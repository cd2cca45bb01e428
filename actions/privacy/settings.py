"""Settings of the room for personal data, from the environment (prefix MOTCUA_) or a .env file."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from actions.privacy.vault import Vault, kept_key

ROOT = Path(__file__).resolve().parents[2]
KEY_FILE = ROOT / "var" / "vault-key"


class PrivacySettings(BaseSettings):
    """With what personal data is sealed, and for how long it is kept."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_", env_file=".env", extra="ignore", hide_input_in_errors=True)

    vault_key: SecretStr = Field(
        default=SecretStr(""),
        description="Fernet keys that seal personal data, separated by commas, the newest first; made in var/vault-key",
    )
    keep_answers_days: int = Field(default=30, ge=1, description="days after the last answer until a form is deleted")
    keep_files_days: int = Field(default=7, ge=1, description="days until attachments and made documents are deleted")
    keep_grants_days: int = Field(default=30, ge=1, description="days somebody who proved a dossier theirs stays known")
    keep_consent_days: int = Field(default=730, ge=1, description="days the record of a consent is kept as evidence")
    keep_audit_days: int = Field(default=365, ge=1, description="days the audit trail is kept")

    @field_validator("vault_key")
    @classmethod
    def _fernet_keys(cls, keys: SecretStr) -> SecretStr:
        try:
            for key in filter(None, keys.get_secret_value().split(",")):
                Fernet(key.strip())
        except ValueError as error:
            raise ValueError("each key is 44 characters, as Fernet.generate_key() makes them") from error
        return keys

    def vault(self) -> Vault:
        """The vault with these keys; without any, with the one that is made and kept in var/vault-key."""
        keys = [key.strip() for key in self.vault_key.get_secret_value().split(",") if key.strip()]
        return Vault(keys or [kept_key(KEY_FILE)])


@lru_cache
def privacy_settings() -> PrivacySettings:
    """The settings, read once."""
    return PrivacySettings()
