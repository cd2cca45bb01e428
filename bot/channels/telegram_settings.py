"""Settings of Telegram, from the environment (prefix MOTCUA_TELEGRAM_) or a .env file."""

from __future__ import annotations

import hashlib
import hmac
import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

WEBHOOK_PATH = "/channels/telegram"
THIS_MACHINE = ("127.0.0.1", "localhost", "::1")  # for a Bot API server of one's own, and for tests
_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")  # as setWebhook takes it


class TelegramSettings(BaseSettings):
    """Which bot, and how its messages reach us."""

    model_config = SettingsConfigDict(
        env_prefix="MOTCUA_TELEGRAM_",
        env_file=".env",
        extra="ignore",
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    token: SecretStr = Field(default=SecretStr(""), description="what BotFather gave; empty: no Telegram")
    token_file: Path | None = Field(default=None, description="file with the token instead")
    mode: Literal["polling", "webhook"] = Field(
        default="polling", description="polling: we ask Telegram, needs nothing else; webhook: Telegram calls us"
    )
    public_url: str = Field(
        default="",
        description="https address under which Telegram reaches the gateway, without a path (webhook only)",
        validation_alias=AliasChoices("MOTCUA_TELEGRAM_PUBLIC_URL", "MOTCUA_PUBLIC_URL"),
    )
    webhook_secret: SecretStr = Field(
        default=SecretStr(""), description="what Telegram shows us with each call; derived from the token if not set"
    )
    base_url: str = Field(default="https://api.telegram.org", description="address of the Bot API")
    timeout: float = Field(default=10.0, gt=0, description="seconds to wait for Telegram to say something")
    poll_seconds: int = Field(default=25, ge=0, le=50, description="seconds that one question for messages waits")
    max_connections: int = Field(default=40, ge=1, le=100, description="calls of the webhook at once")

    @field_validator("webhook_secret")
    @classmethod
    def _allowed_letters(cls, secret: SecretStr) -> SecretStr:
        value = secret.get_secret_value()
        if value and not _SECRET.fullmatch(value):
            raise ValueError("1 to 256 of A-Z, a-z, 0-9, _ and -")
        return secret

    @field_validator("public_url", "base_url")
    @classmethod
    def _no_slash(cls, url: str) -> str:
        return url.rstrip("/")

    @model_validator(mode="after")
    def _reachable(self) -> TelegramSettings:
        if self.enabled and self.mode == "webhook":
            url = urlsplit(self.public_url)
            if url.scheme != "https" and not (url.scheme == "http" and url.hostname in THIS_MACHINE):
                raise ValueError("mode webhook needs public_url, with https")
        return self

    @property
    def enabled(self) -> bool:
        """Whether there is a token."""
        return bool(self.token.get_secret_value() or self.token_file)

    def bot_token(self) -> str:
        """The token. Raises OSError where its file cannot be read, ValueError where it is none."""
        value = self.token.get_secret_value().strip()
        if not value and self.token_file:
            value = self.token_file.read_text(encoding="utf-8").strip()
        if not _TOKEN.fullmatch(value):
            raise ValueError("the token of Telegram is a number, a colon and letters, as BotFather gives it")
        return value

    def secret(self) -> str:
        """With what Telegram shows that a call is its own: the same over restarts and in every process."""
        given = self.webhook_secret.get_secret_value()
        return given or hmac.new(self.bot_token().encode(), b"motcua: webhook of Telegram", hashlib.sha256).hexdigest()

    def webhook_url(self) -> str:
        """The address that is told to Telegram."""
        return f"{self.public_url}{WEBHOOK_PATH}"
