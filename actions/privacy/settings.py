"""Settings of the room for personal data, from the environment (prefix MOTCUA_) or a .env file."""

from __future__ import annotations

from functools import lru_cache

from pydantic import Field

from storage.settings import VaultSettings


class PrivacySettings(VaultSettings):
    """With what personal data is sealed, and for how long it is kept."""

    keep_answers_days: int = Field(default=30, ge=1, description="days after the last answer until a form is deleted")
    keep_files_days: int = Field(default=7, ge=1, description="days until attachments and made documents are deleted")
    keep_grants_days: int = Field(default=30, ge=1, description="days somebody who proved a dossier theirs stays known")
    keep_consent_days: int = Field(default=730, ge=1, description="days the record of a consent is kept as evidence")
    keep_audit_days: int = Field(default=365, ge=1, description="days the audit trail is kept")


@lru_cache
def privacy_settings() -> PrivacySettings:
    """The settings, read once."""
    return PrivacySettings()
