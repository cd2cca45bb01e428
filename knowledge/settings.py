"""Settings of the library, from the environment (prefix MOTCUA_) or a .env file. docs/settings.md lists them all."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class KnowledgeSettings(BaseSettings):
    """Where the library finds and keeps its things."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_", env_file=".env", extra="ignore")

    data: Path = Field(default=ROOT / "data", description="folder with catalogue/, phrasings/, topics/ and language/")
    snapshots: Path = Field(default=ROOT / "var" / "snapshots", description="folder of the built indexes")
    encoder: str = Field(
        default=str(ROOT / "var" / "encoder"),
        description="name or folder of a model that sentence-transformers loads; the default is trained by the build",
    )
    snapshots_kept: int = Field(default=3, ge=1, description="how many snapshots stay for a rollback")
    threads: int = Field(default=1, ge=1, description="threads of one process for vectors; more processes scale better")


@lru_cache
def settings() -> KnowledgeSettings:
    """The settings, read once."""
    return KnowledgeSettings()
