"""Settings of the Zalo bot, from the environment (prefix MOTCUA_ZALO_BOT_) or a .env file."""

from __future__ import annotations

import hashlib
import hmac
import re
from pathlib import Path
from typing import Annotated, Literal

import httpx
from limits import parse
from pydantic import AliasChoices, Field, SecretStr, StringConstraints, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

WEBHOOK_PATH = "/channels/zalo-bot"
LONGEST_SECRET = 256  # characters of the webhook's secret; at least 8 (facts A4)
SHORTEST_SECRET = 8
_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")


class ZaloBotSettings(BaseSettings):
    """Which bot speaks, how its messages come, where the service is."""

    model_config = SettingsConfigDict(
        env_prefix="MOTCUA_ZALO_BOT_",
        env_file=".env",
        extra="ignore",
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    token: SecretStr = Field(default=SecretStr(""), description="the bot's token; empty: no Zalo bot")
    token_file: Path | None = Field(default=None, description="a file with that token")
    mode: Literal["polling", "webhook"] = Field(
        default="polling", description="polling: we ask Zalo, to try things; webhook: Zalo calls us, loses nothing"
    )
    webhook_secret: SecretStr = Field(
        default=SecretStr(""), description="what the service shows our webhook; made from the token if not set"
    )
    public_url: str = Field(
        default="",
        description="our own address, for the webhook and for links to files",
        validation_alias=AliasChoices("MOTCUA_ZALO_BOT_PUBLIC_URL", "MOTCUA_PUBLIC_URL"),
    )
    name: str = Field(default="", description="how people mention the bot in a group, without the @")
    base_url: str = Field(default="https://bot-api.zaloplatforms.com", description="the service")
    file_hosts: tuple[Annotated[str, StringConstraints(min_length=1)], ...] = Field(
        default=("*.zdn.vn", "*.zadn.vn"), description="where people's pictures lie (JSON list)"
    )
    timeout: float = Field(default=10.0, gt=0, description="seconds to wait for the service")
    poll_seconds: int = Field(default=25, ge=1, le=60, description="how long the service waits for a message to give")
    rate: str = Field(default="20/second", description="messages to all")
    rate_chat: str = Field(default="2/second", description="messages to one chat")

    @field_validator("base_url", "public_url")
    @classmethod
    def _address(cls, url: str) -> str:
        """The token, and what people are told to open, go there: HTTPS, or this machine."""
        address = httpx.URL(url)
        here = address.scheme == "http" and address.host in ("127.0.0.1", "localhost", "::1")
        if url and not here and (address.scheme != "https" or not address.host):
            raise ValueError("must begin with https://")
        return url.rstrip("/")

    @field_validator("rate", "rate_chat")
    @classmethod
    def _rate(cls, rate: str) -> str:
        parse(rate)
        return rate

    @field_validator("webhook_secret")
    @classmethod
    def _long_enough(cls, secret: SecretStr) -> SecretStr:
        given = secret.get_secret_value()
        if given and not (given.isascii() and SHORTEST_SECRET <= len(given) <= LONGEST_SECRET):
            raise ValueError(f"must have {SHORTEST_SECRET} to {LONGEST_SECRET} letters, digits or signs of ASCII")
        return secret

    @model_validator(mode="after")
    def _reachable(self) -> ZaloBotSettings:
        if self.mode == "webhook" and not self.public_url:
            raise ValueError("mode webhook needs public_url")
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
            raise ValueError("the token of the Zalo bot is a number, a colon and letters, as Zalo Bot Manager gives it")
        return value

    def secret(self) -> str:
        """With what Zalo shows that a call is its own: the same over restarts and in every process."""
        given = self.webhook_secret.get_secret_value()
        return given or hmac.new(self.bot_token().encode(), b"motcua: webhook of Zalo Bot", hashlib.sha256).hexdigest()
