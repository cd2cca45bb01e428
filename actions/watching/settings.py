"""Settings of the notices, from the environment (prefix MOTCUA_) or a .env file. docs/notices.md lists them."""

from __future__ import annotations

from datetime import time
from functools import lru_cache

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class WatchSettings(BaseSettings):
    """How often followed dossiers are looked at, when nobody is to be woken, how long things are kept."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_", env_file=".env", extra="ignore")

    watch_seconds: int = Field(default=900, ge=1, description="seconds between two looks at a followed dossier")
    watch_most: int = Field(default=20, ge=1, description="dossiers that one conversation may follow")
    watch_after_days: int = Field(default=3, ge=0, description="days a dossier is still followed after it has ended")
    watch_longest_days: int = Field(default=365, ge=1, description="days after which following ends in any case")
    quiet_from: time = Field(default=time(21), description="from when nothing is sent in the evening, Vietnam's time")
    quiet_to: time = Field(default=time(7), description="until when nothing is sent; the same as from: never quiet")
    keep_notices_days: int = Field(default=14, ge=1, description="days a notice waits to be fetched, then is deleted")

    @field_validator("quiet_from", "quiet_to")
    @classmethod
    def _of_vietnam(cls, hour: time) -> time:
        if hour.tzinfo is not None:
            raise ValueError("an hour of Vietnam's time without a zone, like 21:00")
        return hour


@lru_cache
def watch_settings() -> WatchSettings:
    """The settings, read once."""
    return WatchSettings()
