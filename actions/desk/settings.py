"""Settings of the officers' desk, from the environment (prefix MOTCUA_) or a .env file. docs/desk.md lists them."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]
KEY_FILE = ROOT / "var" / "desk-key"
SHORTEST_TOKEN = 16  # characters


class DeskSettings(BaseSettings):
    """Where the desk keeps its things and for how long, whom it tells, who may ask it."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_", env_file=".env", extra="ignore", hide_input_in_errors=True)

    database: str = Field(
        default=f"sqlite:///{ROOT / 'var' / 'motcua.sqlite'}",
        repr=False,  # it may hold a password
        description="URL of the desk's database, as SQLAlchemy reads it",
    )
    desk_key: SecretStr = Field(
        default=SecretStr(""),
        description="keys the hashes of conversations and dossiers; made and kept in var/desk-key if not set",
    )
    desk_token: SecretStr = Field(default=SecretStr(""), description="secret of the desk's API; empty: the API is off")
    notice_email: str = Field(default="", description="addresses that are told of a hand-over, separated by commas")
    smtp_url: SecretStr = Field(
        default=SecretStr(""), description="smtp[s]://[user:password@]host[:port][?from=address], for notices by e-mail"
    )
    notice_telegram_token: SecretStr = Field(default=SecretStr(""), description="token of the bot that tells a group")
    notice_telegram_chat: str = Field(default="", description="id of the Telegram group that is told of a hand-over")
    notice_telegram_url: str = Field(default="https://api.telegram.org", description="where Telegram's bot API answers")
    keep_days: int = Field(default=90, ge=1, description="days until hand-overs and sentences are deleted")

    @field_validator("desk_token")
    @classmethod
    def _long_enough(cls, token: SecretStr) -> SecretStr:
        if 0 < len(token.get_secret_value()) < SHORTEST_TOKEN:
            raise ValueError(f"a desk token has {SHORTEST_TOKEN} characters or more")
        return token

    @field_validator("smtp_url")
    @classmethod
    def _a_mail_server(cls, url: SecretStr) -> SecretStr:
        parts = urlsplit(url.get_secret_value())
        named = parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0
        if url.get_secret_value() and not named:
            raise ValueError("an address of a mail server looks like smtp://user:password@host:587?from=a@b.vn")
        return url

    @model_validator(mode="after")
    def _what_belongs_together(self) -> DeskSettings:
        if self.notice_email and not self.smtp_url.get_secret_value():
            raise ValueError("MOTCUA_NOTICE_EMAIL needs MOTCUA_SMTP_URL")
        if bool(self.notice_telegram_chat) != bool(self.notice_telegram_token.get_secret_value()):
            raise ValueError("MOTCUA_NOTICE_TELEGRAM_CHAT and MOTCUA_NOTICE_TELEGRAM_TOKEN need each other")
        return self

    def hash_key(self) -> bytes:
        """The key of the hashes, made once and kept in a file that only this user reads if none is set."""
        set_here = self.desk_key.get_secret_value()
        return (set_here or _kept_key(KEY_FILE)).encode()


@lru_cache
def desk_settings() -> DeskSettings:
    """The settings, read once."""
    return DeskSettings()


def _kept_key(path: Path) -> str:
    """The key in a file. Of several processes that find none, the first one makes it for all."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, written = tempfile.mkstemp(dir=path.parent)  # readable by this user only
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(written, path)
        Path(written).unlink()
    return path.read_text(encoding="ascii").strip()
