"""Settings of the Zalo Official Account, from the environment (prefix MOTCUA_ZALO_OA_) or a .env file."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import httpx
from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.settings import ROOT


class ZaloOaSettings(BaseSettings):
    """Which application speaks for which account, and where the service is."""

    model_config = SettingsConfigDict(
        env_prefix="MOTCUA_ZALO_OA_",
        env_file=".env",
        extra="ignore",
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    app_id: str = Field(default="", pattern=r"^\d{0,40}$", description="the application; empty: no Zalo OA")
    app_secret: SecretStr = Field(default=SecretStr(""), description="its secret, with which tokens are asked for")
    app_secret_file: Path | None = Field(default=None, description="a file with that secret")
    webhook_secret: SecretStr = Field(default=SecretStr(""), description="the OA Secret Key, which signs the webhook")
    webhook_secret_file: Path | None = Field(default=None, description="a file with that key")
    redirect_uri: str = Field(default="", description="where the browser goes after an authorisation, as registered")
    base_url: str = Field(default="https://openapi.zalo.me", description="the service that takes messages")
    oauth_url: str = Field(default="https://oauth.zaloapp.com", description="the service that gives tokens")
    file_hosts: tuple[str, ...] = Field(default=("*.zdn.vn",), description="where people's pictures and files lie")
    public_url: str = Field(
        default="",
        description="our own address, for links to files that Zalo does not take",
        validation_alias=AliasChoices("MOTCUA_ZALO_OA_PUBLIC_URL", "MOTCUA_PUBLIC_URL"),
    )
    contact_picture: str = Field(default="", description="address of the picture on the form for a telephone number")
    pay: bool = Field(default=True, description="whether notices that cost something are sent")
    timeout: float = Field(default=10.0, gt=0, description="seconds to wait for the service")
    upload_timeout: float = Field(default=30.0, gt=0, description="seconds to wait while a file goes up")
    refresh_hours: float = Field(default=5.0, ge=0, le=24, description="hours before its end that a token is renewed")
    answers: Path = Field(default=ROOT / "var" / "zalo-oa", description="folder where new tokens are kept at first")
    echo_seconds: float = Field(default=5.0, ge=0, description="wait for word of a message of unknown fate")
    echo_after_start: float = Field(default=35.0, ge=0, description="the same, in seconds after the start")

    @property
    def enabled(self) -> bool:
        """Whether there is an application."""
        return bool(self.app_id)

    @field_validator("base_url", "oauth_url")
    @classmethod
    def _safe(cls, url: str) -> str:
        """Tokens go there, so it is HTTPS, or this machine."""
        address = httpx.URL(url)
        if address.scheme != "https" and not (address.scheme == "http" and _is_here(address.host)):
            raise ValueError("must begin with https://")
        return url.rstrip("/")

    @field_validator("public_url")
    @classmethod
    def _no_slash(cls, url: str) -> str:
        return url.rstrip("/")

    def secret_of_app(self) -> str:
        """The application's secret, set or in its file; empty if there is none. Raises OSError."""
        return _given(self.app_secret, self.app_secret_file)

    def secret_of_webhook(self) -> str:
        """The key that signs the webhook. Without any, the application's secret: sources differ on which it is."""
        return _given(self.webhook_secret, self.webhook_secret_file) or self.secret_of_app()


def _given(secret: SecretStr, file: Path | None) -> str:
    return secret.get_secret_value() or (file.read_text(encoding="utf-8").strip() if file else "")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
