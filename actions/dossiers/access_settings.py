"""Settings of who may see a dossier, from the environment (prefix MOTCUA_) or a .env file."""

from __future__ import annotations

from functools import lru_cache

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ALL_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class AccessSettings(BaseSettings):
    """How often somebody may try to open a dossier, and how the answer is timed."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_", env_file=".env", extra="ignore")

    access_tick: float = Field(
        default=0.6,
        gt=0,
        le=10,
        description="an answer goes out this many seconds, or a multiple, after the question; "
        "longer than the province's system takes to answer",
    )
    access_free_tries: int = Field(
        default=3, ge=1, le=10, description="failures of one conversation before it must wait"
    )
    access_free_tries_code: int = Field(default=5, ge=1, le=50, description="failures at one code before all must wait")
    access_free_tries_address: int = Field(
        default=30, ge=1, le=10_000, description="failures of one network address in an hour before it must wait"
    )
    access_ceiling: int = Field(
        default=60,
        ge=1,
        le=100_000,
        description="failures of all together in a minute; above it every failure is answered late and must wait",
    )
    access_alphabet: str = Field(
        default=ALL_LETTERS,
        description="letters and digits that lookup secrets are made of; O and 0, I and 1 count as the same "
        "where only one of the two is among them",
    )

    @field_validator("access_alphabet")
    @classmethod
    def _letters(cls, alphabet: str) -> str:
        alphabet = alphabet.strip().upper()
        if not (alphabet.isascii() and alphabet.isalnum() and len(set(alphabet)) >= 10):
            raise ValueError("an alphabet is ten or more ASCII letters and digits, like 23456789ABCDEFGHJKMNPQRSTVWXYZ")
        return alphabet


@lru_cache
def access_settings() -> AccessSettings:
    """The settings, read once."""
    return AccessSettings()
