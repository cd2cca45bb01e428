"""Settings of attachments and papers, from the environment (prefix MOTCUA_) or a .env file. docs/attachments.md."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MEBIBYTE = 1024 * 1024


class FileSettings(BaseSettings):
    """Which files are taken, when a photo is called bad, who looks for malware, which letters papers are set in."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_", env_file=".env", extra="ignore")

    attachment_bytes: int = Field(default=10 * MEBIBYTE, ge=1024, le=10 * MEBIBYTE, description="bytes of one file")
    attachment_total_bytes: int = Field(
        default=80 * MEBIBYTE, ge=1024, description="bytes of all files that one conversation has sent and are kept"
    )
    attachment_pixels: int = Field(default=50_000_000, ge=1_000_000, description="pixels of a picture")
    attachment_pages: int = Field(default=20, ge=1, description="pages of a PDF")
    photo_sharpness: float = Field(default=0.16, ge=0, le=1, description="below it a photo is called blurred")
    photo_darkest: float = Field(default=75, ge=0, le=255, description="light of the paper below which it is dark")
    photo_palest: float = Field(default=195, ge=0, le=255, description="light of the ink above which it is washed out")
    photo_contrast: float = Field(default=24, ge=0, le=255, description="contrast below which nothing can be read")
    photo_side: int = Field(default=800, ge=1, description="pixels of the longer side below which it is too small")
    clamav: str = Field(
        default="", description="clamd that looks at every file: tcp://host:3310 or unix:///path; empty: none does"
    )
    clamav_timeout: float = Field(default=20, gt=0, description="seconds to wait for clamd")
    font_folder: Path | None = Field(
        default=None, description="folder of the fonts of papers (regular, bold, italic); unset: DejaVu Serif"
    )

    @field_validator("clamav")
    @classmethod
    def _a_scanner(cls, url: str) -> str:
        parts = urlsplit(url)
        tcp = parts.scheme == "tcp" and parts.hostname and parts.port
        if url and not tcp and not (parts.scheme == "unix" and parts.path.startswith("/") and not parts.netloc):
            raise ValueError("an address of clamd looks like tcp://127.0.0.1:3310 or unix:///run/clamav/clamd.ctl")
        return url


@lru_cache
def file_settings() -> FileSettings:
    """The settings, read once."""
    return FileSettings()
