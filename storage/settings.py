"""The setting of the keys, from the environment (prefix MOTCUA_) or a .env file."""

from __future__ import annotations

from pathlib import Path

from cryptography.fernet import Fernet
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from storage.vault import Vault, kept_key

ROOT = Path(__file__).resolve().parents[1]
KEY_FILE = ROOT / "var" / "vault-key"


class VaultSettings(BaseSettings):
    """With what personal data is sealed."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_", env_file=".env", extra="ignore", hide_input_in_errors=True)

    vault_key: SecretStr = Field(
        default=SecretStr(""),
        description="Fernet keys that seal personal data, separated by commas, the newest first; made in var/vault-key",
    )

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
