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
    imported: Path = Field(
        default=ROOT / "var" / "imported.sqlite", description="file of the imported records, merged in by the build"
    )
    province: str = Field(
        default="H41", pattern=r"^H\d{2}$", description="whose variants of a procedure are told (H41: Nghệ An)"
    )
    reports: Path = Field(default=ROOT / "var" / "reports", description="folder of the quality reports of imports")
    portal: str = Field(
        default="https://dichvucong.gov.vn/api/v1",
        description="base address of the national portal's endpoints, for sync",
    )
    sync_folder: Path = Field(
        default=ROOT / "var" / "sync", description="raw answers of the portal and how far sync is"
    )
    snapshots: Path = Field(default=ROOT / "var" / "snapshots", description="folder of the built indexes")
    snapshot_store: str = Field(
        default="",
        description="URL of a shared place of snapshots (file:///mnt/motcua, s3://bucket/motcua): the build publishes "
        "there, servers follow it; empty: this machine alone",
    )
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
